/** The model against Python's numbers: every golden file, every quantity in it. */

import { readFileSync, readdirSync } from "node:fs";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { descend, fromStart, prepare } from "../model/descend.ts";
import { digitsOf, diverges, risesFrom, stepsWithin, warningsOf } from "../model/diagnosis.ts";
import {
  curvatureOverPoints,
  meanLoss,
  overPoints,
  pointErrors,
  scores,
} from "../model/forward.ts";
import { strideFor } from "../model/history.ts";
import { gapAtDistance, learningRateMap } from "../model/learning-rate-map.ts";
import { diagonal, fromRows, toRows } from "../model/linear/matrix.ts";
import { makeLoss } from "../model/losses/registry.ts";
import { type Message, isCount, messageFromContent } from "../model/message.ts";
import { momentsFromContent } from "../model/moments-document.ts";
import { type Moments, momentsOf } from "../model/moments.ts";
import { backward, edges, forward, makeLayer, stepNetwork } from "../model/network.ts";
import { descendPoints, totalWeight } from "../model/passes.ts";
import { type Points, makePoints } from "../model/points.ts";
import {
  evaluatePolynomial,
  fitPolynomial,
  leaveOneOut,
  predictPolynomial,
} from "../model/powers.ts";
import { gapAfter, stepsTo } from "../model/rates.ts";
import { ruleFromJson } from "../model/rules/registry.ts";
import { confidence, pValues, solve, tValues } from "../model/solution.ts";
import { tQuantile, twoSidedP } from "../model/student.ts";
import { parameterNames } from "../model/design.ts";
import { type Catalogue, sentence, show } from "../model/texts.ts";
import type { Trajectory } from "../model/trajectory.ts";
import { bestStep, findBest, partsOf, startParts, validate } from "../model/validation.ts";
import { type Case, check, compare, load, report } from "./compare.ts";

const data = new Map<string, { moments: Moments; points: Points | null }>(
  load("data").map((entry: Case) => {
    const rows = entry.points;
    const more = rows?.weight ? { weight: rows.weight } : {};
    const points = rows && makePoints(rows.X, rows.y, more);
    return [entry.name, { moments: momentsFromContent(entry.moments), points }];
  }),
);
const momentsNamed = (name: string) => data.get(name)!.moments;
const pointsNamed = (name: string) => data.get(name)!.points!;

/** Python's options by their names here. */
function optionsOf(options: Case): Case {
  const { intercept, ...rest } = options;
  return intercept === undefined ? rest : { ...rest, hasIntercept: intercept };
}

/** Messages as the golden files write them. */
function written(messages: readonly Message[]) {
  return messages.map(({ code, values }) => {
    const plain = Object.entries(values).map(([name, value]) => [
      name,
      isCount(value) ? value.count : value,
    ]);
    return { code, values: Object.fromEntries(plain) };
  });
}

/** Run `body` for every case of a file, each a test of its own. */
function golden(file: string, body: (testCase: Case) => Readonly<Record<string, unknown>>): void {
  const cases = load(file);
  test(`${file}: ${cases.length} cases`, async (t) => {
    assert.ok(cases.length > 0);
    for (const testCase of cases) {
      await t.test(testCase.name, () => compare(file, testCase, body(testCase)));
    }
  });
}

after(() => console.log(report()));

golden("losses", ({ loss: { name, ...constants }, rows }) => {
  const loss = makeLoss(name, constants);
  const each = (f: (y: number, score: number) => number) =>
    rows.map(([y, score]: [number, number]) => f(y, score));
  return {
    value: each(loss.value),
    slope: each(loss.slope),
    curvature: each(loss.curvature),
    predict: each((_, score) => loss.predict(score)),
    bound: loss.curvatureBound,
  };
});

golden("forwards", ({ data: name, loss: lossName, theta: list }) => {
  const points = pointsNamed(name);
  const theta = Float64Array.from(list);
  const loss = makeLoss(lossName);
  const weight = totalWeight(points);
  const curvature = curvatureOverPoints(loss, theta, points);
  return {
    score: scores(points.X, theta),
    error: pointErrors(points, theta),
    loss: meanLoss(points, theta, loss),
    gradient: overPoints(loss, theta, points).gradientSum.map((value) => value / weight),
    curvature: toRows({ ...curvature, data: curvature.data.map((value) => value / weight) }),
  };
});

golden("moments", ({ data: name }) => {
  const moments = momentsOf(pointsNamed(name));
  assert.ok(diagonal(moments.scatter).every((value) => value >= 0));
  return {
    count: moments.count,
    weight_sum: moments.weightSum,
    mean: moments.mean,
    scatter: toRows(moments.scatter),
  };
});

