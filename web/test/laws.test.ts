/** Laws that hold for any data: what golden files, being examples, cannot show. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { descend, fromStart, prepare } from "../model/descend.ts";
import {
  CURVES,
  absolute,
  bowl,
  cubic,
  cubicWave,
  numericCurve,
  oneSidedSlope,
  parabola,
  secantSlope,
  sine,
} from "../model/derivative.ts";
import { diverges } from "../model/diagnosis.ts";
import { ModelError } from "../model/errors.ts";
import { meanLoss, overPoints } from "../model/forward.ts";
import { floorOf } from "../model/floor.ts";
import { History } from "../model/history.ts";
import { curve, jump } from "../model/jump.ts";
import { cholesky, choleskySolve } from "../model/linear/cholesky.ts";
import { eigen } from "../model/linear/eigen.ts";
import { exactSum, twoProduct, twoSum } from "../model/linear/exact-sum.ts";
import { type Matrix, apply, fromRows, times, toRows, transpose } from "../model/linear/matrix.ts";
import { svd } from "../model/linear/svd.ts";
import { LOSSES, makeLoss } from "../model/losses/registry.ts";
import { logit, sigmoid } from "../model/losses/sigmoid.ts";
import { momentsFromDocument } from "../model/moments-document.ts";
import { count } from "../model/message.ts";
import { type Moments, drop, merge, momentsOf, select } from "../model/moments.ts";
import { backward, forward, makeLayer, networkLoss, withWeight } from "../model/network.ts";
import { descendPoints, lowestOf } from "../model/passes.ts";
import { places } from "../model/places.ts";
import { type Points, makePoints, tadpoles, withPoint, withoutPoint } from "../model/points.ts";
import {
  coefficients,
  evaluateCoefficients,
  evaluatePolynomial,
  fitPolynomial,
  fitWithout,
  freedomOf,
  highestDegree,
  powerPoints,
  predictPolynomial,
  predictor,
} from "../model/powers.ts";
import { bestRate, gapAfter, limit, stepsTo } from "../model/rates.ts";
import { functionRule } from "../model/rules/function-rule.ts";
import { RULES, makeRule, ruleFromJson, ruleToJson, withRate } from "../model/rules/registry.ts";
import { cosine, inverseTime } from "../model/rules/schedules.ts";
import { predictInterval, solve } from "../model/solution.ts";
import { parseTable, pointsOfTable } from "../model/table.ts";
import { formatG, say } from "../model/texts.ts";
import { walk } from "../model/walk.ts";

// One seed, so that a run can be repeated; SEED=1 RUNS=1000 npm test looks further.
fc.configureGlobal({
  seed: Number(process.env.SEED ?? 2024),
  numRuns: Number(process.env.RUNS ?? 100),
  interruptAfterTimeLimit: 60_000,
});

function near(actual: number, expected: number, scale: number, tolerance = 1e-12): void {
  const off = Math.abs(actual - expected);
  assert.ok(off <= tolerance * (Math.abs(expected) + scale), `${actual} instead of ${expected}`);
}

function allNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  scale: number,
  tolerance = 1e-12,
): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) near(actual[i]!, expected[i]!, scale, tolerance);
}

const cell = fc.integer({ min: -999, max: 999 }).map((value) => value / 100);

/** Points of k features, none of them degenerate. */
function pointsOf(k: number, least = 4): fc.Arbitrary<Points> {
  const row = fc.array(cell, { minLength: k + 1, maxLength: k + 1 });
  return fc.array(row, { minLength: least + k, maxLength: 25 }).map((rows) =>
    makePoints(
      rows.map((cells) => cells.slice(0, k)),
      rows.map((cells) => cells[k]!),
    ),
  );
}

const anyPoints = fc.integer({ min: 1, max: 4 }).chain((k) => pointsOf(k));

function matrixOf(size: fc.Arbitrary<number>): fc.Arbitrary<Matrix> {
  return size.chain((n) =>
    fc
      .array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: n, maxLength: n })
      .map((rows) => fromRows(rows, n)),
  );
}

function spreads(moments: Moments): number {
  const size = moments.mean.length;
  let trace = 0;
  for (let j = 0; j < size; j++) trace += moments.scatter.data[j * size + j]!;
  return trace;
}

function rowsOf(points: Points, keep: (i: number) => boolean): Points {
  const kept = Array.from(points.y, (_, i) => i).filter(keep);
  return makePoints(
    kept.map((i) => toRows(points.X)[i]!),
    kept.map((i) => points.y[i]!),
    { featureNames: points.featureNames, targetName: points.targetName },
  );
}

