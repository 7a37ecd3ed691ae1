/**
 * The exact answer with its statistics, beside every descent.
 *
 * With residual variance s^2 = W L* / (W - p) the covariance of the coefficients is
 * s^2 (X'X)^-1. R^2 = 1 - L* / q, q the loss of "always the mean" (of "always zero" without an
 * intercept). What cannot be known is null.
 */

import { dependentColumns } from "./dependence.ts";
import { type Design, makeDesign, parameterCount, spread } from "./design.ts";
import { ModelError } from "./errors.ts";
import { type LeastSquares, leastSquares, thetaOf } from "./least-squares.ts";
import { type Vector, dot, norm, row } from "./linear/matrix.ts";
import { type Message, count } from "./message.ts";
import type { Moments } from "./moments.ts";
import { tQuantile, twoSidedP } from "./student.ts";

export interface Solution {
  readonly featureNames: readonly string[];
  readonly references: Readonly<Record<string, string>>;
  /** (w*, b*), or w* without an intercept. */
  readonly theta: Vector;
  readonly hasIntercept: boolean;
  /** L*, with its penalty. */
  readonly loss: number;
  readonly ridge: number;
  readonly weightSum: number;
  readonly rank: number;
  readonly degreesOfFreedom: number;
  /** Each column that adds nothing, with the columns it can be computed from. */
  readonly dependent: readonly [string, string[]][];
  readonly standardErrors: readonly (number | null)[];
  readonly residualStd: number | null;
  readonly r2: number | null;
  readonly warnings: readonly Message[];
  readonly design: Design;
  readonly answer: LeastSquares;
}

/** Return the exact least-squares (or ridge) answer of moments. */
export function solve(
  moments: Moments,
  options: { hasIntercept?: boolean; ridge?: number; standardize?: boolean } = {},
): Solution {
  const { hasIntercept = true, ridge = 0, standardize = false } = options;
  const design = makeDesign(moments, hasIntercept);
  return makeSolution(
    design,
    leastSquares(design, ridgePenalty(design, ridge, standardize)),
    ridge,
  );
}

/** Return the penalty on each squared weight in the user's units, or null for none. */
export function ridgePenalty(design: Design, ridge: number, standardize: boolean): Vector | null {
  if (!(Number.isFinite(ridge) && ridge >= 0)) {
    throw new ModelError("solution.ridge-negative", { got: String(ridge) });
  }
  if (ridge === 0) return null;
  return spread(design).map((scale) => (standardize ? ridge * scale * scale : ridge));
}

/** Add the statistics to an answer. */
export function makeSolution(design: Design, answer: LeastSquares, ridge = 0): Solution {
  const p = parameterCount(design);
  const degreesOfFreedom = design.weightSum - answer.rank - Number(design.hasIntercept);
  const dependent = dependentColumns(design, answer.nullRows);
  const warnings: Message[] = [];
  let residualStd: number | null = null;
  let standardErrors: (number | null)[] = Array.from({ length: p }, () => null);
  if (ridge > 0) {
    warnings.push({ code: "solution.ridge-no-errors", values: { ridge } });
  } else if (degreesOfFreedom <= 0) {
    const values = { rows: design.weightSum, parameters: count(p) };
    warnings.push({ code: "solution.no-freedom", values });
  } else if (!answer.resolved) {
    warnings.push({ code: "solution.unresolved", values: {} });
  } else {
    residualStd = Math.sqrt((design.weightSum * answer.meanSquaredError) / degreesOfFreedom);
    standardErrors = errorsOf(design, answer, residualStd);
  }
  for (const [column, sources] of dependent) warnings.push(dependenceMessage(column, sources));
  return {
    featureNames: design.columns.map((column) => column.name),
    references: design.references,
    theta: thetaOf(answer, design.hasIntercept),
    hasIntercept: design.hasIntercept,
    loss: answer.loss,
    ridge,
    weightSum: design.weightSum,
    rank: answer.rank,
    degreesOfFreedom,
    dependent,
    standardErrors,
    residualStd,
    r2: r2Of(design, answer),
    warnings,
    design,
    answer,
  };
}