golden("solutions", ({ data: name, options }) => {
  const moments = momentsNamed(name);
  const solution = solve(moments, optionsOf(options));
  const { coefficients, residualStd } = digitsOf(
    fromStart(prepare(moments, optionsOf(options)), 0),
  );
  return {
    parameter_names: parameterNames(solution.design),
    references: solution.references,
    theta: solution.theta,
    loss: solution.loss,
    rank: solution.rank,
    degrees_of_freedom: solution.degreesOfFreedom,
    dependent: solution.dependent,
    residual_std: solution.residualStd,
    r2: solution.r2,
    standard_errors: solution.standardErrors,
    t: tValues(solution),
    p_values: pValues(solution),
    confidence: confidence(solution),
    digits: [coefficients, residualStd],
    warnings: written(solution.warnings),
  };
});

golden("students", ({ freedom, ts, levels }) => ({
  p: ts.map((t: number) => twoSidedP(t, freedom)),
  quantile: levels.map((level: number) => tQuantile(level, freedom)),
}));

golden("diagnoses", ({ data: name, options, start, rates }) => {
  const prepared = prepare(momentsNamed(name), optionsOf(options));
  const started = fromStart(prepared, start);
  const other = options.standardize
    ? started
    : fromStart(prepare(momentsNamed(name), { ...optionsOf(options), standardize: true }), start);
  const { shares } = started;
  const { eigenvalues } = prepared.surface;
  return {
    eigenvalues,
    gap: shares.reduce((a, b) => a + b, 0),
    limit: started.rates.limit,
    worst_case: started.rates.worstCase,
    best: started.rates.best,
    best_steps: started.rates.bestSteps,
    condition: started.rates.conditionNumber,
    scaled_limit: other.rates.limit,
    scaled_best: other.rates.best,
    scaled_best_steps: other.rates.bestSteps,
    steps_to: rates.map((rate: number) => stepsWithin(started, 0.01, rate)),
    steps_to_tenth: rates.map((rate: number) => stepsWithin(started, 0.1, rate)),
    rises_at: rates.map((rate: number) => risesFrom(started, rate)),
    diverges: rates.map((rate: number) => diverges(started, rate)),
    gaps: rates.map((rate: number) =>
      [0, 1, 7, 50].map((t) => gapAfter(shares, eigenvalues, rate, t)),
    ),
    messages: written(warningsOf(started)),
  };
});

/** What is compared of a trajectory, at the records that the case names. */
function trajectoryOf(run: Trajectory, places: number[]) {
  const records = places.map((place) => run.record(place));
  return {
    records: run.length,
    stop: run.stop,
    outcome: run.outcome,
    oscillating: run.oscillating,
    learning_rate: run.learningRate,
    theta: records.map((record) => record.theta),
    loss: records.map((record) => record.loss),
    gradient: records.map((record) => record.gradient),
    messages: written(run.messages),
  };
}

function descent({ data: name, rule, learning_rate: rate, options, places }: Case) {
  const run = descend(momentsNamed(name), {
    ...optionsOf(options),
    rule: ruleOf(rule),
    ...(typeof rule === "string" && rate !== null ? { learningRate: rate } : {}),
  });
  const rates = run.rates!;
  const records = (places as number[]).map((place) => run.record(place));
  return {
    ...trajectoryOf(run, places),
    steps: records.map((record) => record.step),
    gap: records.map((record) => record.gap),
    limit: rates.limit,
    worst_case: rates.worstCase,
    best: rates.best,
    best_steps: rates.bestSteps,
    condition: rates.conditionNumber,
    user_limit: rates.userLimit,
    user_best: rates.userBest,
    scaled_limit: rates.scaledLimit,
    scaled_best: rates.scaledBest,
    notes: written(run.notes),
  };
}

/** A rule with its constants stays one, a name stays a name. */
function ruleOf(rule: Case) {
  return typeof rule === "string" ? rule : ruleFromJson(rule);
}

golden("descents", descent);

golden("long-runs", (testCase) =>
  testCase.wanted ? { strides: testCase.wanted.map(strideFor) } : descent(testCase),
);

golden("passes", ({ data: name, loss, rule, learning_rate: rate, options, places, lowest }) => {
  const run = descendPoints(pointsNamed(name), makeLoss(loss), {
    ...optionsOf(options),
    rule: ruleOf(rule),
    ...(rate === null ? {} : { learningRate: rate }),
  });
  const isCorner = loss === "absolute";
  // Python comes within 1e-6 of a corner; the corner itself is never higher.
  assert.ok(run.exact!.loss <= lowest.value * (1 + 1e-12));
  assert.ok(run.exact!.loss >= lowest.value * (1 - 1e-5));
  const found = trajectoryOf(run, places);
  const notes = run.notes.filter(({ code }) => code !== "descent.passes");
  return {
    ...found,
    least: isCorner ? null : run.exact!.loss,
    messages: isCorner ? run.messages.map(({ code }) => ({ code })) : found.messages,
    notes: written(notes),
  };
});

