/** One column of X: what it is called and where it came from; see `kedou.block.Column`. */

export interface Column {
  /** Name in X, unique there. */
  readonly name: string;
  /** Name of the column of the table it was made from. */
  readonly source: string;
  readonly kind: "number" | "power" | "level" | "date";
  readonly power: number;
  /** The level an indicator stands for. */
  readonly level: string | null;
}

export function numberColumn(name: string): Column {
  return { name, source: name, kind: "number", power: 1, level: null };
}

export function sameColumn(a: Column, b: Column): boolean {
  return (
    a.name === b.name &&
    a.source === b.source &&
    a.kind === b.kind &&
    a.power === b.power &&
    a.level === b.level
  );
}
