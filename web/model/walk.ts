/**
 * The loop: start, gradient, step, again. Every rule, every loss.
 *
 * It takes `steps` steps, unless the tolerance is met or the loss leaves the ceiling (or float64):
 * then the step that left is not kept, so the last record holds the last good parameters.
 */

import { History, type Records } from "./history.ts";
import type { Vector } from "./linear/matrix.ts";
import type { Rule } from "./rules/rule.ts";
import type { Surface } from "./surface.ts";

export const CEILING = 1e30;
export type Stop = "steps" | "tolerance" | "ceiling";

/** What a run left behind, in descent's coordinates. */
export interface Walk extends Records {
  readonly stop: Stop;
}

/** Follow a rule down a surface from `start`, until gap <= tolerance * scaleOfLoss if given. */
export function walk(
  surface: Surface,
  rule: Rule,
  start: Vector,
  steps: number,
  tolerance: number | null = null,
): Walk {
  const history = new History(start.length, steps);
  const target = tolerance === null ? -1 : tolerance * surface.scaleOfLoss;
  let theta = start;
  let gradient: Vector = new Float64Array(start.length);
  let gap = surface.evaluate(theta, gradient);
  history.add(0, theta, gap, gradient);
  const ceiling = ceilingAbove(gap, surface);
  let state: unknown = rule.init(theta);
  let stop: Stop = "steps";
  for (let step = 1; step <= steps && gap > target; step++) {
    [theta, state] = rule.update(gradient, state, theta, surface);
    gradient = new Float64Array(start.length);
    gap = surface.evaluate(theta, gradient);
    if (!(gap <= ceiling) || !allFinite(gradient)) {
      return { ...history.records(), stop: "ceiling" };
    }
    history.add(step, theta, gap, gradient);
  }
  if (gap <= target) stop = "tolerance";
  return { ...history.records(), stop };
}

/** Return the gap at which a run that began with `gap` has left for good. */
export function ceilingAbove(gap: number, surface: Surface): number {
  const highest = CEILING * Math.max(gap + surface.least, surface.scaleOfLoss);
  return Math.min(highest, Number.MAX_VALUE);
}

function allFinite(v: Vector): boolean {
  // 0 * x is 0 for finite x and NaN otherwise.
  let sum = 0;
  for (let j = 0; j < v.length; j++) sum += 0 * v[j]!;
  return sum === 0;
}

/** Return record n of a flat array of records. */
export function recordOf(flat: Float64Array, p: number, n: number): Vector {
  return flat.subarray(n * p, (n + 1) * p);
}
