/**
 * Descent where moments are not enough: absolute, Huber, log and Brier loss, pass by pass over the
 * points on the page.
 *
 * The rate "auto" follows `kedou.fitting.passes`: 1 / (bound lambda_max) for gradient descent on
 * losses with a bounded curvature; a ladder tried on the squared error of the same curvature for
 * other rules; the distance to the least-squares answer over the root of the number of steps for
 * losses with a corner.
 */

import { type Facts, advise } from "./advice.ts";
import {
  type Coordinates,
  gradientInward,
  gradientOutwardInPlace,
  inward,
  outward,
  outwardInPlace,
} from "./coordinates.ts";
import { type RunOptions, checkSettings, chosenRule, readStart } from "./descend.ts";
import { makeDesign, parameterNames } from "./design.ts";
import { ModelError } from "./errors.ts";
import { curvatureOverPoints, overPoints } from "./forward.ts";
import { type Vector, apply, norm, subtract } from "./linear/matrix.ts";
import type { Loss } from "./losses/loss.ts";
import { lowestPoint } from "./lowest.ts";
import { type Message, count } from "./message.ts";
import { momentsOf } from "./moments.ts";
import { ARRIVED, judge, oscillates } from "./outcome.ts";
import type { Points } from "./points.ts";
import { Quadratic } from "./quadratic.ts";
import { anyRate, hasRate, makeRule, ruleToJson } from "./rules/registry.ts";
import type { Rule } from "./rules/rule.ts";
import type { Surface } from "./surface.ts";
import { type Exact, Trajectory } from "./trajectory.ts";
import { walk } from "./walk.ts";

export interface PassOptions extends RunOptions {
  readonly start?: number | ArrayLike<number>;
  readonly hasIntercept?: boolean;
  readonly standardize?: boolean;
}

/** The mean of a loss over points, as descent sees it, in descent's coordinates. */
export class PointsSurface implements Surface {
  least = 0;
  scaleOfLoss = 0;
  /** How often all points were read. */
  passes = 0;

  constructor(
    readonly loss: Loss,
    readonly points: Points,
    readonly coordinates: Coordinates,
  ) {}

  evaluate(theta: Vector, gradient: Vector): number {
    this.passes++;
    const sums = overPoints(this.loss, outward(this.coordinates, theta), this.points);
    const mean = sums.gradientSum.map((value) => value / sums.weightSum);
    gradient.set(gradientInward(this.coordinates, mean));
    const value = sums.lossSum / sums.weightSum;
    return value > this.least ? value - this.least : 0 * value;
  }

  value(theta: Vector): number {
    return this.evaluate(theta, new Float64Array(theta.length)) + this.least;
  }

  gradient(theta: Vector): Vector {
    const result = new Float64Array(theta.length);
    this.evaluate(theta, result);
    return result;
  }

  curvature(theta: Vector, v: Vector): Vector {
    const user = outward(this.coordinates, theta);
    const weightSum = totalWeight(this.points);
    const H = curvatureOverPoints(this.loss, user, this.points);
    const along = apply(H, outward(this.coordinates, v));
    return gradientInward(
      this.coordinates,
      along.map((value) => value / weightSum),
    );
  }
}

