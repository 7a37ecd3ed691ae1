/** Laws of the lowest point of a loss: nothing is lower, on a flat floor or at a corner. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { meanLoss, overPoints } from "../model/forward.ts";
import { floorOf } from "../model/floor.ts";
import { toRows } from "../model/linear/matrix.ts";
import { makeLoss } from "../model/losses/registry.ts";
import { logit, sigmoid } from "../model/losses/sigmoid.ts";
import { descendPoints, lowestOf } from "../model/passes.ts";
import { type Points, makePoints, tadpoles } from "../model/points.ts";
import { near, cell, pointsOf } from "./arbitrary.ts";

test("the corner of an absolute loss is its lowest point", () => {
  fc.assert(
    fc.property(pointsOf(1), fc.array(cell, { minLength: 2, maxLength: 2 }), (points, away) => {
      const loss = makeLoss("absolute");
      const lowest = lowestOf(points, loss);
      if (!lowest) return;
      const beside = lowest.theta.map((value, j) => value + away[j]! / 50);
      assert.ok(meanLoss(points, beside, loss) >= lowest.loss - 1e-12 * (1 + lowest.loss));
    }),
  );
});

const REGRESSION = ["squared", "huber", "absolute"].map((name) => makeLoss(name));

test("nowhere is the loss lower than on its floor, and on it nothing is higher", () => {
  // Few values, so that ties, equal slopes and flat floors are common.
  const few = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -6, max: 6 }));
  const rows = fc.oneof(
    fc.array(few, { minLength: 1, maxLength: 6 }),
    fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }),
  );
  let flat = 0;
  fc.assert(
    fc.property(rows, cell, (pairs, away) => {
      const [X, y] = [pairs.map(([x]) => [x]), pairs.map(([, value]) => value)];
      const points = makePoints(X, y);
      for (const loss of REGRESSION) {
        const floor = floorOf(points, loss);
        if (X.every(([x]) => x === 0)) {
          assert.equal(floor, null);
          continue;
        }
        const { low, high, middle } = floor!;
        if (high - low > 1e-6) flat++;
        assert.ok(low <= middle && middle <= high);
        const height = (w: number): number => meanLoss(points, Float64Array.of(w), loss);
        const scale = 1e-12 * (1 + height(middle));
        assert.ok(height(middle + away / 7) >= height(middle) - scale);
        for (const u of [0, 0.3, 1]) near(height(low + u * (high - low)), height(middle), 1, 1e-11);
        for (const beyond of [low - 1e-3, high + 1e-3]) {
          assert.ok(height(beyond) > height(middle), `${loss.name} is flat beyond ${beyond}`);
        }
      }
    }),
  );
  assert.ok(flat > 0);
});

test("a floor of one place is the lowest point that descent is compared with", () => {
  fc.assert(
    fc.property(pointsOf(1), (points) => {
      for (const loss of REGRESSION) {
        const floor = floorOf(points, loss);
        const lowest = lowestOf(points, loss, false);
        if (!floor || !lowest) continue;
        const [w] = lowest.theta;
        if (floor.high - floor.low < 1e-9) near(w!, floor.middle, 1, 1e-9);
        else assert.ok(w! >= floor.low - 1e-9 && w! <= floor.high + 1e-9);
      }
    }),
  );
});

test("the order of the points does not move the floor, nor a weight of 2 in place of a row twice", () => {
  fc.assert(
    fc.property(pointsOf(1), (points) => {
      const rows = toRows(points.X);
      const y = Array.from(points.y);
      const turned = makePoints([...rows].reverse(), [...y].reverse());
      const twice = makePoints([...rows, rows[0]!], [...y, y[0]!]);
      const weight = y.map((_, i) => (i === 0 ? 2 : 1));
      const weighted = makePoints(rows, y, { weight });
      for (const loss of REGRESSION) {
        const middle = (of: Points): number | undefined => floorOf(of, loss)?.middle;
        if (middle(points) === undefined) continue;
        near(middle(turned)!, middle(points)!, 1);
        near(middle(weighted)!, middle(twice)!, 1);
      }
    }),
  );
});

test("a score stands for its probability, to the ends", () => {
  for (let i = 0; i <= 100; i++) near(sigmoid(logit(i / 100)), i / 100, 0, 1e-14);
  const cost = (name: string, p: number, y: number) => makeLoss(name).value(y, logit(p));
  near(cost("brier", 0.8, 0) / cost("brier", 0.05, 0), 256, 0);
  near(cost("log", 0.8, 0), -Math.log(0.2), 0);
  assert.equal(cost("log", 1, 0), Number.POSITIVE_INFINITY);
  assert.equal(cost("log", 1, 1), 0);
  assert.equal(cost("brier", 0, 1), 1);
});

test("Newton's lowest point has no slope", () => {
  fc.assert(
    fc.property(pointsOf(2), (points) => {
      const loss = makeLoss("huber");
      const lowest = lowestOf(points, loss);
      if (!lowest) return;
      const { gradientSum, weightSum } = overPoints(loss, lowest.theta, points);
      for (const slope of gradientSum) assert.ok(Math.abs(slope / weightSum) < 1e-7);
    }),
  );
  const separable = makePoints([[-2], [-1], [1], [2]], [0, 0, 1, 1]);
  const run = descendPoints(separable, makeLoss("log"), { steps: 50, learningRate: 1 });
  assert.ok(run.loss.at(-1)! < run.loss[0]!);
  assert.throws(() => descendPoints(tadpoles(), makeLoss("log")), {
    code: "losses.target-not-0-1",
  });
});
