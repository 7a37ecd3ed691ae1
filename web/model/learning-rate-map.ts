/**
 * Steps needed against learning rate: the V-shaped map, folded at the best rate, with its cliff at
 * the limit.
 */

import type { Vector } from "./linear/matrix.ts";
import { gapAfter, stepsTo } from "./rates.ts";

export interface LearningRateMap {
  readonly rates: Float64Array;
  /** Steps until gap <= target, NaN where it never gets there. */
  readonly steps: Float64Array;
}

/** Return the steps each rate needs to bring the gap to `target`. */
export function learningRateMap(
  shares: Vector,
  eigenvalues: Vector,
  target: number,
  rates: Float64Array,
): LearningRateMap {
  const steps = rates.map((rate) => stepsTo(shares, eigenvalues, rate, target) ?? Number.NaN);
  return { rates, steps };
}

/** Return `size` rates from `low` to `high`, equally far apart. */
export function rateGrid(low: number, high: number, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => low + ((high - low) * i) / (size - 1));
}

/** Return the gap at a distance from the best w, with one parameter: lambda d^2 / 2. */
export function gapAtDistance(eigenvalue: number, distance: number): number {
  return 0.5 * eigenvalue * distance * distance;
}

/** Return the gaps after a number of steps for each rate. */
export function gapMap(
  shares: Vector,
  eigenvalues: Vector,
  steps: number,
  rates: Float64Array,
): Float64Array {
  return rates.map((rate) => gapAfter(shares, eigenvalues, rate, steps));
}