/** Descend a loss over points. */
export function descendPoints(points: Points, loss: Loss, options: PassOptions = {}): Trajectory {
  const { steps = 1000, tolerance = null, hasIntercept = true, standardize = false } = options;
  checkSettings(steps, tolerance);
  checkTarget(points, loss);
  const design = makeDesign(momentsOf(points), hasIntercept);
  const quadratic = new Quadratic(design, standardize);
  const theta = readStart(options.start ?? 0, parameterNames(design));
  const inner = inward(quadratic.coordinates, theta);
  const surface = new PointsSurface(loss, points, quadratic.coordinates);
  const exact = lowestPoint(surface, quadratic);
  setScale(surface, exact, inner);
  const { rule, notes } = ruleFor(options, loss, quadratic, inner, steps);
  surface.passes = 0;
  const record = walk(surface, rule, inner, steps, tolerance);
  const share = tolerance ?? ARRIVED;
  const target = share * surface.scaleOfLoss;
  const outcome = judge(record, { target, grows: null });
  const oscillating = oscillates(record, surface, null);
  const inside = record.gap.findIndex((gap) => gap <= target);
  const facts: Facts = {
    constant: hasRate(rule),
    rate: anyRate(rule),
    isPlain: false,
    limit: null,
    best: null,
    bestSteps: null,
    stepsNeeded: null,
    stepsToCertain: null,
    arrived: inside < 0 ? null : record.steps[inside]!,
    standardErrorsAway: null,
    scaleOfLoss: surface.scaleOfLoss,
    least: surface.least,
    tolerance: share,
    scalingHelps: null,
  };
  const messages = advise(outcome, oscillating, record, facts);
  outwardInPlace(surface.coordinates, record.theta);
  record.theta.set(theta);
  gradientOutwardInPlace(surface.coordinates, record.gradient);
  const passes = { loss: loss.name, passes: count(surface.passes) };
  const said: Message[] = [...notes, { code: "descent.passes", values: passes }];
  if (exact === null) said.push({ code: "descent.no-minimum", values: {} });
  return new Trajectory({
    parameterNames: parameterNames(design),
    hasIntercept,
    steps: record.steps,
    theta: record.theta,
    loss: record.gap.map((gap) => gap + surface.least),
    gap: exact === null ? null : record.gap,
    gradient: record.gradient,
    outcome,
    oscillating,
    exact,
    rule: ruleToJson(rule),
    learningRate: anyRate(rule),
    rates: null,
    stop: record.stop,
    messages,
    notes: said,
  });
}

/** Return the lowest point of a loss over points, for the line beside a drag; null if none. */
export function lowestOf(points: Points, loss: Loss, hasIntercept = true): Exact | null {
  checkTarget(points, loss);
  const quadratic = new Quadratic(makeDesign(momentsOf(points), hasIntercept));
  return lowestPoint(new PointsSurface(loss, points, quadratic.coordinates), quadratic);
}

export function totalWeight(points: Points): number {
  return points.weight ? points.weight.reduce((a, b) => a + b, 0) : points.y.length;
}

function checkTarget(points: Points, loss: Loss): void {
  if (!loss.isBinary) return;
  const odd = Array.from(points.y, (_, i) => i).filter(
    (i) => points.y[i] !== 0 && points.y[i] !== 1,
  );
  if (odd.length === 0) return;
  throw new ModelError("losses.target-not-0-1", {
    loss: loss.name,
    got: points.y[odd[0]!]!,
    row: count(odd[0]! + 1),
    count: count(odd.length),
  });
}

function setScale(surface: PointsSurface, exact: Exact | null, start: Vector): void {
  const first = surface.value(start);
  if (exact) surface.least = exact.loss;
  surface.scaleOfLoss = Math.max(surface.least, 1e-12 * first);
}

function ruleFor(
  options: RunOptions,
  loss: Loss,
  quadratic: Quadratic,
  start: Vector,
  steps: number,
): { rule: Rule; notes: readonly Message[] } {
  const name = options.rule ?? "gradient-descent";
  const isAutomatic = (options.learningRate ?? "auto") === "auto";
  const constant = typeof name === "string" ? hasRate(name) : null;
  if (typeof name !== "string" || !isAutomatic || constant === null) {
    return chosenRule(options, quadratic, start, steps);
  }
  const top = Math.max(start.length > 0 ? quadratic.eigenvalues[0]! : 0, 1e-300) / 2;
  const bound = loss.curvatureBound;
  let rate: number;
  let code: string;
  if (bound === null) {
    const distance = norm(subtract(start, quadratic.best)) || 1;
    const size = distance / Math.sqrt(Math.max(steps, 1));
    rate = name === "gradient-descent" ? size / Math.sqrt(top) : size;
    code = "descent.auto-distance";
  } else if (name === "gradient-descent") {
    rate = 1 / (bound * top);
    code = "descent.auto-bound";
  } else {
    const surrogate = chosenRule({ rule: name }, quadratic, start, steps).rule;
    rate = anyRate(surrogate) || 1;
    code = "descent.auto-surrogate";
    if (name === "momentum" || name === "nesterov") rate *= 2 / bound;
  }
  const values = { constant, steps: count(steps), rate, rule: name };
  return { rule: makeRule(name, rate), notes: [{ code, values }] };
}
