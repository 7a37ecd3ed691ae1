/** The lesson's tadpoles and its one-parameter bowl, as the model has them. */

import { prepare } from "../model/descend.ts";
import { meanLoss } from "../model/forward.ts";
import { momentsOf } from "../model/moments.ts";
import { pairs, TADPOLE_ROWS } from "../model/points.ts";
import type { Quadratic } from "../model/quadratic.ts";
import { makeRule } from "../model/rules/registry.ts";
import type { Rule } from "../model/rules/rule.ts";

export type Point = readonly [x: number, y: number];

export const TADPOLES: readonly Point[] = TADPOLE_ROWS;

export function lossOf(points: readonly Point[], w: number, b = 0): number {
  return meanLoss(pairs(points), Float64Array.of(w, b));
}

/** L(w) = a w^2 + c w + d with b = 0; its lowest place and how high that is. */
export interface Bowl {
  readonly a: number;
  readonly c: number;
  readonly d: number;
  readonly best: number;
  readonly least: number;
  readonly surface: Quadratic;
  height(w: number): number;
  slope(w: number): number;
}

export function bowlOf(points: readonly Point[]): Bowl {
  const { surface } = prepare(momentsOf(pairs(points)), { hasIntercept: false });
  const a = surface.eigenvalues[0]! / 2;
  const best = surface.best[0]!;
  const { least } = surface;
  const gradient = new Float64Array(1);
  const theta = new Float64Array(1);
  const gap = (w: number): number => {
    theta[0] = w;
    return surface.evaluate(theta, gradient);
  };
  return {
    a,
    c: -2 * a * best,
    d: least + a * best * best,
    best,
    least,
    surface,
    height: (w) => least + gap(w),
    slope: (w) => (gap(w), gradient[0]!),
  };
}

export type RuleName = "gradient-descent" | "sign" | "fixed-step" | "slope";

/**
 * The weights of steps 0 to `steps`: a run is a value. Unlike `descend`, it follows a run that
 * diverges as far as it is asked to.
 */
export function weightsOf(rule: Rule, bowl: Bowl, start: number, steps: number): readonly number[] {
  const weights = [start];
  let theta: Float64Array = Float64Array.of(start);
  let state: unknown = rule.init(theta);
  for (let t = 0; t < steps; t++) {
    [theta, state] = rule.update(bowl.surface.gradient(theta), state, theta, bowl.surface);
    weights.push(theta[0]!);
  }
  return weights;
}

/** The weights of one of the lesson's rules; the slope rule has no constant. */
export function runOf(
  rule: RuleName,
  bowl: Bowl,
  start: number,
  constant: number,
  steps: number,
): readonly number[] {
  return weightsOf(makeRule(rule, rule === "slope" ? null : constant), bowl, start, steps);
}
