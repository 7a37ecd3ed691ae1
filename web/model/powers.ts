/**
 * Polynomials through points, and each point hidden in turn: chapter 9.
 *
 * Least squares on orthogonal polynomials (Forsythe 1957), so that high powers keep their digits:
 *
 *     P_0 = 1,  P_1 = (x - a_0),  P_{j+1} = (x - a_j) P_j - b_j P_{j-1}
 *     a_j = sum x P_j^2 / sum P_j^2     b_j = sum P_j^2 / sum P_{j-1}^2
 *     c_j = sum y P_j / sum P_j^2       y_hat(x) = sum c_j P_j(x)
 */

import { tQuantile } from "./student.ts";

export interface Polynomial {
  readonly degree: number;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly c: readonly number[];
  /** sum P_j^2 over the points. */
  readonly sizes: readonly number[];
  readonly count: number;
  /** Mean squared error on the points it was fitted to. */
  readonly trainingLoss: number;
}

/** Fit a polynomial of a degree to points; needs more points than the degree. */
export function fitPolynomial(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  degree: number,
): Polynomial {
  const n = x.length;
  const a: number[] = [];
  const b: number[] = [];
  const c: number[] = [];
  const sizes: number[] = [];
  let before = new Float64Array(n);
  let current = new Float64Array(n).fill(1);
  const rest = Float64Array.from(y);
  for (let j = 0; j <= degree; j++) {
    let size = 0;
    let lean = 0;
    let along = 0;
    for (let i = 0; i < n; i++) {
      size += current[i]! ** 2;
      lean += x[i]! * current[i]! ** 2;
      along += rest[i]! * current[i]!;
    }
    a.push(lean / size);
    b.push(j === 0 ? 0 : size / sizes[j - 1]!);
    c.push(along / size);
    sizes.push(size);
    for (let i = 0; i < n; i++) rest[i]! -= c[j]! * current[i]!;
    const next = current.map((value, i) => (x[i]! - a[j]!) * value - b[j]! * before[i]!);
    before = current;
    current = next;
  }
  const trainingLoss = rest.reduce((sum, e) => sum + e * e, 0) / n;
  return { degree, a, b, c, sizes, count: n, trainingLoss };
}

/** Return y_hat at x. */
export function evaluatePolynomial(polynomial: Polynomial, x: number): number {
  return basis(polynomial, x).reduce((sum, value, j) => sum + polynomial.c[j]! * value, 0);
}

/** Return y_hat at x with the interval a new point falls into (null with no freedom left). */
export function predictPolynomial(
  polynomial: Polynomial,
  x: number,
  level = 0.95,
): { value: number; low: number | null; high: number | null } {
  const { count, degree, sizes, trainingLoss } = polynomial;
  const value = evaluatePolynomial(polynomial, x);
  const freedom = count - degree - 1;
  if (freedom <= 0) return { value, low: null, high: null };
  const leverage = basis(polynomial, x).reduce((sum, p, j) => sum + (p * p) / sizes[j]!, 0);
  const variance = ((trainingLoss * count) / freedom) * (1 + leverage);
  const width = tQuantile(level, freedom) * Math.sqrt(variance);
  return { value, low: value - width, high: value + width };
}

/** Return the mean squared error on each point in turn, by the fit to all the others. */
export function leaveOneOut(x: ArrayLike<number>, y: ArrayLike<number>, degree: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const polynomial = fitWithout(x, y, degree, i);
    sum += (y[i]! - evaluatePolynomial(polynomial, x[i]!)) ** 2;
  }
  return sum / x.length;
}

/** Fit with one point hidden. */
export function fitWithout(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  degree: number,
  hidden: number,
): Polynomial {
  const others = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => i !== hidden);
  return fitPolynomial(others(x), others(y), degree);
}

function basis({ a, b, degree }: Polynomial, x: number): number[] {
  const values = [1];
  for (let j = 0; j < degree; j++) {
    values.push((x - a[j]!) * values[j]! - b[j]! * (values[j - 1] ?? 0));
  }
  return values;
}