test("merge = whole, in any order and cut", () => {
  fc.assert(
    fc.property(anyPoints, fc.nat(30), (points, where) => {
      const whole = momentsOf(points);
      const first = momentsOf(rowsOf(points, (i) => i <= where));
      const second = momentsOf(rowsOf(points, (i) => i > where));
      const scale = spreads(whole);
      for (const both of [merge(first, second), merge(second, first)]) {
        assert.equal(both.count, whole.count);
        allNear(both.mean, whole.mean, 10);
        allNear(both.scatter.data, whole.scatter.data, scale);
      }
    }),
  );
});

test("tiles of a long table merge as well", () => {
  const rows = Array.from({ length: 5000 }, (_, i) => [1e6 + Math.sin(i), (i * 37) % 11]);
  const y = rows.map(([a, b]) => 3 * (a! - 1e6) - 2 * b! + 7);
  const solution = solve(momentsOf(makePoints(rows, y)));
  near(solution.theta[0]!, 3, 1, 1e-9);
  near(solution.theta[1]!, -2, 1, 1e-9);
});

test("weight 2 = the row twice", () => {
  fc.assert(
    fc.property(anyPoints, (points) => {
      const rows = toRows(points.X);
      const y = Array.from(points.y);
      const once = makePoints(rows, y, { weight: y.map((_, i) => (i === 0 ? 2 : 1)) });
      const twice = makePoints([rows[0]!, ...rows], [y[0]!, ...y]);
      const [a, b] = [momentsOf(once), momentsOf(twice)];
      near(a.weightSum, b.weightSum, 0);
      allNear(a.mean, b.mean, 10);
      allNear(a.scatter.data, b.scatter.data, spreads(b));
      near(meanLoss(once, apply0(points)), meanLoss(twice, apply0(points)), 1);
    }),
  );
});

function apply0(points: Points): Float64Array {
  return new Float64Array(points.X.columns + 1).fill(0.5);
}

test("selecting columns = never having read the others", () => {
  fc.assert(
    fc.property(pointsOf(3), (points) => {
      const rows = toRows(points.X).map((row) => [row[2]!, row[0]!]);
      const few = makePoints(rows, Array.from(points.y), { featureNames: ["x3", "x1"] });
      const selected = select(momentsOf(points), ["x3", "x1"]);
      allNear(selected.scatter.data, momentsOf(few).scatter.data, spreads(selected));
      const dropped = drop(momentsOf(points), ["x2"]);
      assert.deepEqual(
        dropped.columns.map((column) => column.name),
        ["x1", "x3"],
      );
    }),
  );
});

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

