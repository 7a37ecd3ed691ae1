/** One row of a table as the numbers that a design solves for. */

import type { Column } from "./column.ts";

export type Cell = number | string;

/** Return x for a row: numbers, their powers, and indicators of levels; NaN where a cell lacks. */
export function rowOf(
  columns: readonly Column[],
  row: Readonly<Record<string, Cell | undefined>>,
): Float64Array {
  return Float64Array.from(columns, ({ source, kind, power, level }) => {
    const cell = row[source];
    if (kind === "level") return cell === undefined ? Number.NaN : Number(String(cell) === level);
    const value = typeof cell === "number" ? cell : Number.NaN;
    return kind === "power" ? value ** power : value;
  });
}
