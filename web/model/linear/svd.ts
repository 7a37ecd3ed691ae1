/**
 * Singular values and right singular vectors, R = U diag(sigma) V with the rows of V.
 *
 * One-sided Jacobi: pairs of columns of R are rotated until all are orthogonal; their lengths are
 * then the singular values. Small ones keep as many digits as the columns of R do.
 * Source: Hestenes 1958; Golub & Van Loan, 8.6.3.
 */

import { type Matrix, type Vector, identity, transpose, zeros } from "./matrix.ts";

export interface Svd {
  /** Descending. */
  readonly values: Vector;
  /** Row i belongs to value i; the rows are orthonormal. */
  readonly vectors: Matrix;
}

const MOST_SWEEPS = 60;

export function svd(r: Matrix): Svd {
  const n = r.columns;
  const m = r.rows;
  const columns = transpose(r).data;
  const v = identity(n).data;
  const close = 2 ** -52 * Math.max(1, Math.sqrt(n) / 2);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let turned = false;
    for (let i = 0; i < n - 1; i++) {
      for (let j = i + 1; j < n; j++) {
        let alpha = 0;
        let beta = 0;
        let gamma = 0;
        for (let k = 0; k < m; k++) {
          const x = columns[i * m + k]!;
          const y = columns[j * m + k]!;
          alpha += x * x;
          beta += y * y;
          gamma += x * y;
        }
        if (!(Math.abs(gamma) > close * Math.sqrt(alpha * beta))) continue;
        turned = true;
        const half = (beta - alpha) / (2 * gamma);
        const t = (half >= 0 ? 1 : -1) / (Math.abs(half) + Math.hypot(1, half));
        const c = 1 / Math.sqrt(1 + t * t);
        rotateRows(columns, m, i, j, c, t * c);
        rotateRows(v, n, i, j, c, t * c);
      }
    }
    if (!turned) break;
  }
  return sorted(columns, m, v, n);
}

function rotateRows(a: Float64Array, width: number, i: number, j: number, c: number, s: number) {
  for (let k = 0; k < width; k++) {
    const x = a[i * width + k]!;
    const y = a[j * width + k]!;
    a[i * width + k] = c * x - s * y;
    a[j * width + k] = s * x + c * y;
  }
}

function sorted(columns: Float64Array, m: number, v: Float64Array, n: number): Svd {
  const lengths = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < m; k++) sum += columns[i * m + k]! ** 2;
    lengths[i] = Math.sqrt(sum);
  }
  const order = Array.from({ length: n }, (_, i) => i);
  order.sort((i, j) => lengths[j]! - lengths[i]!);
  const vectors = zeros(n, n);
  order.forEach((i, place) => vectors.data.set(v.subarray(i * n, (i + 1) * n), place * n));
  return { values: Float64Array.from(order, (i) => lengths[i]!), vectors };
}
