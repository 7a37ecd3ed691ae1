/**
 * Polynomials through points, and each point hidden in turn: chapter 9.
 *
 * Least squares on orthogonal polynomials (Forsythe 1957), so that high powers keep their digits:
 *
 *     P_0 = 1,  P_1 = (x - a_0),  P_{j+1} = (x - a_j) P_j - b_j P_{j-1}
 *     a_j = sum x P_j^2 / sum P_j^2     b_j = sum P_j^2 / sum P_{j-1}^2
 *     c_j = sum y P_j / sum P_j^2       y_hat(x) = sum c_j P_j(x)
 */

import { type Points, makePoints } from "./points.ts";
import { tQuantile } from "./student.ts";

/** Places nearer to each other than this share of the whole range count as one. */
const SAME = 1e-9;

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

export interface Prediction {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Return y_hat at x with the interval a new point falls into (null with no freedom left). */
export function predictPolynomial(polynomial: Polynomial, x: number, level = 0.95): Prediction {
  return predictor(polynomial, level)(x);
}

/** Return the prediction as a function of x: what does not depend on x is computed once. */
export function predictor(polynomial: Polynomial, level = 0.95): (x: number) => Prediction {
  const { count, sizes, trainingLoss } = polynomial;
  const freedom = freedomOf(polynomial);
  if (freedom <= 0) {
    return (x) => ({ value: evaluatePolynomial(polynomial, x), low: null, high: null });
  }
  const t = tQuantile(level, freedom);
  const variance = (trainingLoss * count) / freedom;
  return (x) => {
    const value = evaluatePolynomial(polynomial, x);
    const leverage = basis(polynomial, x).reduce((sum, p, j) => sum + (p * p) / sizes[j]!, 0);
    const width = t * Math.sqrt(variance * (1 + leverage));
    return { value, low: value - width, high: value + width };
  };
}

/** Points left over to judge the errors by: more of them than parameters. */
export function freedomOf({ count, degree }: Polynomial): number {
  return count - degree - 1;
}

/** Return (c_0, c_1 ... c_p) with y_hat = c_0 + c_1 x + ... + c_p x^p. */
export function coefficients({ a, b, c, degree }: Polynomial): number[] {
  const total = new Array<number>(degree + 1).fill(0);
  let before: number[] = [];
  let current = [1];
  for (let j = 0; j <= degree; j++) {
    current.forEach((value, i) => (total[i]! += c[j]! * value));
    const next = [0, ...current];
    current.forEach((value, i) => (next[i]! -= a[j]! * value));
    before.forEach((value, i) => (next[i]! -= b[j]! * value));
    before = current;
    current = next;
  }
  return total;
}

/** Return c_0 + c_1 x + ... + c_p x^p (Horner). */
export function evaluateCoefficients(c: ArrayLike<number>, x: number): number {
  let value = 0;
  for (let j = c.length - 1; j >= 0; j--) value = value * x + c[j]!;
  return value;
}

/** Points whose features are x, x^2 ... x^p: what descent on powers sees. */
export function powerPoints(x: ArrayLike<number>, y: ArrayLike<number>, degree: number): Points {
  const powers = Array.from({ length: degree }, (_, j) => j + 1);
  const rows = Array.from(x, (value) => powers.map((power) => value ** power));
  const featureNames = powers.map((power) => (power === 1 ? "x" : `x^${power}`));
  return makePoints(rows, Array.from(y), { featureNames });
}

/**
 * Return the highest degree at which every point can be hidden in turn: the others must lie at
 * more places than the degree, so there are more points than parameters. Below 1: none.
 */
export function highestDegree(x: ArrayLike<number>): number {
  const sorted = Array.from(x).sort((a, b) => a - b);
  const apart = SAME * ((sorted.at(-1) ?? 0) - (sorted[0] ?? 0));
  const sizes: number[] = [];
  sorted.forEach((value, i) => {
    if (i > 0 && value - sorted[i - 1]! <= apart) sizes[sizes.length - 1]!++;
    else sizes.push(1);
  });
  const left = sizes.some((size) => size === 1) ? sizes.length - 1 : sizes.length;
  return left - 1;
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
