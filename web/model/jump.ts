/**
 * Plain gradient descent on moments without walking: the closed form.
 *
 *     theta_t = theta* + Q' diag((1 - lr lambda)^t) Q (theta_0 - theta*)
 *
 * gives any step directly: very long runs compute only the steps that are kept, and `curve` gives
 * the loss of every step of a run at O(p) a step, within the frame of a drag.
 */

import { MOST_RECORDS, TAIL, strideFor } from "./history.ts";
import { type Vector, apply, subtract } from "./linear/matrix.ts";
import type { Quadratic } from "./quadratic.ts";
import { gapAfter, risesAt, stepsTo } from "./rates.ts";
import { type Stop, type Walk, ceilingAbove } from "./walk.ts";

/**
 * Return the walk of gradient descent with one rate on moments, its kept steps directly. `keep`
 * says which those are, from 0 to the last one; where it is not given they are a history's.
 */
export function jump(
  surface: Quadratic,
  rate: number,
  start: Vector,
  steps: number,
  tolerance: number | null = null,
  keep: (last: number) => readonly number[] = everyStride,
): Walk {
  const { eigenvalues } = surface;
  const along = apply(surface.eigenvectors, subtract(start, surface.best));
  const shares = along.map((value, i) => (Math.sqrt(0.5 * eigenvalues[i]!) * value) ** 2);
  let last = steps;
  let stop: Stop = "steps";
  if (tolerance !== null) {
    const arrival = stepsTo(shares, eigenvalues, rate, tolerance * surface.scaleOfLoss);
    if (arrival !== null && arrival <= last) {
      last = arrival;
      stop = "tolerance";
    }
  }
  const firstGap = shares.reduce((a, b) => a + b, 0);
  const ceiling = ceilingAbove(firstGap, surface);
  const leaving = leaves(shares, eigenvalues, rate, ceiling, last);
  if (leaving !== null) {
    last = leaving - 1;
    stop = "ceiling";
  }
  const kept = keep(last);
  const p = start.length;
  const theta = path(surface, rate, start, kept);
  const ends = range(Math.max(0, last - (swings(shares, eigenvalues, rate) ? TAIL : 3) + 1), last);
  const gap = new Float64Array(kept.length);
  const gradient = new Float64Array(theta.length);
  for (let n = 0; n < kept.length; n++) {
    const at = theta.subarray(n * p, (n + 1) * p);
    gap[n] = surface.evaluate(at, gradient.subarray(n * p, (n + 1) * p));
  }
  if (stop === "tolerance") {
    // theta is rounded, so its own gap may stand just above a target near rounding.
    const exact = gapAfter(shares, eigenvalues, rate, last);
    gap[gap.length - 1] = Math.min(gap.at(-1)!, exact);
  }
  const tail = path(surface, rate, start, ends);
  return { p, steps: Float64Array.from(kept), theta, gap, gradient, tail, stop };
}

/** Return theta_t for each step number, one after the other (steps * p numbers). */
export function path(
  surface: Quadratic,
  rate: number,
  start: Vector,
  steps: readonly number[],
): Float64Array {
  const p = start.length;
  const { best, eigenvalues } = surface;
  const Q = surface.eigenvectors.data;
  const along = apply(surface.eigenvectors, subtract(start, best));
  const result = new Float64Array(steps.length * p);
  steps.forEach((t, n) => {
    const at = n * p;
    if (t === 0) {
      result.set(start, at);
      return;
    }
    for (let j = 0; j < p; j++) result[at + j] = best[j]!;
    for (let i = 0; i < p; i++) {
      if (along[i] === 0) continue;
      const distance = along[i]! * Math.pow(1 - rate * eigenvalues[i]!, t);
      for (let j = 0; j < p; j++) result[at + j]! += distance * Q[i * p + j]!;
    }
  });
  return result;
}

/**
 * Return the gap of every step 0 ... steps (at most 100,000): the loss curve while a rate is
 * dragged. Beyond float64 it is Infinity.
 */
export function curve(
  surface: Quadratic,
  rate: number,
  start: Vector,
  steps: number,
): Float64Array {
  const last = Math.min(steps, MOST_RECORDS);
  const terms = surface.shares(start);
  const factors = surface.eigenvalues.map((value) => (1 - rate * value) ** 2);
  const gaps = new Float64Array(last + 1);
  for (let t = 0; t <= last; t++) {
    let gap = 0;
    for (let i = 0; i < terms.length; i++) {
      gap += terms[i]!;
      terms[i]! *= factors[i]!;
    }
    gaps[t] = gap;
  }
  return gaps;
}

/**
 * Whether some direction goes to and fro, step after step, without shrinking: only then can the
 * last steps repeat themselves. Where none does, the last three tell whether the run walks away.
 */
function swings(shares: Vector, eigenvalues: Vector, rate: number): boolean {
  return shares.some((share, i) => share > 0 && rate * eigenvalues[i]! > 2 - 1e-6);
}

function everyStride(last: number): number[] {
  const stride = strideFor(last);
  const kept: number[] = [];
  for (let t = 0; t <= last; t += stride) kept.push(t);
  if (kept.at(-1) !== last) kept.push(last);
  return kept;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Return the first step whose gap exceeds the ceiling, if there is one up to `last`. */
function leaves(
  shares: Vector,
  eigenvalues: Vector,
  rate: number,
  ceiling: number,
  last: number,
): number | null {
  const turning = risesAt(shares, eigenvalues, rate);
  if (turning === null || !(gapAfter(shares, eigenvalues, rate, last) > ceiling)) return null;
  let low = turning;
  let high = last;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (gapAfter(shares, eigenvalues, rate, middle) > ceiling) high = middle;
    else low = middle;
  }
  return high;
}
