/**
 * The mean squared error of a line on the rows that moments (W, m, ybar, S) stand for, whatever
 * rows it was learnt from:
 *
 *     MSE = v'S v / W + (ybar - m'w - b)^2        v = (-w, 1)
 *
 * Along gradient descent on other moments, theta_t = theta* + B c_t with c_t,i = c_0,i (1 - lr
 * lambda_i)^t, it is a parabola in c, so that a step costs p^2 / 2 products and no line at all:
 *
 *     MSE(theta_t) = MSE(theta*) + g'c_t + c_t'G c_t
 */

import { outward } from "./coordinates.ts";
import type { Design } from "./design.ts";
import { type Vector, apply, dot, subtract } from "./linear/matrix.ts";
import type { Moments } from "./moments.ts";
import type { Quadratic } from "./quadratic.ts";

/** Moments in the order of a design: the spread around the means, and the means. */
interface Rows {
  readonly S: Float64Array;
  readonly mean: Float64Array;
  readonly weightSum: number;
}

/** Return how to measure a line of this design on the rows that moments stand for. */
export function errorOn(moments: Moments, design: Design): (theta: Vector) => number {
  const rows = rowsOf(moments, design);
  const v = new Float64Array(rows.mean.length);
  return (theta) => {
    const at = lineOf(theta, 1, v, rows, design);
    const error = around(rows, v) + at * at;
    return Number.isFinite(error) ? error : Infinity;
  };
}

/**
 * Return how to measure gradient descent on a bowl, at steps that rise, on the rows that other
 * moments stand for; infinite beyond float64.
 */
export function errorAlong(
  surface: Quadratic,
  start: Vector,
  moments: Moments,
): (rate: number, steps: readonly number[]) => Float64Array {
  const { design, coordinates, eigenvalues, eigenvectors, best } = surface;
  const rows = rowsOf(moments, design);
  const p = best.length;
  const length = rows.mean.length;
  const v = new Float64Array(length);
  const off = lineOf(outward(coordinates, best), 1, v, rows, design);
  const least = around(rows, v) + off * off;
  const lines = Array.from({ length: p }, (_, i) => {
    const inner = eigenvectors.data.subarray(i * p, (i + 1) * p);
    const line = new Float64Array(length);
    const away = lineOf(outward(coordinates, inner), 0, line, rows, design);
    return { line, spread: spreadOf(rows, line), off: away };
  });
  const g = Float64Array.from(lines, (of) => 2 * (dot(of.spread, v) + of.off * off));
  const G = new Float64Array(p * p);
  lines.forEach((a, i) => {
    lines.forEach((b, j) => {
      G[i * p + j] = dot(a.spread, b.line) + a.off * b.off;
    });
  });
  const first = apply(eigenvectors, subtract(start, best));
  return (rate, steps) => {
    const c = first.slice();
    const factors = eigenvalues.map((value) => 1 - rate * value);
    let now = 0;
    return Float64Array.from(steps, (step) => {
      for (let i = 0; i < p; i++) c[i]! *= raised(factors[i]!, step - now);
      now = step;
      let error = least;
      for (let i = 0; i < p; i++) {
        let row = 0;
        for (let j = 0; j < i; j++) row += G[i * p + j]! * c[j]!;
        error += c[i]! * (g[i]! + 2 * row + G[i * p + i]! * c[i]!);
      }
      return Number.isFinite(error) ? Math.max(error, 0) : Infinity;
    });
  };
}

/** x^n for a whole n from 0 up, by squaring. */
function raised(x: number, n: number): number {
  let power = 1;
  for (let square = x; n > 0; n = Math.floor(n / 2), square *= square) {
    if (n % 2 === 1) power *= square;
  }
  return power;
}

function rowsOf(moments: Moments, design: Design): Rows {
  const size = moments.columns.length + 1;
  const names = moments.columns.map((column) => column.name);
  const where = [...design.columns.map(({ name }) => names.indexOf(name)), size - 1];
  const n = where.length;
  const S = Float64Array.from({ length: n * n }, (_, at) => {
    const a = where[Math.floor(at / n)]!;
    return moments.scatter.data[a * size + where[at % n]!]!;
  });
  const mean = Float64Array.from(where, (place) => moments.mean[place]!);
  return { S, mean, weightSum: moments.weightSum };
}

/** Put v = (-w, y) of a line into `v`, and return y ybar - m'w - b. */
function lineOf(theta: Vector, y: number, v: Vector, { mean }: Rows, design: Design): number {
  const k = design.columns.length;
  let at = design.hasIntercept ? -theta[k]! : 0;
  v[k] = y;
  for (let j = 0; j < k; j++) v[j] = -theta[j]!;
  for (let j = 0; j <= k; j++) at += v[j]! * mean[j]!;
  return at;
}

/** S v / W */
function spreadOf({ S, weightSum }: Rows, v: Vector): Vector {
  const n = v.length;
  const spread = new Float64Array(n);
  for (let a = 0; a < n; a++) {
    let row = 0;
    for (let b = 0; b < n; b++) row += S[a * n + b]! * v[b]!;
    spread[a] = row / weightSum;
  }
  return spread;
}

/** v'S v / W */
function around({ S, weightSum }: Rows, v: Vector): number {
  const n = v.length;
  let sum = 0;
  for (let a = 0; a < n; a++) {
    let row = 0;
    for (let b = 0; b < n; b++) row += S[a * n + b]! * v[b]!;
    sum += row * v[a]!;
  }
  return Math.max(sum / weightSum, 0);
}
