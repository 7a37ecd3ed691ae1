/** The numbers that the lesson promises. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { descend } from "../model/descend.ts";
import { meanLoss } from "../model/forward.ts";
import { makeLoss } from "../model/losses/registry.ts";
import { momentsOf } from "../model/moments.ts";
import { lowestOf } from "../model/passes.ts";
import { type Points, tadpoles, withPoint } from "../model/points.ts";
import { predictInterval, solve } from "../model/solution.ts";
import { near, allNear } from "./arbitrary.ts";

test("the golden numbers of the lesson", () => {
  const moments = momentsOf(tadpoles());
  const b0 = { hasIntercept: false };
  near(solve(moments, b0).theta[0]!, 0.796087, 0, 1e-6);
  near(solve(moments, b0).loss, 0.166875, 0, 3e-6);
  const solution = solve(moments);
  allNear(solution.theta, [0.743282, 0.180389], 0, 3e-6);
  near(solution.loss, 0.162231, 0, 4e-6);
  near(solution.r2!, 0.829413, 0, 1e-6);
  allNear(solution.standardErrors as number[], [0.1507, 0.4768], 0, 4e-4);
  const { low, value, high } = predictInterval(solution, [6]);
  allNear([low!, value, high!], [2.87, 4.64, 6.41], 0, 2e-4);
  const run = descend(moments, { ...b0, learningRate: 0.01, steps: 10 });
  allNear(run.theta.slice(0, 5), [0, 0.1593, 0.2867, 0.3886, 0.4701], 0, 2e-4);
  near(run.loss.at(-1)!, 0.23982, 0, 1e-4);
  const outcomes = { 0.0999: "slow", 0.1: "diverged", 0.11: "diverged", 0.05: "converged" };
  for (const [rate, outcome] of Object.entries(outcomes)) {
    const learningRate = Number(rate);
    assert.equal(descend(moments, { ...b0, learningRate, steps: 1000 }).outcome, outcome, rate);
  }
  const cover = Array.from(
    { length: 7 },
    (_, i) => descend(moments, { ...b0, learningRate: 0.03, steps: 7 }).at(i + 1).theta[0],
  );
  near(cover[0]!, 0.478, 0, 1e-3);
  near(cover[1]!, 0.669, 0, 1e-3);
  near(cover[6]!, 0.795, 0, 1e-3);
  near(meanLoss(tadpoles(), Float64Array.of(1.5)), 5.12, 0, 1e-3);
  const moved = withPoint(tadpoles(), 6, [4.2], 0);
  const best = (points: Points, name: string) => lowestOf(points, makeLoss(name), false)!.theta[0]!;
  for (const [name, before, after] of [
    ["squared", 0.796, 0.634],
    ["huber", 0.796, 0.768],
    ["absolute", 0.889, 0.889],
  ] as const) {
    near(best(tadpoles(), name), before, 0, 7e-4);
    near(best(moved, name), after, 0, 7e-4);
  }
});
