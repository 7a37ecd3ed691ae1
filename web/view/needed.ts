/** When a run of chapter 7 counts as arrived, and how many steps a rate needs from w = 0. */

import { gapAtDistance } from "../model/learning-rate-map.ts";
import { stepsTo } from "../model/rates.ts";
import type { Bowl } from "./lesson.ts";

export const START = Float64Array.of(0);
/** So near to the best w. */
export const NEAR = 0.001;

/** The gap of the loss at that distance from the best w. */
export function arrived(bowl: Bowl): number {
  return gapAtDistance(bowl.surface.eigenvalues[0]!, NEAR);
}

/** Steps until w is within 0.001 of the best w; null where it never gets there. */
export function stepsNeeded(bowl: Bowl, rate: number): number | null {
  const { surface } = bowl;
  return stepsTo(surface.shares(START), surface.eigenvalues, rate, arrived(bowl));
}
