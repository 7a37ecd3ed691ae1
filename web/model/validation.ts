/**
 * The error on rows left out, at every step of a descent, from the moments of the folds alone.
 *
 *     L_t = sum_f W_f MSE_f(theta_t of the descent without f) / sum_f W_f
 */

import { type RunOptions, chosenRule, fromStart, prepare, readStart } from "./descend.ts";
import { type Design, makeDesign, parameterNames } from "./design.ts";
import { inward, outwardInPlace } from "./coordinates.ts";
import { ModelError } from "./errors.ts";
import { MOST_RECORDS } from "./history.ts";
import { jump } from "./jump.ts";
import { errorAlong, errorOn } from "./left-out.ts";
import { thetaOf } from "./least-squares.ts";
import type { Vector } from "./linear/matrix.ts";
import { type Message, count } from "./message.ts";
import { type Moments, drop, merge } from "./moments.ts";
import { Quadratic } from "./quadratic.ts";
import { plainRate } from "./rules/registry.ts";
import { type Walk, recordOf, walk } from "./walk.ts";

/** Ridge penalties that are tried: none, and half powers of ten from 1e-6 to 100. */
export const LADDER: readonly number[] = [
  0,
  ...Array.from({ length: 17 }, (_, i) => 10 ** ((i - 12) / 2)),
];
/** A step, or a penalty, is as good as the best one where its error is within a thousandth. */
export const NEAR = 1.001;

export interface LeftOut {
  readonly steps: Float64Array;
  /** Mean squared error over the folds; infinite from where a fold's descent left the ceiling. */
  readonly leftOut: Float64Array;
  /** "Always the mean" of the training parts, on the rows left out. */
  readonly baseline: number;
  /** Left-out error of the exact answers. */
  readonly exact: number;
  readonly folds: number;
}

export interface Validation extends LeftOut {
  /** The same on the rows learnt from. */
  readonly training: Float64Array;
}

export interface StartOptions {
  readonly start?: number | readonly number[];
  readonly standardize?: boolean;
  readonly ridge?: number;
}

/** A fold with the bowl of the others, and where a descent starts in it. */
export interface StartedPart {
  readonly part: Part;
  readonly surface: Quadratic;
  readonly inner: Vector;
  readonly ridge: number;
  /** The error of a line on the fold, and that of the exact answer. */
  readonly onFold: (theta: Vector) => number;
  readonly exact: number;
  /** The error on the fold at some steps of gradient descent with a rate. */
  readonly along: (rate: number, steps: readonly number[]) => Float64Array;
}

export interface Best {
  readonly ridge: number;
  readonly learningRate: number;
  readonly step: number;
  readonly leftOut: number;
  readonly plain: number;
  readonly errors: readonly number[];
  readonly message: Message;
}

/** One fold, and what is learnt from the others. */
export interface Part {
  readonly training: Moments;
  readonly fold: Moments;
  readonly design: Design;
  /** Names of the parameters with the levels that training has not seen. */
  readonly names: readonly string[];
}

/** Return the moments of the other folds, for each fold: 3 n merges instead of n^2. */
export function trainings(folds: readonly Moments[]): Moments[] {
  const running = (list: readonly Moments[]): Moments[] => {
    const sums: Moments[] = [];
    for (const fold of list) {
      const before = sums.at(-1);
      sums.push(before ? merge(before, fold) : fold);
    }
    return sums;
  };
  const before = running(folds);
  const after = running([...folds].reverse()).reverse();
  return folds.map((_, f) => {
    const left = before[f - 1];
    const right = after[f + 1];
    if (left && right) return merge(left, right);
    return (left ?? right)!;
  });
}

