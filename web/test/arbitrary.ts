/** Any data there may be, and how near is near: what the laws are searched with. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Moments } from "../model/moments.ts";
import { type Points, makePoints } from "../model/points.ts";

// One seed, so that a run can be repeated; SEED=1 RUNS=1000 npm test looks further.
fc.configureGlobal({
  seed: Number(process.env.SEED ?? 2024),
  numRuns: Number(process.env.RUNS ?? 100),
  interruptAfterTimeLimit: 60_000,
});

export function near(actual: number, expected: number, scale: number, tolerance = 1e-12): void {
  const off = Math.abs(actual - expected);
  assert.ok(off <= tolerance * (Math.abs(expected) + scale), `${actual} instead of ${expected}`);
}

export function allNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  scale: number,
  tolerance = 1e-12,
): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) near(actual[i]!, expected[i]!, scale, tolerance);
}

export const cell = fc.integer({ min: -999, max: 999 }).map((value) => value / 100);

/** Points of k features, none of them degenerate. */
export function pointsOf(k: number, least = 4): fc.Arbitrary<Points> {
  const row = fc.array(cell, { minLength: k + 1, maxLength: k + 1 });
  return fc.array(row, { minLength: least + k, maxLength: 25 }).map((rows) =>
    makePoints(
      rows.map((cells) => cells.slice(0, k)),
      rows.map((cells) => cells[k]!),
    ),
  );
}

export const anyPoints = fc.integer({ min: 1, max: 4 }).chain((k) => pointsOf(k));

export function spreads(moments: Moments): number {
  const size = moments.mean.length;
  let trace = 0;
  for (let j = 0; j < size; j++) trace += moments.scatter.data[j * size + j]!;
  return trace;
}
