/**
 * How much of a bowl to show, and which learning rates to offer, when the points are not the
 * lesson's. For the tadpoles these are the lesson's own windows; others change in jumps, so that an
 * axis keeps still while a point is dragged a little.
 */

import type { Bowl } from "./lesson.ts";

export type Window = readonly [low: number, high: number];

const MANTISSAS = [1, 1.2, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round number at or above a positive one. */
export function roundUp(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const mantissa = MANTISSAS.find((each) => each * power >= value * (1 - 1e-12)) ?? 10;
  return Number((mantissa * power).toPrecision(2));
}

/** The weights shown: the lesson's window, wider where the best w lies farther right. */
export function weightWindow(bowl: Bowl, [low, high]: Window): Window {
  return [low, Math.max(high, roundUp(1.6 * bowl.best + 0.4))];
}

/** The losses shown: from 0 to a little above the loss at w = 0. */
export function lossWindow(bowl: Bowl): Window {
  return [0, roundUp(1.15 * bowl.height(0))];
}

/** The losses shown against steps, by powers of ten: from below the least to far above the first. */
export function curveWindow(bowl: Bowl): Window {
  const first = bowl.height(0) || 1;
  const least = Math.max(bowl.least, 1e-4 * first);
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(100 * first))];
}

/** The learning rates offered: between these shares of the limit. */
export function rateWindow(bowl: Bowl, low: number, high: number): Window {
  return [Number((low * bowl.limit).toPrecision(1)), Number((high * bowl.limit).toPrecision(3))];
}

/** Write a learning rate in as many digits as a person would type. */
export function rounded(rate: number): number {
  return Number(rate.toPrecision(4));
}
