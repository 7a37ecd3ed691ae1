/** The lesson's tadpoles and its one-parameter bowl, as the model has them. */

import { fromStart, prepare, run, type Prepared } from "../model/descend.ts";
import { ModelError } from "../model/errors.ts";
import { meanLoss } from "../model/forward.ts";
import type { Message } from "../model/message.ts";
import { momentsOf } from "../model/moments.ts";
import { pairs, TADPOLE_ROWS } from "../model/points.ts";
import type { Quadratic } from "../model/quadratic.ts";
import { limit, worstCaseRate } from "../model/rates.ts";
import { makeRule } from "../model/rules/registry.ts";
import type { Rule } from "../model/rules/rule.ts";
import type { Trajectory } from "../model/trajectory.ts";

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
  /** The learning rate from which descent diverges, and the one that arrives in one step. */
  readonly limit: number;
  readonly fold: number;
  readonly prepared: Prepared;
  readonly surface: Quadratic;
  height(w: number): number;
  slope(w: number): number;
}

const bowls = new WeakMap<readonly Point[], Bowl>();

/** The bowl of some points; points are replaced and never changed, so it is shaped once. */
export function bowlOf(points: readonly Point[]): Bowl {
  const bowl = bowls.get(points) ?? shaped(points);
  bowls.set(points, bowl);
  return bowl;
}

function shaped(points: readonly Point[]): Bowl {
  const prepared = prepare(momentsOf(pairs(points)), { hasIntercept: false });
  const { surface } = prepared;
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
    limit: limit(surface.eigenvalues) ?? Number.POSITIVE_INFINITY,
    fold: worstCaseRate(surface.eigenvalues) ?? Number.POSITIVE_INFINITY,
    prepared,
    surface,
    height: (w) => least + gap(w),
    slope: (w) => (gap(w), gradient[0]!),
  };
}

export type RuleName = "gradient-descent" | "sign" | "fixed-step" | "slope";

/** A run as a value, and why it stopped early, where it did. */
export interface Followed {
  readonly weights: readonly number[];
  readonly trouble: Message | null;
}

/**
 * Follow a rule from a start for so many steps. Unlike `descend`, it follows a run that diverges
 * as far as it is asked to; a rule of one's own may stop it with an answer that is no number.
 */
export function followed(rule: Rule, bowl: Bowl, start: number, steps: number): Followed {
  const weights = [start];
  let theta: Float64Array = Float64Array.of(start);
  let state: unknown = rule.init(theta);
  for (let t = 0; t < steps; t++) {
    try {
      [theta, state] = rule.update(bowl.surface.gradient(theta), state, theta, bowl.surface);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return { weights, trouble: { code: error.code, values: error.values } };
    }
    weights.push(theta[0]!);
  }
  return { weights, trouble: null };
}

/** The weights of steps 0 to `steps`. */
export function weightsOf(rule: Rule, bowl: Bowl, start: number, steps: number): readonly number[] {
  return followed(rule, bowl, start, steps).weights;
}

/** How a run ended and what to try, as the model judges it; null where it stopped itself. */
export function judged(rule: Rule, bowl: Bowl, start: number, steps: number): Trajectory | null {
  try {
    return run(fromStart(bowl.prepared, start), { rule, steps });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return null;
  }
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