/** Prepare the folds: once for the data, whatever is tried on them. */
export function partsOf(
  folds: readonly Moments[],
  hasIntercept = true,
  onlyLast = false,
): readonly Part[] {
  if (folds.length < 2) throw new ModelError("hold_out.no-folds");
  const parts: Part[] = [];
  trainings(folds).forEach((training, f) => {
    const fold = folds[f]!;
    if (onlyLast && f !== folds.length - 1) return;
    if (!(fold.weightSum > 0 && training.weightSum > 0)) return;
    const unseen = training.columns
      .filter((column, j) => column.kind === "level" && training.mean[j] === 0)
      .map((column) => column.name);
    const seen = unseen.length > 0 ? drop(training, unseen) : training;
    const names = parameterNames(makeDesign(training, hasIntercept));
    parts.push({ training, fold, design: makeDesign(seen, hasIntercept), names });
  });
  if (parts.length === 0) {
    throw new ModelError("hold_out.nothing-left-out", { folds: count(folds.length) });
  }
  return parts;
}

/** Shape the bowls: once for a penalty and a start, whatever rate is tried. */
export function startParts(
  parts: readonly Part[],
  { start = 0, standardize = true, ridge = 0 }: StartOptions = {},
): readonly StartedPart[] {
  return parts.map((part) => {
    const surface = new Quadratic(part.design, standardize, ridge);
    const own = readStart(startOf(part, start), parameterNames(part.design));
    const inner = inward(surface.coordinates, own);
    const onFold = errorOn(part.fold, part.design);
    const exact = onFold(thetaOf(surface.answer, part.design.hasIntercept));
    const along = errorAlong(surface, inner, part.fold);
    return { part, surface, inner, ridge, onFold, exact, along };
  });
}

/** Descend without each fold in turn, and measure every step on it. */
export function validate(started: readonly StartedPart[], options: RunOptions = {}): Validation {
  const { steps = 1000 } = options;
  return measured(
    started,
    started.map(({ surface, inner }) => {
      const { rule } = chosenRule(options, surface, inner, steps);
      const rate = plainRate(rule);
      const record =
        rate !== null && steps > MOST_RECORDS
          ? jump(surface, rate, inner, steps, null)
          : walk(surface, rule, inner, steps, null);
      outwardInPlace(surface.coordinates, record.theta);
      return record;
    }),
  );
}

/**
 * The error on rows left out of gradient descent, at some steps only: the closed form, for a drag.
 * Without a rate each training part has its own best one.
 */
export function validateAt(
  started: readonly StartedPart[],
  rate: number | null,
  steps: readonly number[],
): LeftOut {
  const leftOut = new Float64Array(steps.length);
  const weight = started.reduce((sum, { part }) => sum + part.fold.weightSum, 0);
  for (const { part, surface, inner, along } of started) {
    const chosen = rate ?? plainRate(chosenRule({}, surface, inner, steps.at(-1)!).rule)!;
    const share = part.fold.weightSum / weight;
    along(chosen, steps).forEach((error, n) => (leftOut[n]! += share * error));
  }
  return { ...whatever(started, weight), steps: Float64Array.from(steps), leftOut };
}

type Measured = Pick<Walk, "p" | "steps" | "theta" | "gap">;

/** Measure what the folds' descents left behind, theta in the user's units. */
function measured(started: readonly StartedPart[], records: readonly Measured[]): Validation {
  const longest = records.reduce((a, b) => (b.gap.length > a.gap.length ? b : a));
  const length = longest.gap.length;
  const training = new Float64Array(length);
  const leftOut = new Float64Array(length);
  const weight = started.reduce((sum, { part }) => sum + part.fold.weightSum, 0);
  const seen = started.reduce((sum, { part }) => sum + part.training.weightSum, 0);
  started.forEach(({ part, surface, ridge, onFold }, f) => {
    const record = records[f]!;
    const onTraining = ridge > 0 ? errorOn(part.training, part.design) : null;
    for (let t = 0; t < length; t++) {
      const isGone = t >= record.gap.length;
      const theta = isGone ? null : recordOf(record.theta, record.p, t);
      const out = theta ? onFold(theta) : Infinity;
      // A penalty is no error: what is measured is the squared error alone.
      const own = !theta ? Infinity : (onTraining?.(theta) ?? record.gap[t]! + surface.least);
      leftOut[t]! += (part.fold.weightSum / weight) * out;
      training[t]! += (part.training.weightSum / seen) * own;
    }
  });
  return { ...whatever(started, weight), steps: longest.steps, training, leftOut };
}

