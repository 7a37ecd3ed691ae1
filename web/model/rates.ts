/**
 * What gradient descent with a constant rate will do, known before the first step.
 *
 * Along the eigenvector of eigenvalue lambda the distance to the answer is multiplied by
 * 1 - lr lambda at every step, so with a_i the share of direction i in the first gap
 *
 *     gap_t = sum a_i (1 - lr lambda_i)^(2t)
 *
 * For a fixed t this is convex in lr, and for rates below the limit it falls with t. So the
 * fewest steps any rate needs is found by doubling and halving t, and the rate itself as the zero
 * of a monotone derivative: no search grid, no tolerance.
 */

import { EPS } from "./design.ts";
import type { Vector } from "./linear/matrix.ts";

export const MOST_STEPS = 2 ** 40;
export const SAFETY = 0.95;

/** Return gap_t, possibly infinite. */
export function gapAfter(shares: Vector, eigenvalues: Vector, rate: number, steps: number): number {
  let gap = 0;
  for (let i = 0; i < shares.length; i++) {
    if (shares[i]! > 0) {
      gap += shares[i]! * Math.pow(Math.abs(1 - rate * eigenvalues[i]!), 2 * steps);
    }
  }
  return gap;
}

/** Return 2 / lambda_max; null where there is no slope anywhere. */
export function limit(eigenvalues: Vector): number | null {
  const top = eigenvalues.length > 0 ? eigenvalues[0]! : 0;
  return top > 0 ? 2 / top : null;
}

/** Return 2 / (lambda_max + lambda_min), lambda_min the smallest above rounding. */
export function worstCaseRate(eigenvalues: Vector): number | null {
  const alive = eigenvalues.filter((value) => value > 0);
  return alive.length > 0 ? 2 / (alive[0]! + alive.at(-1)!) : null;
}

/** Return lambda_max / lambda_min. */
export function conditionNumber(eigenvalues: Vector): number | null {
  const alive = eigenvalues.filter((value) => value > 0);
  return alive.length > 0 ? Math.min(alive[0]! / alive.at(-1)!, Number.MAX_VALUE) : null;
}

/** Say whether some direction that the start has a share in grows: |1 - lr lambda| > 1. */
export function grows(shares: Vector, eigenvalues: Vector, rate: number): boolean {
  return shares.some((share, i) => share > 0 && Math.abs(1 - rate * eigenvalues[i]!) > 1 + 4 * EPS);
}

/**
 * Return the first t with gap_t <= target, or null if there is none.
 *
 * gap_t is a sum of exponentials in t, hence convex: bisection finds the first step below the
 * target even for a rate that diverges later.
 */
export function stepsTo(
  shares: Vector,
  eigenvalues: Vector,
  rate: number,
  target: number,
): number | null {
  const near = (t: number) => gapAfter(shares, eigenvalues, rate, t) <= target;
  if (near(0)) return 0;
  const turning = risesAt(shares, eigenvalues, rate);
  if (turning !== null) return near(turning) ? first(near, turning) : null;
  const high = doubled(near);
  return high === null ? null : first(near, high);
}

/** Return the first step after which the loss rises, null if it never does. */
export function risesAt(shares: Vector, eigenvalues: Vector, rate: number): number | null {
  if (!grows(shares, eigenvalues, rate)) return null;
  const factors: number[] = [];
  const logs: number[] = [];
  const pull: number[] = [];
  shares.forEach((share, i) => {
    if (!(share > 0)) return;
    const factor = Math.abs(1 - rate * eigenvalues[i]!);
    factors.push(factor);
    logs.push(Math.log(factor));
    pull.push(Math.log(share) + Math.log(Math.abs(factor - 1)) + Math.log(factor + 1));
  });
  const rising = (t: number) => {
    const terms = factors.map((factor, i) => {
      if (factor > 0) return pull[i]! + 2 * t * logs[i]!;
      return pull[i]! + (t === 0 ? 0 : Number.NEGATIVE_INFINITY);
    });
    const top = Math.max(...terms);
    let sum = 0;
    terms.forEach((term, i) => {
      sum += Math.sign(factors[i]! - 1) * Math.exp(term - top);
    });
    return sum > 0;
  };
  const high = doubled(rising);
  if (high === null) return null;
  return rising(0) ? 0 : first(rising, high);
}