test("gradient and curvature of every loss are its finite differences", () => {
  for (const name of Object.keys(LOSSES)) {
    const loss = makeLoss(name);
    for (const y of [0, 1]) {
      for (const s of [-2.3, -0.4, 0.3, 0.8, 1.7]) {
        const h = 1e-5;
        near((loss.value(y, s + h) - loss.value(y, s - h)) / (2 * h), loss.slope(y, s), 1, 1e-8);
        const bend = (loss.slope(y, s + h) - loss.slope(y, s - h)) / (2 * h);
        near(bend, loss.curvature(y, s), 1, 1e-7);
        assert.ok(loss.curvature(y, s) <= (loss.curvatureBound ?? 0) + 1e-15);
      }
    }
  }
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

test("means far from zero cost no digit of the scatter", () => {
  const values = [3, 1, 4, 1, 5, 9, 2];
  const at = (offset: number) =>
    momentsOf(
      makePoints(
        values.map((x) => [x + offset]),
        values.map((x, i) => x * i),
      ),
    );
  allNear(at(2 ** 45 + 0.25).scatter.data, at(0).scatter.data, 0, 1e-14);
  const tail = merge(at(2 ** 45), at(2 ** 45));
  near(tail.scatter.data[0]!, 2 * at(0).scatter.data[0]!, 0, 1e-14);
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

test("a message inside a message is said in its place", () => {
  const catalogue = { a: { whole: "({inner})", part: "{n} steps" } };
  const inner = { code: "a.part", values: { n: count(1000) } };
  assert.equal(say("a.whole", { inner }, catalogue), "(1,000 steps)");
  assert.equal(say("a.whole", { inner: [inner, inner] }, catalogue), "(1,000 steps 1,000 steps)");
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

test("every rule survives being written and read, and never changes what it is given", () => {
  for (const [name, { constant }] of Object.entries(RULES)) {
    const rule = makeRule(name, constant === null ? null : 0.03);
    const read = ruleFromJson(JSON.parse(JSON.stringify(ruleToJson(rule))));
    const objective = prepare(momentsOf(tadpoles())).surface;
    const theta = Float64Array.of(1, -1);
    const gradient = Float64Array.of(2, -3);
    const state = rule.init(theta);
    const frozen = JSON.stringify([theta, gradient, state]);
    const [a, after] = rule.update(gradient, state, theta, objective);
    assert.equal(JSON.stringify([theta, gradient, state]), frozen, name);
    const [b] = read.update(gradient, read.init(theta), theta, objective);
    assert.deepEqual(a, b);
    const kept = JSON.stringify(after);
    rule.update(gradient, after, a, objective);
    assert.equal(JSON.stringify(after), kept, name);
    if (constant) assert.equal(withRate(rule, 0.5).constants[constant], 0.5);
  }
  for (const schedule of [inverseTime(0.1, 0.5), cosine(0.1, 10, 0.01)]) {
    const rule = makeRule("adam", schedule);
    const read = ruleFromJson(JSON.parse(JSON.stringify(ruleToJson(rule))));
    assert.deepEqual(ruleToJson(read), ruleToJson(rule));
  }
});

test("a rule of one's own is checked", () => {
  const surface = prepare(momentsOf(tadpoles()), { hasIntercept: false }).surface;
  const from = (own: (theta: Float64Array, gradient: Float64Array) => unknown) =>
    walk(surface, functionRule(own as never, "mine"), Float64Array.of(0), 3);
  const plain = from((theta, gradient) => theta.map((w, j) => w - 0.01 * gradient[j]!));
  const ours = walk(surface, makeRule("gradient-descent", 0.01), Float64Array.of(0), 3);
  assert.deepEqual(plain.theta, ours.theta);
  from((theta, gradient) => theta[0]! - 0.01 * gradient[0]!);
  assert.throws(() => from(() => undefined), { code: "rules.returned-nothing" });
  assert.throws(() => from(() => "fast"), { code: "rules.returned-not-numbers" });
  assert.throws(() => from(() => [1, 2]), { code: "rules.returned-shape" });
  assert.throws(() => from(() => [Number.NaN]), { code: "rules.returned-not-finite" });
  const changing = from((theta, gradient) => {
    theta[0]! -= 0.01 * gradient[0]!;
    return theta;
  });
  assert.deepEqual(changing.theta, ours.theta);
});

test("options that make no sense are refused in a code", () => {
  const moments = momentsOf(tadpoles());
  const refused = (options: object, code: string) =>
    assert.throws(
      () => descend(moments, options),
      (error) => error instanceof ModelError && error.code === code,
    );
  refused({ learningRate: 0 }, "rules.zero");
  refused({ learningRate: Number.NaN }, "rules.not-finite");
  refused({ rule: "adma", learningRate: 1 }, "rules.unknown");
  refused({ rule: "slope", learningRate: 1 }, "rules.rate-not-used");
  refused({ steps: -1 }, "descent.steps-negative");
  refused({ steps: 1.5 }, "descent.steps-type");
  refused({ tolerance: 0 }, "spectrum.tolerance");
  refused({ ridge: -1 }, "solution.ridge-negative");
  refused({ start: [1] }, "spectrum.start-shape");
});

test("eigenvalues, singular values, Cholesky", () => {
  fc.assert(
    fc.property(matrixOf(fc.integer({ min: 1, max: 8 })), (square) => {
      const n = square.rows;
      const gram = times(transpose(square), square);
      const { values, vectors } = eigen(gram);
      const scale = Math.max(...values.map(Math.abs), 1e-300);
      const diagonal = fromRows(
        Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => +(i === j))),
      );
      allNear(times(vectors, transpose(vectors)).data, diagonal.data, 1, 1e-13);
      const back = times(times(transpose(vectors), scaled(diagonal, values)), vectors);
      allNear(back.data, gram.data, scale, 1e-13);
      for (let i = 1; i < n; i++) assert.ok(values[i]! >= values[i - 1]!);
      const singular = svd(square);
      singular.values.forEach((sigma, i) => near(sigma * sigma, values[n - 1 - i]!, scale, 1e-12));
      const factor = cholesky(gram);
      if (!factor) return;
      allNear(times(factor, transpose(factor)).data, gram.data, scale, 1e-13);
      const x = choleskySolve(factor, apply(gram, new Float64Array(n).fill(1)));
      const residual = apply(gram, x);
      allNear(residual, apply(gram, new Float64Array(n).fill(1)), scale * 100, 1e-11);
    }),
  );
});

function scaled(diagonal: Matrix, values: Float64Array): Matrix {
  const data = diagonal.data.map((value, at) => value * values[at % values.length]!);
  return { ...diagonal, data };
}

test("small eigenvalues of a graded matrix keep their digits", () => {
  const d = [1, 1e-4, 1e-8];
  const base = [
    [2, 1, 0],
    [1, 2, 1],
    [0, 1, 2],
  ];
  const graded = base.map((row, i) => row.map((value, j) => value * d[i]! * d[j]!));
  const product = Array.from(eigen(fromRows(graded)).values).reduce((a, b) => a * b);
  near(product, 4 * 1e-24, 0, 1e-13);
});

test("exact sums and products", () => {
  assert.equal(exactSum([1e16, 1, -1e16, 1e-3]), 1.001);
  assert.equal(exactSum([0.1, 0.2, -0.3]), 2 ** -55);
  assert.equal(exactSum([]), 0);
  assert.equal(exactSum([1, 2 ** -53, 2 ** -106]), 1 + 2 ** -52);
  assert.deepEqual(twoSum(1, 2 ** -60), [1, 2 ** -60]);
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      const [p, e] = twoProduct(a * 2 ** 20 + 1, b * 2 ** 20 + 1);
      const exact = BigInt(a * 2 ** 20 + 1) * BigInt(b * 2 ** 20 + 1);
      assert.equal(BigInt(p) + BigInt(e), exact);
    }),
  );
});

test("numbers are written as Python writes them, whatever they are", () => {
  // Against the shortest text of the number itself: few digits stay as they are.
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: -3, max: 0 }), (n, power) => {
      const value = Number(`${n}e${power}`);
      assert.equal(Number(formatG(value, 4)), value);
    }),
  );
  fc.assert(
    fc.property(fc.double({ min: -1e300, max: 1e300, noNaN: true }), (value) => {
      near(Number(formatG(value, 4)), value, 5e-324, 5.1e-4);
    }),
  );
});