/** What is known of folds whatever descends: the baseline, and the error of the exact answers. */
function whatever(
  started: readonly StartedPart[],
  weight: number,
): Pick<LeftOut, "baseline" | "exact" | "folds"> {
  return {
    baseline: pooled(
      started.map(({ part }) => part),
      baselineOf,
    ),
    exact: started.reduce(
      (sum, { part, exact }) => sum + (part.fold.weightSum / weight) * exact,
      0,
    ),
    folds: started.length,
  };
}

/** The first step whose left-out error is within a thousandth of the smallest one. */
export function bestStep({ steps, leftOut }: Pick<Validation, "steps" | "leftOut">): number {
  const near = NEAR * leftOut.reduce((a, b) => Math.min(a, b), Infinity);
  return steps[leftOut.findIndex((error) => error <= near)]!;
}

/** Left-out error of the exact answers with each penalty of the ladder. */
export function ladderErrors(parts: readonly Part[], standardize = true): number[] {
  const weight = parts.reduce((sum, part) => sum + part.fold.weightSum, 0);
  return LADDER.map((ridge) =>
    parts.reduce(
      (sum, part) => sum + exactShare(part, new Quadratic(part.design, standardize, ridge), weight),
      0,
    ),
  );
}

/** Find the ridge penalty, and the step to stop at, with the smallest error on rows left out. */
export function findBest(
  moments: Moments,
  parts: readonly Part[],
  options: Omit<StartOptions, "ridge"> & { hasIntercept?: boolean; steps?: number } = {},
): Best {
  const { steps = 1000, start = 0, standardize = true, hasIntercept = true } = options;
  const errors = ladderErrors(parts, standardize);
  // The smallest penalty that is as good as the best one: none at all, where that is.
  const least = errors.reduce((a, b) => Math.min(a, b), Infinity);
  const ridge = LADDER[errors.findIndex((error) => error <= NEAR * least)]!;
  const started = fromStart(prepare(moments, { hasIntercept, standardize, ridge }), start);
  const rate = plainRate(chosenRule({}, started.prepared.surface, started.inner, steps).rule)!;
  const seen = validate(startParts(parts, { start, standardize, ridge }), {
    learningRate: rate,
    steps,
  });
  const step = bestStep(seen);
  const leftOut = seen.leftOut[seen.steps.indexOf(step)]!;
  const values = {
    ridge,
    rate,
    step: count(step),
    steps: count(seen.steps.at(-1)!),
    tried: count(LADDER.length),
    most: LADDER.at(-1)!,
    rmse: Math.sqrt(leftOut),
    plain: Math.sqrt(errors[0]!),
  };
  const code = ridge > 0 ? "validation.best-ridge" : "validation.best-plain";
  return {
    ridge,
    learningRate: rate,
    step,
    leftOut,
    plain: errors[0]!,
    errors,
    message: { code, values },
  };
}

function exactShare(part: Part, surface: Quadratic, weight: number): number {
  const exact = thetaOf(surface.answer, part.design.hasIntercept);
  return (part.fold.weightSum / weight) * errorOn(part.fold, part.design)(exact);
}

function baselineOf({ fold, training }: Part): number {
  const y = fold.columns.length;
  const off = fold.mean[y]! - training.mean[y]!;
  return fold.scatter.data[y * (y + 1) + y]! / fold.weightSum + off * off;
}

function pooled(parts: readonly Part[], of: (part: Part) => number): number {
  const weight = parts.reduce((sum, part) => sum + part.fold.weightSum, 0);
  return parts.reduce((sum, part) => sum + (part.fold.weightSum / weight) * of(part), 0);
}

/** Take a start of one number for each parameter to the columns there are. */
function startOf(part: Part, start: number | readonly number[]): number | number[] {
  if (typeof start === "number") return start;
  const given = new Map(part.names.map((name, j) => [name, start[j]!]));
  return parameterNames(part.design).map((name) => given.get(name) ?? 0);
}
