/**
 * The floor of a loss for a line through the origin (b = 0): every w where the mean loss is lowest.
 *
 *     dL/dw = mean of x_i l'(y_i, w x_i)
 *
 * A convex loss of the error has a slope that never falls as w grows, so the place where it stops
 * being negative and the place where it starts being positive are found by halving, between the
 * smallest and the largest y_i / x_i. The two are one place, unless the loss lies flat between two
 * corners: the absolute loss does where exactly half of all |x| pulls up, and Huber's where, besides,
 * no error is within delta.
 */

import type { Loss } from "./losses/loss.ts";
import { type Points, weightOf } from "./points.ts";

export interface Floor {
  readonly low: number;
  readonly high: number;
  /** The w to draw: the middle, as for a median. */
  readonly middle: number;
}

/** A slope smaller than this share of what is summed up in it is a rounding. */
const ROUNDING = 1e-13;

/** Return the floor of a convex loss of the error; null where w changes nothing. */
export function floorOf(points: Points, loss: Loss): Floor | null {
  const { X, y } = points;
  if (!loss.convex || loss.isBinary || X.columns !== 1) return null;
  const rows = Array.from(y, (_, i) => i).filter((i) => X.data[i] !== 0 && weightOf(points, i) > 0);
  if (rows.length === 0) return null;
  const corners = rows.map((i) => y[i]! / X.data[i]!);
  const [least, most] = [Math.min(...corners), Math.max(...corners)];
  /** -1, 0 or 1: the loss falls, lies flat, rises. */
  const way = (w: number): number => {
    let slope = 0;
    let size = 0;
    for (const i of rows) {
      const x = X.data[i]!;
      const pull = weightOf(points, i) * x * loss.slope(y[i]!, w * x);
      slope += pull;
      size += Math.abs(pull);
    }
    return Math.abs(slope) <= ROUNDING * size ? 0 : Math.sign(slope);
  };
  const low = halve(least, most, (w) => way(w) < 0);
  const high = halve(low, most, (w) => way(w) <= 0);
  return { low, high, middle: low + (high - low) / 2 };
}

/** Return where `before` turns from true to false between two places, to the last bit. */
function halve(from: number, to: number, before: (w: number) => boolean): number {
  if (!before(from)) return from;
  if (before(to)) return to;
  let [a, b] = [from, to];
  for (;;) {
    const middle = a + (b - a) / 2;
    if (!(middle > a && middle < b)) return b;
    if (before(middle)) a = middle;
    else b = middle;
  }
}