/**
 * Return the rate that reaches `target` in the fewest steps, and how many those are.
 *
 * Among the rates that need the same number of steps, the one with the smallest gap after them;
 * never above 0.95 of the limit. Where there is no slope at all: rate 1, 0 steps. Where the start
 * has arrived already: the rate that gains most in one step, and 0.
 */
export function bestRate(
  shares: Vector,
  eigenvalues: Vector,
  target: number,
): { rate: number; steps: number | null } {
  const top = limit(eigenvalues);
  if (top === null) return { rate: 1, steps: 0 };
  const most = SAFETY * top;
  if (!shares.some((share) => share > 0)) {
    return { rate: Math.min(worstCaseRate(eigenvalues) ?? top, most), steps: 0 };
  }
  const reached = (t: number) => {
    const rate = bestFor(shares, eigenvalues, most, t);
    return gapAfter(shares, eigenvalues, rate, t) <= target;
  };
  if (gapAfter(shares, eigenvalues, 0, 0) <= target) {
    return { rate: bestFor(shares, eigenvalues, most, 1), steps: 0 };
  }
  const high = doubled(reached);
  if (high === null) {
    return { rate: bestFor(shares, eigenvalues, most, MOST_STEPS), steps: null };
  }
  const steps = first(reached, high);
  return { rate: bestFor(shares, eigenvalues, most, steps), steps };
}

/**
 * Minimise gap_t over rates in [0, most] for one t: the zero of its rising derivative.
 *
 * With m = 2t - 1 and c_i = (a_i lambda_i)^(1/m), the derivative is zero where the m-norms of the
 * two sides are equal, those c_i (1 - lr lambda_i) that are positive and those that are negative.
 * Each norm is nearly straight in lr, however large m is, so Newton's steps from `most`, kept
 * between bounds, are few.
 */
function bestFor(shares: Vector, eigenvalues: Vector, most: number, steps: number): number {
  const lambda = eigenvalues.filter((value, i) => shares[i]! > 0 && value > 0);
  const a = shares.filter((share, i) => share > 0 && eigenvalues[i]! > 0);
  if (a.length === 0) return most;
  const m = 2 * steps - 1;
  const logs = a.map((share, i) => Math.log(share) + Math.log(lambda[i]!));
  const largest = Math.max(...logs);
  const c = logs.map((log) => Math.exp((log - largest) / m));
  const unit = Math.max(...lambda);
  const slopes = c.map((each, i) => each * (lambda[i]! / unit));
  let low = 0;
  let high = most;
  let rate = most;
  for (let i = 0; i < 200; i++) {
    const sides = c.map((each, j) => each * (1 - rate * lambda[j]!));
    const [falling, falls] = norm(sides, slopes, 1, m);
    const [rising, rises] = norm(sides, slopes, -1, m);
    // Without a slope all that counts is at its zero.
    if (falling === rising || falls + rises === 0) return rate;
    if (falling > rising) {
      if (rate === most) return most;
      low = rate;
    } else high = rate;
    const step = (falling - rising) / (falls + rises) / unit;
    if (Math.abs(step) <= 2 * EPS * rate) return rate + step;
    rate += step;
    if (!(low < rate && rate < high)) {
      rate = 0.5 * (low + high);
      if (rate === low || rate === high) break;
    }
  }
  return high;
}

/** Return the m-norm of what has this sign in v, and how fast it changes with v. */
function norm(v: Vector, slopes: Vector, sign: 1 | -1, m: number): [number, number] {
  let top = 0;
  for (const each of v) top = Math.max(top, sign * each);
  if (top === 0) return [0, 0];
  let total = 0;
  let rise = 0;
  for (let i = 0; i < v.length; i++) {
    const share = (sign * v[i]!) / top;
    if (!(share > 0)) continue;
    const power = Math.pow(share, m - 1);
    total += power * share;
    rise += power * slopes[i]!;
  }
  return [top * Math.pow(total, 1 / m), rise * Math.pow(total, 1 / m - 1)];
}

/** Return the first power of two at which `holds` is true, null beyond 2^40. */
function doubled(holds: (t: number) => boolean): number | null {
  for (let t = 1; t <= MOST_STEPS; t *= 2) if (holds(t)) return t;
  return null;
}

/** Return the smallest t in (0, high] where `holds` is true, given that it stays true. */
function first(holds: (t: number) => boolean, high: number): number {
  let low = 0;
  let top = high;
  while (top - low > 1) {
    const middle = Math.floor((low + top) / 2);
    if (holds(middle)) top = middle;
    else low = middle;
  }
  return top;
}
