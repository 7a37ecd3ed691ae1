/**
 * Which columns can be computed from which: the reason for a rank deficiency, in names.
 *
 * A scaled direction n along which the loss does not change says sum n_j x_j = 0: its last column
 * can be computed from the earlier ones. Directions are reduced so that no two share that column.
 */

import type { Design } from "./design.ts";
import { type Matrix, toRows } from "./linear/matrix.ts";

const VISIBLE = 1e-6;

/** Return [dependent column, columns it depends on] in column order; a constant depends on none. */
export function dependentColumns(design: Design, nullRows: Matrix): [string, string[]][] {
  const directions = toRows(nullRows);
  const last = new Map<number, number>();
  for (let j = nullRows.columns - 1; j >= 0; j--) {
    const taken = new Set(last.values());
    const free = directions.map((_, n) => n).filter((n) => !taken.has(n));
    if (free.length === 0) break;
    const size = (n: number) => Math.abs(directions[n]![j]!);
    const chosen = free.reduce((a, b) => (size(b) > size(a) ? b : a));
    if (size(chosen) <= VISIBLE) continue;
    const pivot = directions[chosen]!;
    const by = pivot[j]!;
    for (let i = 0; i < pivot.length; i++) pivot[i]! /= by;
    directions.forEach((other, n) => {
      if (n === chosen) return;
      const factor = other[j]!;
      for (let i = 0; i < other.length; i++) other[i]! -= factor * pivot[i]!;
    });
    last.set(j, chosen);
  }
  const names = design.columns.map((column) => column.name);
  return [...last.keys()]
    .sort((a, b) => a - b)
    .map((j) => {
      const direction = directions[last.get(j)!]!;
      const sources = names.filter((_, i) => i !== j && Math.abs(direction[i]!) > VISIBLE);
      return [names[j]!, sources];
    });
}