golden("learning-rate-maps", ({ data: name, options, start, distance, grid }) => {
  const { shares, prepared } = fromStart(prepare(momentsNamed(name), optionsOf(options)), start);
  const { eigenvalues, scaleOfLoss } = prepared.surface;
  const target = distance === null ? 0.01 * scaleOfLoss : gapAtDistance(eigenvalues[0]!, distance);
  const { steps } = learningRateMap(shares, eigenvalues, target, Float64Array.from(grid));
  assert.deepEqual(
    Array.from(steps, (value) => (Number.isNaN(value) ? null : value)),
    grid.map((rate: number) => stepsTo(shares, eigenvalues, rate, target)),
  );
  return { steps: Array.from(steps, (value) => (Number.isNaN(value) ? null : value)) };
});

golden("validations", ({ kind, moments, folds, options, places }) => {
  const { only_last: onlyLast, learning_rate: learningRate, ...rest } = optionsOf(options);
  const settings = { ...rest, onlyLast, ...(learningRate ? { learningRate } : {}) };
  const parts = partsOf(
    folds.map((fold: Case) => momentsFromContent(fold)),
    settings.hasIntercept,
    onlyLast,
  );
  if (kind === "best") {
    const found = findBest(momentsFromContent(moments), parts, settings);
    return {
      ridge: found.ridge,
      learning_rate: found.learningRate,
      step: found.step,
      left_out: found.leftOut,
      plain: found.plain,
      errors: found.errors,
      message: written([found.message])[0],
    };
  }
  const seen = validate(startParts(parts, settings), settings);
  const at = (values: Float64Array) => (places as number[]).map((place) => values[place]);
  return {
    records: seen.steps.length,
    infinite: seen.leftOut.filter((error) => error === Infinity).length,
    steps: at(seen.steps),
    training: at(seen.training),
    left_out: at(seen.leftOut),
    baseline: seen.baseline,
    exact: seen.exact,
    best_step: bestStep(seen),
    folds: seen.folds,
  };
});

golden("networks", ({ layers, X, Y, rate }) => {
  const network = {
    layers: layers.map((layer: Case) => makeLayer(layer.weights, layer.bias, layer.f)),
  };
  const passed = forward(network, fromRows(X));
  const back = backward(network, passed, fromRows(Y));
  const after = stepNetwork(network, back, rate);
  return {
    activations: passed.activations.map(toRows),
    sums: passed.sums.map(toRows),
    loss: back.loss,
    d_activations: back.activations.map(toRows),
    d_sums: back.sums.map(toRows),
    d_weights: back.weights.map(toRows),
    d_bias: back.bias,
    d_inputs: toRows(back.inputs),
    edges: edges(network, passed, back, X.length - 1).map((edge) => [
      edge.weight,
      edge.carries,
      edge.slope,
      edge.passesBack,
      edge.gradient,
    ]),
    stepped: after.layers.map((layer) => toRows(layer.weights)),
    stepped_bias: after.layers.map((layer) => layer.bias),
  };
});

golden("polynomials", ({ degree, x, y }) => {
  const polynomial = fitPolynomial(x, y, degree);
  const { low, high } = predictPolynomial(polynomial, 6);
  return {
    training: polynomial.trainingLoss,
    left_out: leaveOneOut(x, y, degree),
    at: Array.from({ length: 13 }, (_, i) => evaluatePolynomial(polynomial, i / 2)),
    ...(degree === 1 ? { interval: [low, high] } : {}),
  };
});

test("shown: one value each", () => {
  for (const testCase of load("shown")) {
    let value = testCase.list ?? testCase.float;
    if ("count" in testCase) value = { count: testCase.count };
    if (testCase.word) value = Number(testCase.word.replace("inf", "Infinity"));
    // JSON has no negative zero.
    if (testCase.name === "-0.0") value = -0;
    check("shown", testCase.name, show(value), testCase.expect);
  }
});

test("sentences: in both languages", () => {
  const texts = new URL("../../src/kedou/assets/texts/", import.meta.url);
  const catalogueOf = (language: string): Catalogue => {
    const folder = new URL(`${language}/`, texts);
    const areas = readdirSync(folder).filter((file) => file.endsWith(".json"));
    return Object.fromEntries(
      areas.map((file) => [
        file.replace(".json", ""),
        JSON.parse(readFileSync(new URL(file, folder), "utf-8")),
      ]),
    );
  };
  const catalogues = new Map(["en", "zh-CN"].map((language) => [language, catalogueOf(language)]));
  for (const { name, message, language, expect } of load("sentences")) {
    const text = sentence(messageFromContent(message), catalogues.get(language)!);
    check("sentences", name, text, expect);
  }
});

test("no golden file is left out", () => {
  const folder = new URL("../../tests/golden/web/", import.meta.url);
  const files = readdirSync(folder).map((file) => file.replace(".json", ""));
  const source = readFileSync(new URL(import.meta.url), "utf-8");
  for (const file of files) {
    const isUsed = file === "data" || source.includes(`"${file}"`);
    assert.ok(isUsed, `${file}.json is compared with nothing`);
  }
});
