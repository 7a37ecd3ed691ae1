/** Training in the page: what is remembered, drawn and sliced is what computing it anew gives. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { descend, prepare } from "../model/descend.ts";
import { momentsOf, merge } from "../model/moments.ts";
import { makePoints } from "../model/points.ts";
import { sliceOf } from "../model/slice.ts";
import { type Settings, Training, drawnSteps } from "../model/training.ts";
import { startParts, validate } from "../model/validation.ts";

function table(rows: number, k: number, seed: number) {
  let state = seed;
  const draw = () => {
    state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff;
    return state / 2 ** 31 - 0.5;
  };
  const X = Array.from({ length: rows }, () => Array.from({ length: k }, (_, j) => draw() * 4 + j));
  const y = X.map((row) => row.reduce((sum, x, j) => sum + x * Math.cos(j), draw()));
  return { X, y };
}

function training(k = 3): Training {
  const { X, y } = table(60, k, 7);
  const folds = [0, 1, 2, 3].map((f) =>
    momentsOf(
      makePoints(
        X.filter((_, i) => i % 4 === f),
        y.filter((_, i) => i % 4 === f),
      ),
    ),
  );
  return new Training({ moments: folds.reduce(merge), folds, onlyLast: false });
}

const SETTINGS: Settings = {
  rule: "gradient-descent",
  rate: 0.1,
  steps: 400,
  start: 0,
  standardize: true,
  ridge: 0,
  hasIntercept: true,
  off: [],
};

test("a setting that changes gives what a fresh descent gives", () => {
  const page = training();
  const changes: Partial<Settings>[] = [
    {},
    { rate: 0.3 },
    { rate: null },
    { off: ["x2"] },
    { standardize: false, rate: 0.01 },
    { ridge: 0.2 },
    { rule: "adam", rate: 0.05 },
    { hasIntercept: false },
    { start: 2 },
    {},
  ];
  for (const change of changes) {
    const settings = { ...SETTINGS, ...change };
    const { run } = page.trained(settings);
    const fresh = new Training(page.data).trained(settings).run;
    assert.deepEqual(Array.from(run.theta), Array.from(fresh.theta), JSON.stringify(change));
    if (settings.off.length === 0) {
      const plain = descend(page.data.moments, {
        ...settings,
        ...(settings.rate === null ? {} : { learningRate: settings.rate }),
      });
      assert.deepEqual(Array.from(run.theta), Array.from(plain.theta));
    }
  }
});

test("the drawn curve of left-out errors lies on the whole one", () => {
  const page = training();
  for (const change of [{}, { rate: null }, { ridge: 0.5 }, { standardize: false, rate: 0.005 }]) {
    const trained = page.trained({ ...SETTINGS, ...change });
    const drawn = page.drawn(trained);
    const whole = page.whole(trained);
    assert.equal(drawn.steps.at(-1), 400);
    drawn.steps.forEach((step, n) => {
      const [a, b] = [drawn.leftOut[n]!, whole.leftOut[step]!];
      assert.ok(Math.abs(a - b) <= 1e-10 * (b + whole.leftOut[0]!), `at ${step}`);
    });
  }
  const adam = page.trained({ ...SETTINGS, rule: "adam", rate: null });
  assert.deepEqual(page.drawn(adam).leftOut, page.whole(adam).leftOut);
});

test("a run that is held agrees with the walk that comes when the hand lets go", () => {
  const page = training(6);
  const limit = page.trained(SETTINGS).started.rates.limit!;
  // At the limit itself a run swings for ever, and just below it for longer than it lasts.
  const swinging = [limit, (1 - 1e-12) * limit, (1 - 1e-7) * limit, (1 - 1e-4) * limit];
  const rates = [1e-4, 0.03, 0.1, 0.2, 0.9 * limit, ...swinging, 0.6];
  for (const rate of rates) {
    for (const change of [{ rate }, { rate, ridge: 0.3 }, { rate, steps: 3 }]) {
      const settings = { ...SETTINGS, ...change };
      const held = page.trained(settings, true).run;
      const walked = page.trained(settings).run;
      assert.equal(held.outcome, walked.outcome, `${rate}`);
      assert.equal(held.lastStep, walked.lastStep);
      assert.deepEqual(
        held.messages.map(({ code }) => code),
        walked.messages.map(({ code }) => code),
      );
      held.steps.forEach((step, n) => {
        const [a, b] = [held.loss[n]!, walked.loss[step]!];
        assert.ok(Math.abs(a - b) <= 1e-9 * b, `${rate}, step ${step}: ${a} is not ${b}`);
      });
      const arrived = held.messages.flatMap(({ values }) =>
        "arrived" in values ? values["arrived"] : [],
      );
      const walkedTo = walked.messages.flatMap(({ values }) =>
        "arrived" in values ? values["arrived"] : [],
      );
      assert.deepEqual(arrived, walkedTo);
    }
  }
  assert.ok(page.trained(SETTINGS, true).run.steps.length < 200);
});

test("a split by time leaves out the last fold only", () => {
  const page = new Training({ ...training().data, onlyLast: true });
  const trained = page.trained(SETTINGS);
  assert.equal(page.whole(trained).folds, 1);
  const parts = page.parts(SETTINGS);
  assert.deepEqual(
    page.whole(trained).leftOut,
    validate(startParts(parts), { rule: "gradient-descent", learningRate: 0.1, steps: 400 })
      .leftOut,
  );
});

test("drawn steps are few, rising, and hold both ends", () => {
  for (const last of [0, 1, 159, 160, 1000, 100_000, 10 ** 7]) {
    const steps = drawnSteps(last);
    assert.ok(steps.length <= 164);
    assert.equal(steps[0], 0);
    assert.equal(steps.at(-1), last);
    assert.ok(steps.every((step, n) => n === 0 || step > steps[n - 1]!));
  }
});

test("a contour of a slice is where the loss has risen by so much, scaled or not", () => {
  const { moments } = training().data;
  for (const options of [{}, { standardize: true }, { standardize: true, ridge: 0.3 }]) {
    const { surface, solution } = prepare(moments, options);
    for (const [i, j] of [
      [0, 1],
      [2, 3],
      [3, 0],
    ] as const) {
      const slice = sliceOf(surface, i, j);
      assert.ok(
        Math.abs(slice.centre[0] - solution.theta[i]!) <= 1e-12 * (1 + Math.abs(slice.centre[0])),
      );
      for (const [a, b] of slice.contour(2.5)!) {
        assert.ok(Math.abs(slice.gap(a, b) - 2.5) < 1e-9);
        if ("ridge" in options) continue;
        const theta = solution.theta.slice();
        theta[i] = a;
        theta[j] = b;
        const loss = descend(moments, { start: Array.from(theta), steps: 0 }).loss[0]!;
        assert.ok(Math.abs(loss - solution.loss - 2.5) < 1e-9);
      }
    }
  }
});

test("a direction in which nothing changes has no contour", () => {
  const { X, y } = table(30, 1, 3);
  const moments = momentsOf(
    makePoints(
      X.map(([x]) => [x!, 2 * x!]),
      y,
    ),
  );
  assert.equal(sliceOf(prepare(moments).surface, 0, 1).contour(1), null);
});
