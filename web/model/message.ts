/**
 * Something to say: a code of the text catalogue and the values that fill its sentence.
 *
 * JavaScript has one kind of number, Python has two, and they are written differently (1000 steps
 * are "1,000", a loss of 1000.0 is "1000"). So a whole number that counts something is marked:
 * `count(1000)`.
 */

export interface Count {
  readonly count: number;
}

export type Value = string | number | boolean | null | Count | Message | readonly Value[];
export type Values = Readonly<Record<string, Value>>;

export interface Message {
  readonly code: string;
  readonly values: Values;
}

/** The placeholders that always hold a count, in every sentence of the catalogue. */
export const COUNTS: ReadonlySet<string> = new Set([
  "arrived",
  "at",
  "best_steps",
  "digits",
  "last_step",
  "most",
  "needed",
  "parameters",
  "passes",
  "step",
  "steps",
  "tried",
]);

export function count(value: number): Count {
  return { count: value };
}

export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "code" in value;
}

export function isCount(value: unknown): value is Count {
  return typeof value === "object" && value !== null && "count" in value;
}

/**
 * Read a message that Python wrote as JSON, where a count and a measure look alike: whole numbers
 * in the places of `COUNTS` are counts.
 */
export function messageFromContent(content: {
  code: string;
  values: Record<string, unknown>;
}): Message {
  const values: Record<string, Value> = {};
  for (const [name, value] of Object.entries(content.values)) {
    values[name] =
      typeof value === "number" && Number.isInteger(value) && COUNTS.has(name)
        ? count(value)
        : (value as Value);
  }
  return { code: content.code, values };
}
