/** Laws of the exact answer: it lies lowest, and says where it cannot be had. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { digitsOf } from "../model/diagnosis.ts";
import { fromStart, prepare } from "../model/descend.ts";
import { meanLoss, overPoints } from "../model/forward.ts";
import { makeLoss } from "../model/losses/registry.ts";
import { momentsOf } from "../model/moments.ts";
import { makePoints } from "../model/points.ts";
import { solve } from "../model/solution.ts";
import { near, allNear, cell, anyPoints } from "./arbitrary.ts";

test("the answer has no slope, and no point beside it is lower", () => {
  fc.assert(
    fc.property(anyPoints, fc.array(cell, { minLength: 5, maxLength: 5 }), (points, away) => {
      const solution = solve(momentsOf(points));
      const { theta } = solution;
      const { gradientSum, weightSum } = overPoints(makeLoss("squared"), theta, points);
      const size = Math.max(...theta.map(Math.abs), 1) * 1000;
      allNear(
        gradientSum.map((value) => value / weightSum),
        new Float64Array(theta.length),
        size,
        1e-9,
      );
      near(meanLoss(points, theta), solution.loss, size, 1e-9);
      const beside = theta.map((value, j) => value + away[j]! * 1e-3);
      assert.ok(meanLoss(points, beside) >= solution.loss - 1e-9 * size);
    }),
  );
});

test("a column constant but for the rounding of its values is constant", () => {
  const rows = Array.from({ length: 7 }, () => [0.1]);
  const moments = momentsOf(makePoints(rows, [1, 2, 3, 4, 5, 6, 7]));
  const scatter = { ...moments.scatter, data: moments.scatter.data.slice() };
  scatter.data[0] = 1e-33;
  const solution = solve({ ...moments, scatter });
  assert.deepEqual(solution.warnings.at(-1), {
    code: "solution.constant",
    values: { column: "x1" },
  });
  assert.equal(solution.theta[0], 0);
});

test("values too large or too small to be squared are refused", () => {
  const solved = (x: number) => solve(momentsOf(makePoints([[x], [2 * x], [4 * x]], [1, 2, 3])));
  assert.throws(() => solved(1e200), { code: "moments.too-large" });
  assert.throws(() => solved(1e-200), { code: "moments.too-small" });
  near(solved(1e100).theta[0]! * 1e100, solved(1).theta[0]!, 0);
});

test("without a degree of freedom there is no residual deviation, and no digits of one", () => {
  const told = (rows: number[][]) => {
    const moments = momentsOf(
      makePoints(
        rows,
        rows.map((_, n) => n * n + 1),
      ),
    );
    const { residualStd } = digitsOf(fromStart(prepare(moments, {}), 0));
    return [residualStd === null, solve(moments).residualStd === null];
  };
  assert.deepEqual(told([[1], [3]]), [true, true]);
  assert.deepEqual(told([[1, 2], [2, 5]]), [true, true]); // prettier-ignore
  assert.deepEqual(told([[1], [3], [4]]), [false, false]);
});