test("slopes of the curves, exact and under the loupe", () => {
  for (const known of CURVES) {
    const typed = numericCurve(known.name, known.value);
    for (const x of [-2.1, -0.7, 0.4, 1, 1.9]) {
      near(typed.slope(x), known.slope(x), 10, 1e-10);
      near(secantSlope(known, x, 1e-6), known.slope(x), 10, 1e-8);
    }
  }
  near(bowl.slope(1), 4.08, 0);
  near(oneSidedSlope(bowl, 1, 1e-7), 4.08, 0, 1e-6);
  near(bowl.slope(0), -15.928571428571429, 0);
  assert.equal(oneSidedSlope(absolute, 0, 0.01), 1);
  assert.equal(oneSidedSlope(absolute, 0, -0.01), -1);
});

test("what a place of slope 0 is", () => {
  const kinds = (found: ReturnType<typeof places>) =>
    found.map(({ x, kind, local, global }) => [Number(x.toFixed(6)) + 0, kind, local, global]);
  assert.deepEqual(kinds(places(cubicWave, -1.5, 1.9)), [
    [-1.5, "end", "minimum", "neither"],
    [-1, "level", "maximum", "maximum"],
    [1, "level", "minimum", "minimum"],
    [1.9, "end", "maximum", "neither"],
  ]);
  assert.deepEqual(kinds(places(cubic, -1, 1)), [
    [-1, "end", "minimum", "minimum"],
    [0, "level", "neither", "neither"],
    [1, "end", "maximum", "maximum"],
  ]);
  assert.deepEqual(kinds(places(absolute, -1, 0.77)), [
    [-1, "end", "maximum", "maximum"],
    [0, "corner", "minimum", "minimum"],
    [0.77, "end", "maximum", "neither"],
  ]);
  const turns = kinds(places(sine, -4, 7)).filter(([, kind]) => kind === "level");
  assert.deepEqual(turns, [
    [-1.570796, "level", "minimum", "minimum"],
    [1.570796, "level", "maximum", "maximum"],
    [4.712389, "level", "minimum", "minimum"],
  ]);
  assert.deepEqual(kinds(places(parabola("flat", 0, 0, 3), 0, 1)), [
    [0, "plateau", "neither", "neither"],
  ]);
  const numeric = places(
    numericCurve("typed", (x) => x ** 3),
    -1,
    1,
  );
  assert.deepEqual(kinds(numeric)[1], [0, "level", "neither", "neither"]);
});

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

