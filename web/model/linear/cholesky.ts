/** Cholesky's factor A = L L' of a positive definite matrix, and solving with it. */

import { type Matrix, type Vector, zeros } from "./matrix.ts";

/** Return L (lower triangular), or null where A is not positive definite to rounding. */
export function cholesky(a: Matrix): Matrix | null {
  const n = a.rows;
  const factor = zeros(n, n);
  const l = factor.data;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j]!;
      for (let m = 0; m < j; m++) sum -= l[i * n + m]! * l[j * n + m]!;
      if (i === j) {
        if (!(sum > n * 2 ** -52 * a.data[i * n + i]!)) return null;
        l[i * n + i] = Math.sqrt(sum);
      } else {
        l[i * n + j] = sum / l[j * n + j]!;
      }
    }
  }
  return factor;
}

/** Return x with L L' x = b. */
export function choleskySolve(factor: Matrix, b: Vector): Vector {
  const n = factor.rows;
  const l = factor.data;
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let m = 0; m < i; m++) x[i]! -= l[i * n + m]! * x[m]!;
    x[i]! /= l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let m = i + 1; m < n; m++) x[i]! -= l[m * n + i]! * x[m]!;
    x[i]! /= l[i * n + i]!;
  }
  return x;
}
