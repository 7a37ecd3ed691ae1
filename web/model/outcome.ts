/**
 * How a run ended: one of seven names, judged from evidence in a fixed order.
 *
 *  1  wrong-gradient   the loss's own gradient disagrees with its values at the start
 *  2  wrong-direction  the first step went uphill and the loss never got below its start
 *  3  diverged         gradient descent on moments: |1 - lr lambda| > 1 on a direction the start
 *                      has a component in; any rule: the loss left 1e30 x its start
 *  4  converged        the last loss is within the tolerance of the exact one (1 % if none given)
 *  5  looping          the last steps repeat themselves (period 2 to 128) away from the answer
 *  6  stepped-over     it had been lower, and now walks on uphill with steps that do not shrink
 *  7  diverged         the envelope of the loss grows and has left its start
 *  8  slow             everything else: on its way, and not there yet
 *
 * `oscillating` is a separate fact.
 */

import { type Vector, dot, norm, subtract } from "./linear/matrix.ts";
import { Quadratic } from "./quadratic.ts";
import { grows } from "./rates.ts";
import type { Surface } from "./surface.ts";
import { type Walk, recordOf } from "./walk.ts";

export const ARRIVED = 0.01;

export type Outcome =
  | "converged"
  | "slow"
  | "looping"
  | "stepped-over"
  | "wrong-direction"
  | "wrong-gradient"
  | "diverged";

/** What is known besides the walk itself. */
export interface Context {
  /** The gap that counts as arrived. */
  readonly target: number;
  /** The spectrum's verdict; null where it has none. */
  readonly grows: boolean | null;
  /** Finite differences disagree with the gradient. */
  readonly gradientIsWrong?: boolean;
}

export function judge(walk: Walk, context: Context): Outcome {
  if (context.gradientIsWrong) return "wrong-gradient";
  if (wentUphill(walk)) return "wrong-direction";
  if (context.grows || walk.stop === "ceiling") return "diverged";
  if (walk.gap.at(-1)! <= context.target) return "converged";
  if (repeats(walk)) return "looping";
  if (walksAway(walk)) return "stepped-over";
  if (context.grows === null && envelopeGrows(walk.gap)) return "diverged";
  return "slow";
}

/**
 * Say whether the run swings from side to side in a way one can see.
 *
 * Gradient descent on moments with a constant rate: some direction has a negative factor
 * 1 - lr lambda, and still holds a thousandth of the first gap at the third step. Otherwise: at
 * least three successive steps each turned back on the one before.
 */
export function oscillates(walk: Walk, surface: Surface, rate: number | null): boolean {
  const { p } = walk;
  if (rate !== null && surface instanceof Quadratic) {
    const shares = surface.shares(recordOf(walk.theta, p, 0));
    const total = shares.reduce((a, b) => a + b, 0);
    return shares.some((share, i) => {
      const factor = 1 - rate * surface.eigenvalues[i]!;
      const visible = share * Math.min(Math.abs(factor), 1) ** 6 > 1e-3 * total;
      return visible && factor < 0 && share > 0;
    });
  }
  const isThinned = walk.steps.at(-1) !== walk.steps.length - 1;
  const points = isThinned ? walk.tail : walk.theta;
  const n = points.length / p;
  let turns = 0;
  for (let i = 2; i < n; i++) {
    let back = 0;
    for (let j = 0; j < p; j++) {
      const now = points[i * p + j]! - points[(i - 1) * p + j]!;
      const before = points[(i - 1) * p + j]! - points[(i - 2) * p + j]!;
      back += now * before;
    }
    turns = back < 0 ? turns + 1 : 0;
    if (turns >= 3) return true;
  }
  return false;
}

/** Return whether the spectrum foresees divergence of this rate from this start. */
export function spectrumSays(surface: Quadratic, rate: number, start: Vector): boolean {
  return grows(surface.shares(start), surface.eigenvalues, rate);
}

function wentUphill(walk: Walk): boolean {
  const { p, gap } = walk;
  if (gap.length < 2) return false;
  const first = subtract(recordOf(walk.theta, p, 1), recordOf(walk.theta, p, 0));
  if (!(dot(first, recordOf(walk.gradient, p, 0)) > 0)) return false;
  return gap.subarray(1).every((value) => value >= gap[0]!);
}

/** Whether the last points repeat with a period from 2 up, while moving. */
function repeats({ tail, p }: Walk): boolean {
  const n = tail.length / p;
  if (n < 5) return false;
  let moves = 0;
  for (let at = p; at < tail.length; at++) {
    moves = Math.max(moves, Math.abs(tail[at]! - tail[at - p]!));
  }
  if (moves === 0) return false;
  for (let period = 2; period <= Math.floor(n / 2); period++) {
    if (!isRepeated(tail, period * p, 1e-9 * moves)) continue;
    for (let at = tail.length - p; at < tail.length; at++) {
      if (Math.abs(tail[at]! - tail[at - p]!) > 1e-6 * moves) return true;
    }
    return false;
  }
  return false;
}

/** Whether the last `size` numbers equal the ones before them. */
function isRepeated(tail: Float64Array, size: number, close: number): boolean {
  for (let at = tail.length - 1; at >= tail.length - size; at--) {
    if (!(Math.abs(tail[at]! - tail[at - size]!) <= close)) return false;
  }
  return true;
}

function walksAway(walk: Walk): boolean {
  const { p, tail, gap } = walk;
  const n = p === 0 ? 0 : tail.length / p;
  if (n < 3 || gap.at(-1)! <= least(gap)) return false;
  const before = subtract(recordOf(tail, p, n - 2), recordOf(tail, p, n - 3));
  const last = subtract(recordOf(tail, p, n - 1), recordOf(tail, p, n - 2));
  const sizeBefore = norm(before);
  const size = norm(last);
  const uphill = dot(last, recordOf(walk.gradient, p, gap.length - 1)) > 0;
  const onward = dot(last, before) > 0.99 * size * sizeBefore;
  return uphill && onward && size >= sizeBefore * (1 - 1e-9);
}

function envelopeGrows(gap: Float64Array): boolean {
  if (gap.length < 6) return false;
  const third = Math.floor(gap.length / 3);
  const middle = most(gap.subarray(third, 2 * third));
  const late = most(gap.subarray(2 * third));
  return late > middle && late > gap[0]!;
}

/** Return the first record from which on the gap stays at the target or below, null if none. */
export function settledAt(gap: Float64Array, target: number): number | null {
  let settled = gap.length;
  while (settled > 0 && gap[settled - 1]! <= target) settled--;
  return settled < gap.length ? settled : null;
}

export function least(values: Float64Array): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
