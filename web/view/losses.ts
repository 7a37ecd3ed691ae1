/** The three losses of chapter 3 and their best lines through the origin, as the model has them. */

import { floorOf, type Floor } from "../model/floor.ts";
import { meanLoss, pointErrors, pointLosses } from "../model/forward.ts";
import type { Loss } from "../model/losses/loss.ts";
import { makeLoss } from "../model/losses/registry.ts";
import { pairs } from "../model/points.ts";
import type { Point } from "./lesson.ts";

export const LOSS_NAMES = ["squared", "huber", "absolute"] as const;
export type LossName = (typeof LOSS_NAMES)[number];
export type PerLoss<T> = Readonly<Record<LossName, T>>;

export function perLoss<T>(make: (name: LossName) => T): PerLoss<T> {
  return {
    squared: make("squared"),
    huber: make("huber"),
    absolute: make("absolute"),
  };
}

/** A loss over some points: its best lines, what it charges, how high it stands over w. */
export interface Judged {
  readonly floor: Floor;
  /** The w to draw. */
  readonly best: number;
  height(w: number): number;
  /** What each point pays beside the line of w. */
  charges(w: number): Float64Array;
}

export function judged(points: readonly Point[], loss: Loss): Judged {
  const all = pairs(points);
  const theta = new Float64Array(1);
  const at = (w: number): Float64Array => {
    theta[0] = w;
    return theta;
  };
  // A chapter never lets all x be 0, the one case without a floor.
  const floor = floorOf(all, loss) ?? { low: 0, high: 0, middle: 0 };
  return {
    floor,
    best: floor.middle,
    height: (w) => meanLoss(all, at(w), loss),
    charges: (w) => pointLosses(all, at(w), loss),
  };
}

export function judgedByAll(points: readonly Point[], delta: number): PerLoss<Judged> {
  return perLoss((name) => judged(points, makeLoss(name, { delta })));
}

export function errorsOf(points: readonly Point[], w: number): Float64Array {
  return pointErrors(pairs(points), Float64Array.of(w));
}
