/** Pieces of Python that several chapters show. */

import type { Point } from "../lesson.ts";

/** A number as Python reads it back to the same bits. */
export function pythonNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return `${value}.0`;
  return String(value);
}

export function pythonPoints(points: readonly Point[]): string {
  const column = (k: 0 | 1): string => points.map((point) => pythonNumber(point[k])).join(", ");
  return `x = np.array([${column(0)}])\ny = np.array([${column(1)}])`;
}
