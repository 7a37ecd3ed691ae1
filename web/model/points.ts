/**
 * Points: rows of features and a target, as the page holds them; the lesson's seven tadpoles.
 *
 * theta = (w_1 ... w_k, b), the intercept last. A weight is a frequency: 2 = the row twice.
 */

import { type Matrix, type Vector, fromRows } from "./linear/matrix.ts";
import { ModelError } from "./errors.ts";
import { count } from "./message.ts";

export interface Points {
  /** One row a point, one column a feature. */
  readonly X: Matrix;
  readonly y: Vector;
  /** Frequencies >= 0; null means 1 each. */
  readonly weight: Vector | null;
  readonly featureNames: readonly string[];
  readonly targetName: string;
}

export const TADPOLE_ROWS = [
  [0.8, 1.0],
  [1.7, 0.9],
  [2.7, 2.4],
  [3.2, 2.9],
  [3.7, 2.8],
  [4.2, 3.8],
  [4.2, 2.7],
] as const;

/** The lesson's tadpoles: x = time, y = volume. */
export function tadpoles(): Points {
  return pairs(TADPOLE_ROWS, "time", "volume");
}

/** Points of one feature, from (x, y) pairs. */
export function pairs(
  rows: readonly (readonly [number, number])[],
  featureName = "x",
  targetName = "y",
): Points {
  return makePoints(
    rows.map(([x]) => [x]),
    rows.map(([, y]) => y),
    { featureNames: [featureName], targetName },
  );
}

/** Points from rows of features and targets. */
export function makePoints(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  more: { weight?: readonly number[]; featureNames?: readonly string[]; targetName?: string } = {},
): Points {
  const featureNames = more.featureNames ?? (rows[0] ?? []).map((_, j) => `x${j + 1}`);
  if (y.length !== rows.length) {
    throw new ModelError("sources.lengths", {
      name: "y",
      rows: count(y.length),
      expected: count(rows.length),
    });
  }
  return {
    X: fromRows(rows, featureNames.length),
    y: Float64Array.from(y),
    weight: more.weight ? Float64Array.from(more.weight) : null,
    featureNames,
    targetName: more.targetName ?? "y",
  };
}

/** Return the same points with one of them moved (a drag). */
export function withPoint(points: Points, i: number, x: readonly number[], y: number): Points {
  const X = { ...points.X, data: points.X.data.slice() };
  X.data.set(x, i * X.columns);
  const target = points.y.slice();
  target[i] = y;
  return { ...points, X, y: target };
}

/** Return the points without one of them (leave one out). */
export function withoutPoint(points: Points, i: number): Points {
  const kept = Array.from(points.y, (_, n) => n).filter((n) => n !== i);
  const k = points.X.columns;
  const X = { rows: kept.length, columns: k, data: new Float64Array(kept.length * k) };
  kept.forEach((n, place) => X.data.set(points.X.data.subarray(n * k, (n + 1) * k), place * k));
  const weight = points.weight && Float64Array.from(kept, (n) => points.weight![n]!);
  return { ...points, X, y: Float64Array.from(kept, (n) => points.y[n]!), weight };
}

/** The weight of a point, 1 where there are none. */
export function weightOf(points: Points, i: number): number {
  return points.weight ? points.weight[i]! : 1;
}
