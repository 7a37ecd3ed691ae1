/**
 * The exact answer: normal equations in correlation form.
 *
 * Every column is divided by its own spread D; the scaled matrix C = D^-1 (A + R) D^-1 (R the
 * ridge penalty) is taken apart once, C = Q' diag(lambda) Q. Eigenvalues below rounding mark
 * columns that depend on each other: they get the answer of minimum norm in scaled columns. Two
 * steps of refinement with residuals summed exactly remove the rounding of the solve.
 *
 * The minimum of the loss is v'Jv = sum lambda (q'v)^2 over the joint matrix J of [X y] with
 * v = (-w, 1): a non-negative sum, never a difference.
 */

import { type Design, EPS } from "./design.ts";
import { eigen } from "./linear/eigen.ts";
import { exactSum, twoProduct } from "./linear/exact-sum.ts";
import { type Matrix, type Vector, apply, zeros } from "./linear/matrix.ts";

const RANK_TOLERANCE = 16 * EPS;

export interface LeastSquares {
  /** w* */
  readonly weights: Vector;
  /** b*, 0 without an intercept. */
  readonly intercept: number;
  /** L* with the penalty. */
  readonly loss: number;
  /** L* without the penalty. */
  readonly meanSquaredError: number;
  /** Below this no digit of meanSquaredError is known. */
  readonly floor: number;
  /** F with A + R = F'F, (k, k). */
  readonly factor: Matrix;
  /** G with (A + R)^+ = G G', (k, rank). */
  readonly inverseFactor: Matrix;
  /** Scaled directions along which the loss does not change, as rows, (nullity, k). */
  readonly nullRows: Matrix;
  /** D, the spread of each column used here. */
  readonly scale: Vector;
  readonly rank: number;
  /** Whether the minimum of the loss stands above its rounding floor. */
  readonly resolved: boolean;
}

/** Minimise L(w, b) + sum penalty_j w_j^2. */
export function leastSquares(design: Design, penalty: Vector | null = null): LeastSquares {
  const k = design.columns.length;
  const A = design.A.data.slice();
  if (penalty) for (let j = 0; j < k; j++) A[j * k + j]! += penalty[j]!;
  const dead = design.constant.map((still, j) => still && (!penalty || penalty[j] === 0));
  const scale = Float64Array.from(dead, (is, j) => (is ? 1 : Math.sqrt(A[j * k + j]!)));
  const C = zeros(k, k);
  const r = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    if (dead[i]) continue;
    r[i] = design.c[i]! / scale[i]!;
    for (let j = 0; j < k; j++) {
      if (!dead[j]) C.data[i * k + j] = A[i * k + j]! / scale[i]! / scale[j]!;
    }
  }
  const { values, vectors } = eigen(C);
  const tolerance = RANK_TOLERANCE * k * (k > 0 ? values[k - 1]! : 0);
  const first = values.findIndex((value) => value > tolerance);
  const nullity = first < 0 ? k : first;
  const rank = k - nullity;

  const inverse = zeros(k, k);
  const inverseFactor = zeros(k, rank);
  const factor = zeros(k, k);
  for (let m = nullity; m < k; m++) {
    const root = Math.sqrt(values[m]!);
    for (let i = 0; i < k; i++) {
      const along = vectors.data[m * k + i]!;
      factor.data[m * k + i] = root * along * scale[i]!;
      inverseFactor.data[i * rank + m - nullity] = along / root / scale[i]!;
      const left = along / root;
      for (let j = 0; j < k; j++) {
        inverse.data[i * k + j]! += (left * vectors.data[m * k + j]!) / root;
      }
    }
  }
  const u = apply(inverse, r);
  for (let round = 0; round < 2; round++) {
    const change = apply(inverse, residual(C, u, r));
    for (let j = 0; j < k; j++) u[j]! += change[j]!;
  }
  const weights = u.map((value, j) => value / scale[j]!);
  const { meanSquaredError, floor } = minimum(design, weights);
  let loss = meanSquaredError;
  if (penalty) for (let j = 0; j < k; j++) loss += penalty[j]! * weights[j]! ** 2;
  return {
    weights,
    intercept: design.hasIntercept ? interceptOf(design, weights) : 0,
    loss,
    meanSquaredError,
    floor,
    factor,
    inverseFactor,
    nullRows: { rows: nullity, columns: k, data: vectors.data.slice(0, nullity * k) },
    scale,
    rank,
    resolved: meanSquaredError > floor,
  };
}

/** Return theta* = (w*, b*), or w*. */
export function thetaOf(answer: LeastSquares, hasIntercept: boolean): Vector {
  return hasIntercept
    ? Float64Array.from([...answer.weights, answer.intercept])
    : answer.weights.slice();
}

/** Return r - C u, every product and the sum carried in twice the precision. */
function residual(C: Matrix, u: Vector, r: Vector): Vector {
  const k = u.length;
  return r.map((value, i) => {
    const terms = [value];
    for (let j = 0; j < k; j++) {
      const [product, error] = twoProduct(C.data[i * k + j]!, u[j]!);
      terms.push(-product, -error);
    }
    return exactSum(terms);
  });
}

/** Return b* = ybar - m'w, the means in twice the precision. */
function interceptOf(design: Design, w: Vector): number {
  let low = design.targetMeanLow;
  const terms = [design.targetMean];
  w.forEach((value, j) => {
    const [product, error] = twoProduct(value, design.mean[j]!);
    low -= value * design.meanLow[j]!;
    terms.push(-product, -error);
  });
  return exactSum([...terms, low]);
}

/** Return v'Jv as a sum of squares, and the floor below which it is rounding. */
function minimum(design: Design, w: Vector): { meanSquaredError: number; floor: number } {
  const k = w.length;
  const n = k + 1;
  const J = zeros(n, n);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) J.data[i * n + j] = design.A.data[i * k + j]!;
    J.data[i * n + k] = design.c[i]!;
    J.data[k * n + i] = design.c[i]!;
  }
  J.data[k * n + k] = design.q;
  const size = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const root = Math.sqrt(Math.max(J.data[i * n + i]!, 0));
    size[i] = root > 0 ? root : 1;
  }
  const scaled = zeros(n, n);
  const v = Float64Array.from([...w.map((value) => -value), 1]);
  let absolute = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const value = J.data[i * n + j]!;
      scaled.data[i * n + j] = value / size[i]! / size[j]!;
      absolute += Math.abs(v[i]!) * Math.abs(value) * Math.abs(v[j]!);
    }
  }
  const { values, vectors } = eigen(scaled);
  const along = apply(
    vectors,
    v.map((value, i) => value * size[i]!),
  );
  let meanSquaredError = 0;
  along.forEach((value, i) => {
    meanSquaredError += Math.max(values[i]!, 0) * value * value;
  });
  return { meanSquaredError, floor: 4 * EPS * n * absolute };
}
