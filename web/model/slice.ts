/**
 * Two parameters of many: the loss over them while the others stay at their best, in the user's
 * units. With the two columns of R that belong to them (gap = |R d|^2, d the distance from the
 * best point), G = R'R is 2 x 2 and a contour of the gap is the ellipse
 *
 *     d = sqrt(gap) U^-1 (cos a, sin a)        U'U = G, U upper triangular
 */

import type { Quadratic } from "./quadratic.ts";
import { outward } from "./coordinates.ts";

export interface Slice {
  /** The best point. */
  readonly centre: readonly [number, number];
  /** The gap at a place of the two parameters. */
  gap(a: number, b: number): number;
  /** A contour as points, closed; null where the gap does not depend on one of the two. */
  contour(gap: number, points?: number): (readonly [number, number])[] | null;
}

/** Return the slice of parameters i and j, numbered as in theta. */
export function sliceOf(surface: Quadratic, i: number, j: number): Slice {
  const { R, coordinates, best } = surface;
  const p = best.length;
  const { scale, shift, hasIntercept } = coordinates;
  const k = scale.length;
  const column = (n: number): Float64Array =>
    Float64Array.from({ length: p }, (_, row) => {
      if (n === k) return R.data[row * p + k]!;
      const own = R.data[row * p + n]! * scale[n]!;
      return hasIntercept ? own + R.data[row * p + k]! * shift[n]! : own;
    });
  const [x, y] = [column(i), column(j)];
  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, row) => sum + value * b[row]!, 0);
  const [gxx, gxy, gyy] = [dot(x, x), dot(x, y), dot(y, y)];
  const theta = outward(coordinates, best);
  const centre: readonly [number, number] = [theta[i]!, theta[j]!];
  const u11 = Math.sqrt(gxx);
  const u12 = u11 > 0 ? gxy / u11 : 0;
  // |y - (its part along x)|: a difference of squares would lose digits.
  const rest = y.map((value, row) => value - (u11 > 0 ? (u12 / u11) * x[row]! : 0));
  const u22 = Math.sqrt(dot(rest, rest));
  const flat = !(u11 > 0) || !(u22 > 1e-9 * Math.sqrt(gyy));
  return {
    centre,
    gap(a, b) {
      const [dx, dy] = [a - centre[0], b - centre[1]];
      return x.reduce((sum, value, row) => sum + (value * dx + y[row]! * dy) ** 2, 0);
    },
    contour(gap, points = 72) {
      if (flat) return null;
      const size = Math.sqrt(gap);
      return Array.from({ length: points }, (_, n) => {
        const angle = (2 * Math.PI * n) / points;
        const dy = (size * Math.sin(angle)) / u22;
        const dx = (size * Math.cos(angle) - u12 * dy) / u11;
        return [centre[0] + dx, centre[1] + dy] as const;
      });
    },
  };
}
