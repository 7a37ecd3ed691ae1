/** What is said of a runner as it runs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fateOf } from "../model/fate.ts";
import { makeRule } from "../model/rules/registry.ts";
import { bowlOf, followed, TADPOLES, weightsOf } from "../view/lesson.ts";
import { typedRule } from "../view/typed/rule.ts";
import { lossWindow, rateWindow, roundUp, weightWindow } from "../view/windows.ts";

const BOWL = bowlOf(TADPOLES);
const WINDOW = [-0.5, 2] as const;
const fates = (rule: string, constant: number | null, start = 1, steps = 20) => {
  const run = weightsOf(makeRule(rule, constant), BOWL, start, steps);
  return run.map((_, t) => {
    const fate = fateOf(run, t, BOWL.best, WINDOW);
    return fate && `${fate.code} ${fate.at}`;
  });
};

test("the lesson's four fail when they do, and not before", () => {
  assert.deepEqual(fates("gradient-descent", 0.01), Array(21).fill(null));
  const sign = fates("sign", 0.5);
  assert.deepEqual(sign.slice(0, 4), [null, null, "loops 2", "loops 3"]);
  const fixed = fates("fixed-step", 0.5);
  assert.deepEqual(fixed.slice(0, 5), [null, "past 1", "past 1", "past 1", "gone 4"]);
  assert.deepEqual(fates("slope", null).slice(0, 3), [null, "diverges 1", "diverges 1"]);
});

test("what turns back has no bad name", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.002, max: 0.09, noNaN: true }),
      fc.double({ min: -0.4, max: 1.9, noNaN: true }),
      (rate, start) => {
        assert.deepEqual(new Set(fates("gradient-descent", rate, start, 80)), new Set([null]));
      },
    ),
  );
  // Momentum leaves the window on its way, and comes back.
  const run = weightsOf(makeRule("momentum", 0.08), BOWL, -0.4, 400);
  assert.ok(run.some((w) => w > 2));
  assert.ok(run.every((_, t) => fateOf(run, t, BOWL.best, WINDOW) === null));
});

test("a rate above the limit diverges", () => {
  const named = fates("gradient-descent", 0.11);
  const first = named.findIndex((fate) => fate !== null);
  assert.equal(named[first], `diverges ${first}`);
  assert.ok(named.slice(first).every((fate) => fate === `diverges ${first}`));
});

test("a typed rule gets w, the slope there, and the number of its step", () => {
  const { weights, trouble } = followed(typedRule("w - t*0.01*slope").rule, BOWL, 1, 3);
  assert.equal(trouble, null);
  let w = 1;
  weights.slice(1).forEach((next, i) => {
    w -= (i + 1) * 0.01 * BOWL.slope(w);
    assert.ok(Math.abs(next - w) < 1e-12);
  });
  const stopped = followed(typedRule("w - sqrt(1 - t)").rule, BOWL, 1, 5);
  assert.equal(stopped.weights.length, 2);
  assert.equal(stopped.trouble?.code, "rules.returned-not-finite");
});

test("windows are the lesson's for the tadpoles, and hold the best w of other points", () => {
  assert.deepEqual(weightWindow(BOWL, [-0.3, 2]), [-0.3, 2]);
  assert.deepEqual(lossWindow(BOWL), [0, 8]);
  assert.deepEqual(rateWindow(BOWL, 0.01, 1.2), [0.001, 0.12]);
  assert.deepEqual(rateWindow(BOWL, 0.02, 1.15), [0.002, 0.115]);
  const tenths = (most: number) => fc.integer({ min: 0, max: most }).map((n) => n / 10);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(tenths(50), tenths(70)), { minLength: 2, maxLength: 9 }),
      (points) => {
        fc.pre(points.some(([x]) => x > 0));
        const bowl = bowlOf(points);
        const [low, high] = weightWindow(bowl, [-0.3, 2]);
        assert.ok(low < bowl.best && bowl.best < high);
        assert.ok(lossWindow(bowl)[1] > bowl.height(0));
        const [slow, fast] = rateWindow(bowl, 0.01, 1.2);
        assert.ok(slow > 0 && slow < bowl.fold && fast > bowl.limit);
      },
    ),
  );
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => {
      const round = roundUp(value);
      assert.ok(round >= value * (1 - 1e-9) && round <= 1.35 * value);
    }),
  );
});
