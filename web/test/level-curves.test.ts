/** Level curves and the angle off the goal, for any points. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inward } from "../model/coordinates.ts";
import { prepare } from "../model/descend.ts";
import { degreesOffGoal, levelCurve } from "../model/level-curves.ts";
import { momentsOf } from "../model/moments.ts";
import { settledAt } from "../model/outcome.ts";
import { pairs, tadpoles } from "../model/points.ts";

fc.configureGlobal({ seed: Number(process.env.SEED ?? 2024), numRuns: 100 });

const cell = fc.double({ min: 0, max: 7, noNaN: true }).map((value) => Math.round(value * 10) / 10);
const points = fc.array(fc.tuple(cell, cell), { minLength: 2, maxLength: 12 });

test("every place of a level curve has its loss", () => {
  fc.assert(
    fc.property(
      points,
      fc.boolean(),
      fc.double({ min: 0.01, max: 50, noNaN: true }),
      (rows, standardize, gap) => {
        const { surface } = prepare(momentsOf(pairs(rows)), { standardize });
        const { centre, long, short, along } = levelCurve(surface, gap);
        fc.pre(Number.isFinite(long) && long < 1e4);
        for (let i = 0; i < 12; i++) {
          const [u, v] = [short * Math.sin(i), long * Math.cos(i)];
          const theta = Float64Array.of(
            centre[0] + v * along[0] - u * along[1],
            centre[1] + v * along[1] + u * along[0],
          );
          const actual = surface.value(theta) - surface.least;
          assert.ok(Math.abs(actual - gap) <= 1e-9 * (gap + surface.least), `${actual}, ${gap}`);
        }
      },
    ),
  );
});

test("where all x are alike one direction is flat: the curves are straight", () => {
  const { surface } = prepare(momentsOf(pairs([[2, 1], [2, 3]]))); // prettier-ignore
  assert.equal(levelCurve(surface, 1).long, Infinity);
});

test("the angle off the goal is the angle between -gradient and the way to the answer", () => {
  fc.assert(
    fc.property(points, fc.boolean(), cell, cell, (rows, standardize, w, b) => {
      const { surface } = prepare(momentsOf(pairs(rows)), { standardize });
      fc.pre(surface.eigenvalues[1]! > 1e-6);
      const theta = inward(surface.coordinates, Float64Array.of(w, b));
      const down = surface.gradient(theta).map((value) => -value);
      const goal = surface.best.map((value, j) => value - theta[j]!);
      fc.pre(Math.hypot(...goal) > 1e-3);
      const aside = down[0]! * goal[1]! - down[1]! * goal[0]!;
      const ahead = down[0]! * goal[0]! + down[1]! * goal[1]!;
      const expected = (Math.atan2(Math.abs(aside), ahead) * 180) / Math.PI;
      assert.ok(Math.abs(degreesOffGoal(surface, theta)! - expected) < 1e-6);
    }),
  );
});

test("golden angles of the lesson, and none at the answer", () => {
  const plain = prepare(momentsOf(tadpoles())).surface;
  const scaled = prepare(momentsOf(tadpoles()), { standardize: true }).surface;
  const at = (w: number, b: number) => Float64Array.of(w, b);
  assert.ok(Math.abs(degreesOffGoal(plain, at(0, 2))! - 77.4005036947) < 1e-9);
  assert.ok(Math.abs(degreesOffGoal(plain, at(0, 0))! - 2.8453633768) < 1e-9);
  assert.ok(degreesOffGoal(scaled, inward(scaled.coordinates, at(0, 2)))! < 1e-9);
  assert.equal(degreesOffGoal(plain, plain.best), null);
  const alone = prepare(momentsOf(tadpoles()), { hasIntercept: false }).surface;
  assert.equal(degreesOffGoal(alone, Float64Array.of(2)), 0);
});

test("settled means for good", () => {
  assert.equal(settledAt(Float64Array.of(5, 1, 3, 1, 0), 2), 3);
  assert.equal(settledAt(Float64Array.of(1, 1), 2), 0);
  assert.equal(settledAt(Float64Array.of(1, 3), 2), null);
});
