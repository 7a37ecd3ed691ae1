/**
 * The squared loss as descent sees it: a bowl around the exact answer.
 *
 * In descent's coordinates, with the factor R of half the Hessian, H = 2 R'R,
 *
 *     R = [ F   0 ]     F'F = (A + penalty) / (s s')        gap(theta) = |R (theta - theta*)|^2
 *         [ m'  1 ]     m = (mean - mu) / s                 gradient   = 2 R'R (theta - theta*)
 *
 * the last row and column only with an intercept. The gap is a sum of squares: it is never
 * negative and keeps its digits near the bottom. The eigenvalues of H are twice the squared
 * singular values of R.
 */

import { type Coordinates, inward, makeCoordinates } from "./coordinates.ts";
import { type Design, EPS } from "./design.ts";
import { type LeastSquares, leastSquares, thetaOf } from "./least-squares.ts";
import { type Matrix, type Vector, apply, norm, subtract, zeros } from "./linear/matrix.ts";
import { svd } from "./linear/svd.ts";
import { ridgePenalty } from "./solution.ts";
import type { Surface } from "./surface.ts";

export class Quadratic implements Surface {
  readonly design: Design;
  readonly coordinates: Coordinates;
  readonly answer: LeastSquares;
  /** theta*, in descent's coordinates. */
  readonly best: Vector;
  readonly R: Matrix;
  /** Eigenvalues of H, largest first; 0 where columns depend on each other. */
  readonly eigenvalues: Vector;
  /** Eigenvectors of H as rows, in the same order. */
  readonly eigenvectors: Matrix;
  readonly #distance: Vector;

  /** `answer` where it is known already: without a penalty both coordinates have the same. */
  constructor(design: Design, standardize = false, ridge = 0, answer?: LeastSquares) {
    this.design = design;
    this.answer = answer ?? leastSquares(design, ridgePenalty(design, ridge, standardize));
    this.coordinates = makeCoordinates(design, standardize);
    this.best = inward(this.coordinates, thetaOf(this.answer, design.hasIntercept));
    this.R = factorOfHalf(design, this.answer, this.coordinates);
    const { values, vectors } = svd(this.R);
    this.eigenvalues = values.map((sigma) => 2 * sigma * sigma);
    const nullity = this.answer.nullRows.rows;
    if (nullity > 0) this.eigenvalues.fill(0, this.eigenvalues.length - nullity);
    this.eigenvectors = vectors;
    this.#distance = new Float64Array(this.best.length);
  }

  /** L*. */
  get least(): number {
    return this.answer.loss;
  }

  /** L*, but at least 1e-12 of the loss of the mean alone (where the line is exact). */
  get scaleOfLoss(): number {
    return Math.max(this.least, 1e-12 * this.design.q);
  }

  evaluate(theta: Vector, gradient: Vector): number {
    const p = this.best.length;
    const { best } = this;
    const R = this.R.data;
    const distance = this.#distance;
    for (let j = 0; j < p; j++) distance[j] = theta[j]! - best[j]!;
    gradient.fill(0);
    let gap = 0;
    let i = 0;
    // Two rows at a time: their sums do not wait for each other, and numbers are read once.
    for (; i + 1 < p; i += 2) {
      const at = i * p;
      const below = at + p;
      let r = 0;
      let s = 0;
      for (let j = 0; j < p; j++) {
        r += R[at + j]! * distance[j]!;
        s += R[below + j]! * distance[j]!;
      }
      gap += r * r + s * s;
      r *= 2;
      s *= 2;
      for (let j = 0; j < p; j++) {
        gradient[j]! += r * R[at + j]! + s * R[below + j]!;
      }
    }
    if (i < p) {
      const at = i * p;
      let r = 0;
      for (let j = 0; j < p; j++) r += R[at + j]! * distance[j]!;
      gap += r * r;
      for (let j = 0; j < p; j++) gradient[j]! += 2 * r * R[at + j]!;
    }
    return gap;
  }

  value(theta: Vector): number {
    return this.least + this.evaluate(theta, new Float64Array(theta.length));
  }

  gradient(theta: Vector): Vector {
    const result = new Float64Array(theta.length);
    this.evaluate(theta, result);
    return result;
  }

  curvature(_theta: Vector, v: Vector): Vector {
    const result = new Float64Array(v.length);
    const along = apply(this.R, v);
    along.forEach((r, i) => {
      for (let j = 0; j < v.length; j++) result[j]! += 2 * r * this.R.data[i * v.length + j]!;
    });
    return result;
  }

  /** Return (theta - theta*) along each eigenvector; below rounding it is 0. */
  components(theta: Vector): Vector {
    const size = norm(theta) + norm(this.best);
    return apply(this.eigenvectors, subtract(theta, this.best)).map((along) =>
      Math.abs(along) > 8 * EPS * size ? along : 0,
    );
  }

  /** Return the share of each direction in the gap, lambda c^2 / 2. */
  shares(theta: Vector): Vector {
    return this.components(theta).map(
      (along, i) => (Math.sqrt(0.5 * this.eigenvalues[i]!) * along) ** 2,
    );
  }
}

function factorOfHalf(design: Design, answer: LeastSquares, coordinates: Coordinates): Matrix {
  const k = design.columns.length;
  const p = k + Number(design.hasIntercept);
  const R = zeros(p, p);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      R.data[i * p + j] = answer.factor.data[i * k + j]! / coordinates.scale[j]!;
    }
  }
  if (design.hasIntercept) {
    for (let j = 0; j < k; j++) {
      R.data[k * p + j] = (design.mean[j]! - coordinates.shift[j]!) / coordinates.scale[j]!;
    }
    R.data[k * p + k] = 1;
  }
  return R;
}
