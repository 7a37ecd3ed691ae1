/**
 * How many digits the exact answer keeps, estimated from the moments themselves; the formulas and
 * their reasons stand in `kedou.spectrum.digits`.
 *
 *     e = g eps sqrt(|u|^2 + q)        delta u_j ~ e |C^-1 row j| + eps/2 |u_j|
 *     delta b ~ e sqrt(1 + |C^-1 m/s|^2) + eps/2 |b|
 *     delta L* ~ 2 g eps (|u|^2 + q) + e^2 tr C^-1
 *
 * The relative error of W - p, where the weight sum W was rounded, counts with that of L*.
 */

import { type Design, EPS } from "./design.ts";
import type { LeastSquares } from "./least-squares.ts";
import { apply, dot, norm, row, times, transpose } from "./linear/matrix.ts";

const TYPICAL_ERROR = 0.35;
const MOST_DIGITS = -Math.log10(EPS / 2);

export interface Digits {
  readonly coefficients: number;
  /** Null where no degree of freedom is left, and so no such deviation. */
  readonly residualStd: number | null;
}

export function estimateDigits(design: Design, answer: LeastSquares): Digits {
  const k = design.columns.length;
  const { nullRows, scale } = answer;
  const freedom = design.weightSum - (k - nullRows.rows) - (design.hasIntercept ? 1 : 0);
  const deviation = (quadratic: number): number | null =>
    freedom > 0 ? digitsOf(stdError(design, answer, quadratic, freedom)) : null;
  if (nullRows.rows > 0 && !design.constant.every(Boolean)) {
    const tied = design.constant.some((still, j) => {
      if (still) return false;
      for (let n = 0; n < nullRows.rows; n++) {
        if (Math.abs(nullRows.data[n * k + j]!) > 1e-6) return true;
      }
      return false;
    });
    if (tied) return { coefficients: 0, residualStd: deviation(0) };
  }
  const G = answer.inverseFactor;
  const data = G.data.map((value, at) => value * scale[Math.floor(at / G.columns)]!);
  const factor = { rows: k, columns: G.columns, data };
  const inverse = times(factor, transpose(factor));
  const u = answer.weights.map((value, j) => value * scale[j]!);
  const push = TYPICAL_ERROR * EPS * Math.hypot(norm(u), Math.sqrt(design.q));
  const relative = Array.from(u, (value, j) =>
    ratio(push * norm(row(inverse, j)) + 0.5 * EPS * Math.abs(value), Math.abs(value)),
  );
  if (design.hasIntercept) {
    const means = design.mean.map((value, j) => value / scale[j]!);
    const error =
      push * Math.hypot(1, norm(apply(inverse, means))) + 0.5 * EPS * Math.abs(answer.intercept);
    relative.push(ratio(error, Math.abs(answer.intercept)));
  }
  const worst = relative.length > 0 ? Math.max(...relative) : EPS;
  let trace = 0;
  for (let j = 0; j < k; j++) trace += inverse.data[j * k + j]!;
  return {
    coefficients: digitsOf(worst),
    residualStd: deviation(push * push * trace),
  };
}

function stdError(
  design: Design,
  answer: LeastSquares,
  quadratic: number,
  freedom: number,
): number {
  if (!answer.resolved) return 1;
  const u = answer.weights.map((value, j) => value * answer.scale[j]!);
  const rounding = 2 * TYPICAL_ERROR * EPS * (dot(u, u) + design.q);
  const lost = ratio(rounding + quadratic, answer.meanSquaredError) / 2;
  const total = design.weightSum;
  if (Number.isInteger(total)) return lost; // rows or counts: no rounding
  return lost + (0.25 * EPS * total) / freedom;
}

function ratio(error: number, value: number): number {
  if (error === 0) return 0;
  return value > 0 ? error / value : 1;
}

function digitsOf(relative: number): number {
  if (relative <= 0) return MOST_DIGITS;
  return Math.min(Math.max(-Math.log10(relative), 0), MOST_DIGITS);
}
