/**
 * Eigenvalues and eigenvectors of a symmetric matrix, A = Q' diag(lambda) Q with the rows of Q.
 *
 * Cyclic Jacobi rotations, stopped when every off-diagonal element is below rounding *relative to
 * its own two diagonal elements*: on positive definite matrices small eigenvalues keep their
 * digits (Demmel & Veselić 1992, "Jacobi's method is more accurate than QR").
 */

import { type Matrix, type Vector, identity, zeros } from "./matrix.ts";

export interface Eigen {
  /** Ascending. */
  readonly values: Vector;
  /** Row i belongs to value i; the rows are orthonormal. */
  readonly vectors: Matrix;
}

const MOST_SWEEPS = 60;
const UNIT = 2 ** -53;

export function eigen(symmetric: Matrix): Eigen {
  const n = symmetric.rows;
  const a = symmetric.data.slice();
  const q = identity(n).data;
  let largest = 0;
  for (const value of a) largest = Math.max(largest, Math.abs(value));
  const floor = UNIT * UNIT * largest;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let turned = false;
    for (let i = 0; i < n - 1; i++) {
      for (let j = i + 1; j < n; j++) {
        const off = a[i * n + j]!;
        const size = Math.abs(off);
        if (size <= floor || size <= UNIT * Math.sqrt(Math.abs(a[i * n + i]! * a[j * n + j]!))) {
          continue;
        }
        turned = true;
        rotate(a, q, n, i, j);
      }
    }
    if (!turned) break;
  }
  return sorted(a, q, n);
}

/** Make a_ij zero by a rotation of rows and columns i and j (Golub & Van Loan, 8.5.2). */
function rotate(a: Float64Array, q: Float64Array, n: number, i: number, j: number): void {
  const off = a[i * n + j]!;
  const half = (a[j * n + j]! - a[i * n + i]!) / (2 * off);
  const t = (half >= 0 ? 1 : -1) / (Math.abs(half) + Math.hypot(1, half));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = t * c;
  a[i * n + i]! -= t * off;
  a[j * n + j]! += t * off;
  a[i * n + j] = 0;
  a[j * n + i] = 0;
  for (let m = 0; m < n; m++) {
    const qi = q[i * n + m]!;
    const qj = q[j * n + m]!;
    q[i * n + m] = c * qi - s * qj;
    q[j * n + m] = s * qi + c * qj;
    if (m === i || m === j) continue;
    const ai = a[i * n + m]!;
    const aj = a[j * n + m]!;
    const left = c * ai - s * aj;
    const right = s * ai + c * aj;
    a[i * n + m] = left;
    a[m * n + i] = left;
    a[j * n + m] = right;
    a[m * n + j] = right;
  }
}

function sorted(a: Float64Array, q: Float64Array, n: number): Eigen {
  const order = Array.from({ length: n }, (_, i) => i);
  order.sort((i, j) => a[i * n + i]! - a[j * n + j]!);
  const values = Float64Array.from(order, (i) => a[i * n + i]!);
  const vectors = zeros(n, n);
  order.forEach((i, place) => vectors.data.set(q.subarray(i * n, (i + 1) * n), place * n));
  return { values, vectors };
}
