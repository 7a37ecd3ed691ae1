/**
 * Descent on moments: theta_0, a rule and a bowl become a trajectory. A step costs O(p^2) whatever
 * the number of rows was.
 *
 * The work is cut where a drag cuts it: `prepare` once for the data and the settings, `fromStart`
 * once for a start, `run` for every rule and rate.
 */

import { type Facts, advise } from "./advice.ts";
import { choose } from "./auto.ts";
import { gradientOutwardInPlace, inward, outward, outwardInPlace } from "./coordinates.ts";
import { type Design, makeDesign, parameterNames } from "./design.ts";
import { ModelError } from "./errors.ts";
import { MOST_RECORDS } from "./history.ts";
import { jump } from "./jump.ts";
import type { Vector } from "./linear/matrix.ts";
import { type Message, count } from "./message.ts";
import type { Moments } from "./moments.ts";
import { ARRIVED, judge, oscillates, spectrumSays } from "./outcome.ts";
import { Quadratic } from "./quadratic.ts";
import { bestRate, conditionNumber, limit, stepsTo, worstCaseRate } from "./rates.ts";
import { anyRate, hasRate, makeRule, plainRate, ruleToJson } from "./rules/registry.ts";
import type { Rule } from "./rules/rule.ts";
import type { Rate } from "./rules/schedules.ts";
import { type Solution, makeSolution } from "./solution.ts";
import { type Rates, Trajectory } from "./trajectory.ts";
import { type Walk, recordOf, walk } from "./walk.ts";

export interface SurfaceOptions {
  readonly hasIntercept?: boolean;
  readonly standardize?: boolean;
  readonly ridge?: number;
}

export interface RunOptions {
  /** A name of the table of rules, or a rule. */
  readonly rule?: string | Rule;
  readonly learningRate?: Rate | "auto";
  readonly steps?: number;
  readonly tolerance?: number | null;
  /** Of plain gradient descent, keep these steps alone, and find each directly: for a drag. */
  readonly keep?: (last: number) => readonly number[];
}

export interface Prepared {
  readonly design: Design;
  readonly surface: Quadratic;
  /** The same loss in the other coordinates: standardised, or not. */
  readonly other: Quadratic;
  readonly solution: Solution;
  readonly standardize: boolean;
}

export interface Started {
  readonly prepared: Prepared;
  /** In the user's units. */
  readonly theta: Vector;
  /** In descent's coordinates. */
  readonly inner: Vector;
  readonly shares: Vector;
  readonly rates: Rates;
}

/** Descend the squared error of moments. */
export function descend(
  moments: Moments,
  options: SurfaceOptions & RunOptions & { readonly start?: number | readonly number[] } = {},
): Trajectory {
  return run(fromStart(prepare(moments, options), options.start ?? 0), options);
}

/** Solve, and shape the bowl: all that depends on the data and not on the run. */
export function prepare(moments: Moments, options: SurfaceOptions = {}): Prepared {
  const { hasIntercept = true, standardize = false, ridge = 0 } = options;
  const design = makeDesign(moments, hasIntercept);
  const surface = new Quadratic(design, standardize, ridge);
  const same = ridge === 0 ? surface.answer : undefined;
  const other = new Quadratic(design, !standardize, ridge, same);
  const solution = makeSolution(design, surface.answer, ridge);
  return { design, surface, other, solution, standardize };
}

/** Judge a start: shares of the directions, limit and best rates. */
export function fromStart(prepared: Prepared, start: number | ArrayLike<number>): Started {
  const { surface, other } = prepared;
  const theta = readStart(start, parameterNames(prepared.design));
  const inner = inward(surface.coordinates, theta);
  const shares = surface.shares(inner);
  const own = bestOf(surface, shares);
  const others = bestOf(other, other.shares(inward(other.coordinates, theta)));
  const [user, scaled] = prepared.standardize ? [others, own] : [own, others];
  const rates: Rates = {
    limit: own.limit,
    worstCase: worstCaseRate(surface.eigenvalues),
    best: own.rate,
    bestSteps: own.steps,
    conditionNumber: conditionNumber(surface.eigenvalues),
    userLimit: user.limit,
    userBest: user.rate,
    scaledLimit: scaled.limit,
    scaledBest: scaled.rate,
  };
  return { prepared, theta, inner, shares, rates };
}

