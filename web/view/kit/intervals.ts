/** Where a hand has been along an axis, as intervals that do not touch. */

import { list, number, pair, type Shape } from "./shape.ts";

export type Interval = readonly [low: number, high: number];

export function intervalsShape(low: number, high: number): Shape<readonly Interval[]> {
  return list(pair(number(low, high), number(low, high)), 0, 200);
}

/** Add the way from a to b, merged with what it touches, in thousandths. */
export function widened(been: readonly Interval[], a: number, b: number): readonly Interval[] {
  const round = (x: number): number => Math.round(x * 1000) / 1000;
  let low = round(Math.min(a, b));
  let high = round(Math.max(a, b));
  const apart: Interval[] = [];
  for (const each of been) {
    if (each[1] < low - 0.001 || each[0] > high + 0.001) apart.push(each);
    else {
      low = Math.min(low, each[0]);
      high = Math.max(high, each[1]);
    }
  }
  return [...apart, [low, high]];
}