test("backward is the finite difference of forward, edge by edge", () => {
  const layer = makeLayer(
    [
      [0.5, -0.3],
      [0.8, 0.2],
    ],
    [0.1, -0.2],
    "tanh",
  );
  const network = { layers: [layer, makeLayer([[1.2, -0.7]], [0.3], "sigmoid")] };
  const X = fromRows([
    [0.8, 1],
    [1.7, -0.4],
    [-2.7, 0.3],
  ]);
  const Y = fromRows([[0.2], [0.9], [0.4]]);
  const back = backward(network, forward(network, X), Y);
  const h = 1e-5;
  network.layers.forEach(({ weights }, l) => {
    for (let to = 0; to < weights.rows; to++) {
      for (let from = 0; from < weights.columns; from++) {
        const at = to * weights.columns + from;
        const lossAt = (by: number) => {
          const moved = withWeight(network, l, to, from, weights.data[at]! + by);
          return networkLoss(forward(moved, X).output, Y);
        };
        near((lossAt(h) - lossAt(-h)) / (2 * h), back.weights[l]!.data[at]!, 1, 1e-9);
      }
    }
  });
});

test("a pasted table", () => {
  const table = parseTable("time,volume\n0.8,1.0\n1.7,0.9\n2.7,\n3.2,oops\n3.7,2.8\n");
  assert.deepEqual(table.names, ["time", "volume"]);
  assert.equal(table.rowsRead, 5);
  assert.deepEqual(table.skipped, { volume: 1 });
  assert.equal(table.problems.length, 1);
  assert.deepEqual(Array.from(table.columns[0]!), [0.8, 1.7, 3.7]);
  const points = pointsOfTable(table, ["time"], "volume");
  assert.deepEqual(Array.from(points.y), [1, 0.9, 2.8]);
  for (const text of [
    "1 2\n3 4",
    "1\t2\r\n3\t4",
    "1;2\n3;4",
    "１，２\n３，４",
    "\uFEFF1,2\n3,4\n\n",
  ]) {
    const { names, columns, problems } = parseTable(text);
    assert.deepEqual(names, ["x1", "x2"], text);
    assert.deepEqual(
      columns.map((column) => Array.from(column)),
      [
        [1, 3],
        [2, 4],
      ],
    );
    assert.equal(problems.length, 0);
  }
  assert.deepEqual(parseTable("a,a,\n1,2,3").names, ["a", "a (2)", "x3"]);
  assert.deepEqual(parseTable('"a","b"\n"1","-2e3"').columns[1], Float64Array.of(-2000));
  assert.equal(parseTable("").names.length, 0);
});

test("points are values", () => {
  const before = tadpoles();
  const after = withPoint(before, 6, [4.2], 0);
  assert.deepEqual(before, tadpoles());
  assert.equal(after.y[6], 0);
  assert.equal(withoutPoint(before, 0).y.length, 6);
  assert.deepEqual(withoutPoint(before, 0).X.data, before.X.data.slice(1));
});

test("a damaged or foreign file of moments is refused", () => {
  const refuse = (source: unknown, code: string) =>
    assert.throws(() => momentsFromDocument(source), { code });
  const content = {
    columns: [{ name: "x", source: "x", kind: "number", power: 1, level: null }],
    target: "y",
    weight: null,
    count: 2,
    weight_sum: 2,
    rows_read: 2,
    skipped: {},
    precision: "fast",
    mean: [1, 2],
    mean_low: [0, 0],
    scatter: [[2], [1, 3]],
    folds: [],
  };
  const document = { format: "kedou-moments", version: 1, checksum: "", content };
  assert.equal(momentsFromDocument(JSON.stringify(document)).scatter.data[1], 1);
  refuse("{", "saving.not-json");
  refuse({ ...document, format: "kedou-model" }, "saving.other-format");
  refuse({ ...document, version: 99 }, "saving.other-version");
  refuse({ ...document, content: { ...content, mean: [1] } }, "saving.damaged");
  refuse({ ...document, content: { ...content, scatter: [[-2], [1, 3]] } }, "saving.damaged");
  refuse({ ...document, content: { ...content, mean: [1, null] } }, "saving.damaged");
});