/** Take the steps and judge them. */
export function run(started: Started, options: RunOptions = {}): Trajectory {
  const { steps = 1000, tolerance = null, keep } = options;
  checkSettings(steps, tolerance);
  const { prepared, inner } = started;
  const { surface, solution } = prepared;
  const { rule, notes } = chosenRule(options, surface, inner, steps);
  const rate = plainRate(rule);
  const record =
    rate !== null && (keep || steps > MOST_RECORDS)
      ? jump(surface, rate, inner, steps, tolerance, keep)
      : walk(surface, rule, inner, steps, tolerance);
  const target = (tolerance ?? ARRIVED) * surface.scaleOfLoss;
  const foreseen = rate === null ? null : spectrumSays(surface, rate, inner);
  const outcome = judge(record, { target, grows: foreseen });
  const oscillating = oscillates(record, surface, rate);
  const facts = factsOf(rule, record, started, options);
  outwardInPlace(surface.coordinates, record.theta);
  record.theta.set(started.theta);
  gradientOutwardInPlace(surface.coordinates, record.gradient);
  return new Trajectory({
    parameterNames: parameterNames(prepared.design),
    hasIntercept: prepared.design.hasIntercept,
    steps: record.steps,
    theta: record.theta,
    loss: record.gap.map((gap) => gap + surface.least),
    gap: record.gap,
    gradient: record.gradient,
    outcome,
    oscillating,
    exact: solution,
    rule: ruleToJson(rule),
    learningRate: anyRate(rule),
    rates: started.rates,
    stop: record.stop,
    messages: advise(outcome, oscillating, record, facts),
    notes: [...notes, ...solution.warnings],
  });
}

/** Refuse what makes no sense as a number of steps or a tolerance. */
export function checkSettings(steps: number, tolerance: number | null): void {
  if (!Number.isInteger(steps)) throw new ModelError("descent.steps-type", { got: String(steps) });
  if (steps < 0) throw new ModelError("descent.steps-negative", { got: count(steps) });
  if (tolerance !== null && !(Number.isFinite(tolerance) && tolerance > 0)) {
    throw new ModelError("spectrum.tolerance", { got: String(tolerance) });
  }
}

/** Return the start as a vector: one number for all parameters, or one for each. */
export function readStart(start: number | ArrayLike<number>, names: readonly string[]): Vector {
  const p = names.length;
  const theta =
    typeof start === "number" ? new Float64Array(p).fill(start) : Float64Array.from(start);
  if (theta.length !== p) {
    const values = { got: `(${theta.length},)`, needed: count(p), names };
    throw new ModelError("spectrum.start-shape", values);
  }
  if (!theta.every(Number.isFinite)) {
    throw new ModelError("spectrum.start-not-finite", { got: Array.from(theta) });
  }
  return theta;
}

/** Return the rule with its constants, and what was chosen automatically. */
export function chosenRule(
  { rule = "gradient-descent", learningRate = "auto" }: RunOptions,
  surface: Quadratic,
  start: Vector,
  steps: number,
): { rule: Rule; notes: readonly Message[] } {
  if (learningRate !== "auto") return { rule: makeRule(rule, learningRate), notes: [] };
  if (typeof rule !== "string") return { rule, notes: [] };
  const choice = choose(rule, surface, start, steps);
  return { rule: choice.rule, notes: [choice.message] };
}

function bestOf(surface: Quadratic, shares: Vector) {
  const target = ARRIVED * surface.scaleOfLoss;
  const best = bestRate(shares, surface.eigenvalues, target);
  return { ...best, limit: limit(surface.eigenvalues) };
}

function factsOf(
  rule: Rule,
  record: Walk,
  started: Started,
  { tolerance = null, keep }: RunOptions,
): Facts {
  const { prepared, rates, shares } = started;
  const { surface, solution } = prepared;
  const rate = plainRate(rule);
  const share = tolerance ?? ARRIVED;
  const target = share * surface.scaleOfLoss;
  const inside = record.gap.findIndex((gap) => gap <= target);
  const until = (goal: number) =>
    rate === null ? null : stepsTo(shares, surface.eigenvalues, rate, goal);
  // Between the steps of a few that are kept, the closed form knows when it got there.
  const arrived = inside < 0 ? null : ((keep && until(target)) ?? record.steps[inside]!);
  const condition = rates.conditionNumber;
  const hurts = !prepared.standardize && condition !== null && condition > 100;
  return {
    constant: hasRate(rule),
    rate: rate ?? anyRate(rule),
    isPlain: rate !== null,
    limit: rates.limit,
    best: rate === null ? null : rates.best,
    bestSteps: rates.bestSteps,
    stepsNeeded: until(target),
    stepsToCertain:
      solution.residualStd === null ? null : until((0.01 * solution.loss) / solution.weightSum),
    arrived,
    standardErrorsAway: distance(surface, record, solution),
    scaleOfLoss: surface.scaleOfLoss,
    least: surface.least,
    tolerance: share,
    scalingHelps: hurts ? condition : null,
  };
}

/** Return the largest distance of a parameter from the exact one, in standard errors. */
function distance(surface: Quadratic, record: Walk, solution: Solution): number | null {
  const theta = outward(
    surface.coordinates,
    recordOf(record.theta, record.p, record.gap.length - 1),
  );
  let largest = 0;
  for (let j = 0; j < theta.length; j++) {
    const error = solution.standardErrors[j];
    if (!error) return null;
    largest = Math.max(largest, Math.abs(theta[j]! - solution.theta[j]!) / error);
  }
  return largest;
}
