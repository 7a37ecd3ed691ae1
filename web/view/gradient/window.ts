/**
 * Which part of the plane is shown: a steady window that holds the start and the lowest place, and
 * grows in leaps where one of them lies outside, so that nothing slides under the hand.
 */

import type { Theta } from "./state.ts";

export interface Window {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

const PLAIN = { centre: [0.7, 0.95], half: [1.5, 1.7] } as const;
/** After scaling y is the height of the line at the mean of x. */
const SCALED = { centre: [0.9, 2.4], half: [1.5, 1.7] } as const;
const LEAP = 1.5;
const MOST = 40;
/** How near the border the start may lie, as a part of the window. */
const MARGIN = 0.94;

export function windowOf(scaled: boolean, places: readonly Theta[]): Window {
  const { centre, half } = scaled ? SCALED : PLAIN;
  const needed = places.flatMap((place) =>
    place.map((value, j) => Math.abs(value - centre[j]!) / (MARGIN * half[j]!)),
  );
  const leaps = Math.min(MOST, Math.ceil(Math.log(Math.max(1, ...needed)) / Math.log(LEAP) - 1e-9));
  const by = LEAP ** Math.max(0, leaps);
  return {
    x: [centre[0] - by * half[0], centre[0] + by * half[0]],
    y: [centre[1] - by * half[1], centre[1] + by * half[1]],
  };
}

/** How far a hand may drag inside a window. */
export function reachIn({ x, y }: Window): Window {
  const inner = ([low, high]: readonly [number, number]): readonly [number, number] => {
    const rim = ((1 - MARGIN) / 2) * (high - low);
    return [low + rim, high - rim];
  };
  return { x: inner(x), y: inner(y) };
}
