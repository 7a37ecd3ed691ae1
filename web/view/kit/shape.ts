/**
 * What a state may look like. A shape reads a value that came from outside (a share link, a
 * notebook) and returns it, or throws `Misshapen`: nothing unchecked gets into a chapter.
 */

export class Misshapen extends Error {}

export type Shape<T> = (value: unknown) => T;
export type Shaped<F> = F extends Shape<infer T> ? T : never;

export function number(low: number, high: number): Shape<number> {
  return (value) => {
    if (typeof value !== "number" || !(value >= low && value <= high)) throw new Misshapen();
    return value;
  };
}

export function whole(low: number, high: number): Shape<number> {
  const within = number(low, high);
  return (value) => {
    if (!Number.isInteger(value)) throw new Misshapen();
    return within(value);
  };
}

export const flag: Shape<boolean> = (value) => {
  if (typeof value !== "boolean") throw new Misshapen();
  return value;
};

export function text(most: number): Shape<string> {
  return (value) => {
    if (typeof value !== "string" || value.length > most) throw new Misshapen();
    return value;
  };
}

export function oneOf<const T extends string>(...names: readonly T[]): Shape<T> {
  return (value) => {
    if (!names.includes(value as T)) throw new Misshapen();
    return value as T;
  };
}

export function maybe<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : shape(value));
}

/** What an older state does not have yet is as it was then. */
export function otherwise<T>(shape: Shape<T>, missing: T): Shape<T> {
  return (value) => (value === undefined ? missing : shape(value));
}

export function list<T>(shape: Shape<T>, least: number, most: number): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) throw new Misshapen();
    return value.map(shape);
  };
}

export function pair(x: Shape<number>, y: Shape<number>): Shape<readonly [number, number]> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2) throw new Misshapen();
    return [x(value[0]), y(value[1])];
  };
}

export function record<F extends Record<string, Shape<unknown>>>(
  fields: F,
): Shape<{ readonly [K in keyof F]: Shaped<F[K]> }> {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Misshapen();
    const given = value as Record<string, unknown>;
    if (Object.keys(given).some((key) => !Object.hasOwn(fields, key))) throw new Misshapen();
    const read = Object.entries(fields).map(([key, shape]) => [key, shape(given[key])]);
    return Object.fromEntries(read) as { readonly [K in keyof F]: Shaped<F[K]> };
  };
}
