/** Laws of descent: its closed form, its rates, the record it keeps. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { descend, fromStart, prepare } from "../model/descend.ts";
import { diverges } from "../model/diagnosis.ts";
import { History } from "../model/history.ts";
import { curve, jump } from "../model/jump.ts";
import { toRows } from "../model/linear/matrix.ts";
import { momentsOf } from "../model/moments.ts";
import { tadpoles } from "../model/points.ts";
import { bestRate, gapAfter, limit, stepsTo } from "../model/rates.ts";
import { makeRule } from "../model/rules/registry.ts";
import { walk } from "../model/walk.ts";
import { allNear, anyPoints } from "./arbitrary.ts";

test("closed form = stepping", () => {
  fc.assert(
    fc.property(
      anyPoints,
      fc.double({ min: 0.01, max: 1.2, noNaN: true }),
      fc.boolean(),
      (points, share, standardize) => {
        const prepared = prepare(momentsOf(points), { standardize });
        const { surface } = prepared;
        const started = fromStart(prepared, 0.5);
        const rate = share * limit(surface.eigenvalues)!;
        const stepped = walk(surface, makeRule("gradient-descent", rate), started.inner, 60);
        const jumped = jump(surface, rate, started.inner, 60);
        const size = Math.max(...stepped.theta.map(Math.abs), 1);
        assert.deepEqual(jumped.steps, stepped.steps);
        allNear(jumped.theta, stepped.theta, size, 1e-10);
        allNear(jumped.gap, stepped.gap, Math.max(...stepped.gap), 1e-9);
        allNear(
          curve(surface, rate, started.inner, 60),
          stepped.gap,
          Math.max(...stepped.gap, 1e-9),
          1e-9,
        );
      },
    ),
  );
});

test("the best rate needs the fewest steps of any rate", () => {
  fc.assert(
    fc.property(anyPoints, fc.double({ min: 0.01, max: 0.94, noNaN: true }), (points, share) => {
      const { shares, prepared } = fromStart(prepare(momentsOf(points)), 1);
      const { eigenvalues, scaleOfLoss } = prepared.surface;
      const target = 0.01 * scaleOfLoss;
      const best = bestRate(shares, eigenvalues, target);
      const other = stepsTo(shares, eigenvalues, share * limit(eigenvalues)!, target);
      if (best.steps === null) return;
      assert.ok(gapAfter(shares, eigenvalues, best.rate, best.steps) <= target);
      assert.ok(other === null || other >= best.steps);
    }),
  );
});

test("at its own limit nothing grows, a hair above it does", () => {
  fc.assert(
    fc.property(anyPoints, (points) => {
      const started = fromStart(prepare(momentsOf(points)), 1);
      const top = started.rates.limit!;
      if (!(started.shares[0]! > 0)) return;
      const run = (rate: number) => descend(momentsOf(points), { learningRate: rate, start: 1 });
      assert.notEqual(run(top * (1 - 1e-9)).outcome, "diverged");
      assert.equal(run(top * (1 + 1e-9)).outcome, "diverged");
    }),
  );
});

test("a direction counts if the start is off the answer along it beyond rounding", () => {
  const prepared = prepare(momentsOf(tadpoles()));
  const { best, eigenvectors } = prepared.surface;
  const [steep, flat] = toRows(eigenvectors) as [number[], number[]];
  const from = (share: number, far = 1) =>
    best.map((w, j) => w + far * flat[j]! + share * steep[j]!);
  const above = 1.5 * fromStart(prepared, 0).rates.limit!;
  for (const far of [1, 0.3, -0.7, 2.9, 11]) {
    assert.equal(diverges(fromStart(prepared, from(0, far)), above), false);
  }
  assert.equal(diverges(fromStart(prepared, from(1e-8)), above), true);
});

test("a trajectory can be read and sliced by step numbers", () => {
  const run = descend(momentsOf(tadpoles()), { learningRate: 0.01, steps: 50 });
  assert.equal(run.length, 51);
  assert.equal(run.at(7).step, 7);
  assert.equal(run.at(-1).step, 50);
  const part = run.slice(10, 20);
  assert.deepEqual(
    Array.from(part.steps),
    Array.from({ length: 11 }, (_, i) => 10 + i),
  );
  assert.deepEqual(part.at(15), run.at(15));
  assert.equal(part.outcome, run.outcome);
  assert.throws(() => run.at(51), { code: "descent.no-step" });
  assert.throws(() => run.at(-52), { code: "descent.no-step" });
});

test("thinning keeps steps by their number alone", () => {
  fc.assert(
    fc.property(fc.nat(400), fc.integer({ min: 2, max: 20 }), (steps, most) => {
      const history = new History(1, steps, most);
      for (let step = 0; step <= steps; step++) {
        const value = Float64Array.of(step);
        history.add(step, value, step, value);
      }
      const { steps: kept, theta, tail } = history.records();
      let stride = 1;
      while (Math.floor(steps / stride) >= most) stride *= 2;
      const wanted = Array.from({ length: steps + 1 }, (_, i) => i).filter(
        (step) => step % stride === 0 || step === steps,
      );
      assert.deepEqual(Array.from(kept), wanted);
      assert.deepEqual(Array.from(theta), wanted);
      const last = Array.from({ length: Math.min(256, steps + 1) }, (_, i) => i);
      assert.deepEqual(
        Array.from(tail),
        last.map((i) => steps + 1 - last.length + i),
      );
    }),
  );
});