export function dependenceMessage(column: string, sources: readonly string[]): Message {
  return sources.length > 0
    ? { code: "solution.dependent", values: { column, sources } }
    : { code: "solution.constant", values: { column } };
}

/** Return coefficient / standard error, null where unknown. */
export function tValues(solution: Solution): (number | null)[] {
  return solution.standardErrors.map((error, j) => (error ? solution.theta[j]! / error : null));
}

/** Return the two-sided p-values of "this parameter is zero". */
export function pValues(solution: Solution): (number | null)[] {
  return tValues(solution).map((t) =>
    t === null ? null : twoSidedP(t, solution.degreesOfFreedom),
  );
}

/** Return confidence intervals of each parameter. */
export function confidence(solution: Solution, level = 0.95): ([number, number] | null)[] {
  if (solution.standardErrors.every((error) => error === null)) {
    return solution.standardErrors.map(() => null);
  }
  const width = tQuantile(level, solution.degreesOfFreedom);
  return solution.standardErrors.map((error, j) => {
    const value = solution.theta[j]!;
    return error === null ? null : [value - width * error, value + width * error];
  });
}

/** The prediction for one row, with the interval a new point falls into. */
export interface Prediction {
  readonly value: number;
  /** Null where the errors are unknown. */
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Predict for one row: y_hat +- t s sqrt(1 + 1/W + |G'(x - m)|^2 / W), the last two terms
 * without an intercept |G'x|^2 / W. `theta` is where a descent ended, else the exact answer.
 */
export function predictInterval(
  solution: Solution,
  x: readonly number[],
  level = 0.95,
  theta: Vector = solution.theta,
): Prediction {
  const { design, answer } = solution;
  const k = design.columns.length;
  const features = Float64Array.from(x);
  const value = dot(features, theta.subarray(0, k)) + (design.hasIntercept ? theta[k]! : 0);
  if (solution.residualStd === null) return { value, low: null, high: null };
  const away = features.map((cell, j) => cell - design.mean[j]!);
  const along = alongFactor(answer, away);
  const own = Number(design.hasIntercept);
  const variance = 1 + (own + dot(along, along)) / design.weightSum;
  const width =
    tQuantile(level, solution.degreesOfFreedom) * solution.residualStd * Math.sqrt(variance);
  return { value, low: value - width, high: value + width };
}

/** Return G'v. */
function alongFactor(answer: LeastSquares, v: Vector): Vector {
  const G = answer.inverseFactor;
  const result = new Float64Array(G.columns);
  for (let j = 0; j < G.rows; j++) {
    for (let m = 0; m < G.columns; m++) result[m]! += v[j]! * G.data[j * G.columns + m]!;
  }
  return result;
}

function r2Of(design: Design, answer: LeastSquares): number | null {
  if (design.q <= 0) return null;
  if (!answer.resolved && answer.meanSquaredError >= 0.5 * design.q) return null;
  return 1 - answer.meanSquaredError / design.q;
}

/** Return s sqrt(diag (X'X)^-1); null for columns that are part of a dependence. */
function errorsOf(design: Design, answer: LeastSquares, residualStd: number): (number | null)[] {
  const { inverseFactor: G, nullRows } = answer;
  const k = design.columns.length;
  const perRow = residualStd / Math.sqrt(design.weightSum);
  const tied = Array.from({ length: k }, (_, j) => {
    for (let n = 0; n < nullRows.rows; n++) {
      if (Math.abs(nullRows.data[n * k + j]!) > 1e-6) return true;
    }
    return false;
  });
  const errors: (number | null)[] = tied.map((is, j) => (is ? null : perRow * norm(row(G, j))));
  if (design.hasIntercept) {
    const moved = tied.some((is, j) => is && !design.constant[j] && Math.abs(design.mean[j]!) > 0);
    const along = alongFactor(answer, design.mean);
    errors.push(moved ? null : perRow * Math.hypot(1, norm(along)));
  }
  return errors;
}