/** Points on tenths, as a hand leaves them in the picture; many share a place. */
const tenths = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 50 }).map((x) => x / 10),
    fc.integer({ min: 0, max: 70 }).map((y) => y / 10),
  ),
  { minLength: 2, maxLength: 12 },
);

test("a polynomial is the same in powers of x as in orthogonal polynomials", () => {
  fc.assert(
    fc.property(tenths, fc.integer({ min: 1, max: 4 }), (points, degree) => {
      const x = points.map((point) => point[0]);
      const y = points.map((point) => point[1]);
      fc.pre(new Set(x).size > degree);
      const polynomial = fitPolynomial(x, y, degree);
      const c = coefficients(polynomial);
      assert.equal(c.length, degree + 1);
      for (const at of [0, 0.7, 2.5, 5, 7]) {
        const size = c.reduce((sum, value, j) => sum + Math.abs(value) * at ** j, 0);
        near(evaluateCoefficients(c, at), evaluatePolynomial(polynomial, at), size, 1e-10);
      }
    }),
  );
});

test("a polynomial leaves errors that no power up to its degree can explain", () => {
  fc.assert(
    fc.property(tenths, fc.integer({ min: 1, max: 4 }), (points, degree) => {
      const x = points.map((point) => point[0]);
      const y = points.map((point) => point[1]);
      fc.pre(new Set(x).size > degree);
      const { X } = powerPoints(x, y, degree);
      const e = y.map((value, i) => value - evaluatePolynomial(fitPolynomial(x, y, degree), x[i]!));
      const sum = (terms: number[]) => terms.reduce((total, term) => total + term, 0);
      near(sum(e), 0, sum(y.map(Math.abs)), 1e-10);
      for (let j = 0; j < degree; j++) {
        const powers = x.map((_, i) => X.data[i * degree + j]!);
        const size = sum(powers.map((power, i) => Math.abs(power * y[i]!)));
        near(sum(e.map((value, i) => value * powers[i]!)), 0, size, 1e-9);
      }
    }),
  );
});

test("at the highest degree every point can be hidden, and at the next one some cannot", () => {
  const distinct = (x: readonly number[]) => new Set(x).size;
  fc.assert(
    fc.property(tenths, (points) => {
      const x = points.map((point) => point[0]);
      const most = highestDegree(x);
      const left = x.map((_, hidden) => distinct(x.filter((__, i) => i !== hidden)));
      assert.equal(most, Math.min(...left) - 1);
      assert.ok(most < 1 || x.length > most + 1);
    }),
  );
  const { X } = tadpoles();
  assert.equal(highestDegree(X.data), 4);
  assert.equal(highestDegree([1, 1 + 1e-15, 2, 2, 3]), 1);
  assert.equal(highestDegree([2, 2, 2]), 0);
});

test("an interval is that of one place, wide where there is little freedom", () => {
  const { X, y } = tadpoles();
  for (const degree of [1, 2, 3, 4]) {
    const polynomial = fitPolynomial(X.data, y, degree);
    assert.equal(freedomOf(polynomial), 6 - degree);
    assert.deepEqual(predictor(polynomial)(6), predictPolynomial(polynomial, 6));
  }
  const through = fitWithout(X.data, y, 4, 6);
  assert.equal(freedomOf(through), 1);
  const five = fitPolynomial([0, 1, 2, 3, 4], [0, 1, 0, 2, 1], 4);
  assert.deepEqual([five.count, freedomOf(five)], [5, 0]);
  assert.equal(predictPolynomial(five, 6).low, null);
});

test("descent on powers goes down to the polynomial", () => {
  const { X, y } = tadpoles();
  for (const degree of [1, 2, 3, 4]) {
    const polynomial = fitPolynomial(X.data, y, degree);
    const moments = momentsOf(powerPoints(X.data, y, degree));
    const { solution } = prepare(moments);
    near(solution.loss, polynomial.trainingLoss, 0, 1e-11);
    const run = descend(moments, { standardize: true, steps: 3000 });
    const theta = run.at(-1).theta;
    const c = [theta[degree]!, ...theta.subarray(0, degree)];
    const errors = y.map((value, i) => value - evaluateCoefficients(c, X.data[i]!));
    const loss = errors.reduce((sum, e) => sum + e * e, 0) / y.length;
    near(loss, run.at(-1).loss, 0, 1e-10);
    assert.ok(loss >= polynomial.trainingLoss * (1 - 1e-10));
  }
});
