/** What is typed: read, refused, derived, written down again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { numericCurve } from "../model/derivative.ts";
import { places } from "../model/places.ts";
import { OF_X, typedCurve } from "../view/typed/curve.ts";
import { LONGEST, Unreadable, read } from "../view/typed/read.ts";
import { slopeFormula, slopeOf } from "../view/typed/slope.ts";
import { swept } from "../view/typed/sweep.ts";
import { type Tree, compiled, pair } from "../view/typed/tree.ts";
import { asFormula, asText } from "../view/typed/write.ts";

fc.configureGlobal({
  seed: Number(process.env.SEED ?? 2024),
  numRuns: Number(process.env.RUNS ?? 300),
});

function near(actual: number, expected: number, scale: number, tolerance: number): void {
  const off = Math.abs(actual - expected);
  const both = Number.isNaN(actual) && Number.isNaN(expected);
  const isNear = both || actual === expected || off <= tolerance * (Math.abs(expected) + scale);
  assert.ok(isNear, `${actual} instead of ${expected}`);
}

const of = (text: string) => compiled(read(text, OF_X), ["x"]);
const derivative = (text: string) => slopeFormula(slopeOf(read(text, OF_X), OF_X), OF_X);

const number = (value: number): Tree => ({ kind: "number", value });
const x: Tree = { kind: "name", name: "x" };

/** Places that are neither a kink of simple formulas nor too small for a square. */
const at64 = fc.integer({ min: -190, max: 190 }).map((n) => n / 64 + 0.00501);

/** Trees of sums, products, quotients, powers and smooth functions. */
const trees = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant(x),
    fc.integer({ min: 0, max: 9 }).map(number),
    fc.double({ min: 0.01, max: 50, noNaN: true }).map((value) => number(+value.toPrecision(3))),
    fc.tuple(fc.constantFrom("+", "-", "*", "/"), tie("tree"), tie("tree")).map((parts) => {
      const [sign, left, right] = parts as ["+", Tree, Tree];
      return pair(sign, left, right);
    }),
    fc.tuple(tie("tree"), fc.integer({ min: 0, max: 4 })).map(([a, n]) => pair("^", a, number(n))),
    tie("tree").map((a): Tree => ({ kind: "minus", of: a })),
    fc
      .tuple(
        fc.constantFrom("sin", "cos", "exp", "tanh", "atan", "sqrt", "log", "abs"),
        tie("tree"),
      )
      .map(([name, a]): Tree => ({ kind: "call", name, of: [a] })),
  ),
})).tree;

test("the library reads what is written for it, and people can type what they see", () => {
  fc.assert(
    fc.property(trees, at64, (tree, at) => {
      const text = asText(tree);
      fc.pre(text.length <= LONGEST && asFormula(tree).length <= LONGEST);
      const value = compiled(tree, ["x"])(at);
      near(of(text)(at), value, 0, 0);
      fc.pre(Number.isFinite(value) && Math.abs(value) < 1e6);
      // A formula rounds its numbers to six digits, and these have three.
      near(of(asFormula(tree))(at), value, 1, 1e-9);
    }),
  );
});

test("sweeping changes no value", () => {
  fc.assert(
    fc.property(trees, at64, (tree, at) => {
      const value = compiled(tree, ["x"])(at);
      fc.pre(Number.isFinite(value) && Math.abs(value) < 1e6);
      near(compiled(swept(tree), ["x"])(at), value, 1e-3 + Math.abs(value), 1e-9);
    }),
  );
});

test("the derivative is the slope of ever smaller secants", () => {
  let compared = 0;
  fc.assert(
    fc.property(trees, at64, (tree, at) => {
      const value = compiled(tree, ["x"]);
      const slope = compiled(slopeOf(tree, OF_X), ["x"])(at);
      const curve = numericCurve("typed", value);
      const numeric = curve.slope(at);
      // Where two step widths agree, the secants have settled.
      const other = numericCurve("typed", (u) => value(at + (u - at) / 2)).slope(at) * 2;
      const scale = Math.abs(value(at)) + 1;
      const settled = Math.abs(numeric - other) < 1e-7 * scale && Math.abs(numeric) < 1e4 * scale;
      fc.pre(settled && Number.isFinite(slope) && scale < 1e5);
      near(slope, numeric, scale, 1e-5);
      compared++;
    }),
  );
  assert.ok(compared > 100);
});

test("derivatives as a textbook has them", () => {
  for (const [text, expected] of [
    ["x^3 - 3x", "3x² − 3"],
    ["sin(x)/x", "(cos(x) · x − sin(x)) / x²"],
    ["exp(-x^2)", "−2x · exp(−x²)"],
    ["abs(x-1)", "|x − 1| / (x − 1)"],
    ["2^x", "2^x · ln(2)"],
    ["(x+1)(x-1)", "2x"],
    ["1/x", "−1 / x²"],
    ["5", "0"],
  ]) {
    assert.equal(derivative(text!), expected);
  }
});

test("every keyboard's signs are read alike", () => {
  for (const [text, expected] of [
    ["（x＋１）×（x－1）", "(x + 1) · (x − 1)"],
    ["x²−2x⁻¹", "x² − 2x⁻¹"],
    ["Ｘ＾２", "x²"],
    ["２ × x ÷ ３", "2x / 3"],
    ["|x-1| + 2|x|", "|x − 1| + 2 · |x|"],
    ["√x + √（x+1）", "√(x) + √(x + 1)"],
    ["π x", "π · x"],
    ["ln(x) + lg(x)", "ln(x) + log₁₀(x)"],
    ["f(x) = x**2", "x²"],
    ["x(x-1)", "x · (x − 1)"],
    ["y=【x】", "x"],
    ["Max(0，X)", "max(0, x)"],
  ]) {
    assert.equal(asFormula(read(text!, OF_X)), expected, text);
  }
  assert.equal(of("-x^2")(3), -9);
  assert.equal(of("2^3^2")(0), 512);
  assert.equal(of("max(0, x) + min(x, 2)")(5), 7);
});

test("what is no formula is refused in words", () => {
  const refused: Readonly<Record<string, string>> = {
    "": "typed-empty",
    "sin(": "typed-unfinished",
    "x +": "typed-unfinished",
    "(x": "typed-unfinished",
    "x)": "typed-unreadable",
    "1,5": "typed-unreadable",
    中文: "typed-unreadable",
    "a x": "typed-unknown",
    xx: "typed-unknown",
    i: "typed-unknown",
    __proto__: "typed-unknown",
    "sin x": "typed-brackets",
    "2sinx": "typed-brackets",
    "sin^2(x)": "typed-brackets",
    "foo(x)": "typed-unknown-function",
    "constructor(x)": "typed-unknown-function",
    "import(x)": "typed-unknown-function",
    "sign(x)": "typed-unknown-function",
    "sin(x, 2)": "typed-arguments",
    "max(x)": "typed-arguments",
    "x!": "typed-not-here",
    "x > 1": "typed-not-here",
    "x = 3": "typed-not-here",
    "g(x) = 3": "typed-not-here",
    "x.constructor": "typed-not-here",
    "1e999": "typed-not-here",
    true: "typed-not-here",
    "x; x": "typed-unreadable",
    "x # x": "typed-unreadable",
    '"x"': "typed-unreadable",
    "x ? 1 : 2": "typed-unreadable",
    ["x+".repeat(LONGEST)]: "typed-long",
  };
  for (const [text, key] of Object.entries(refused)) {
    assert.throws(
      () => read(text, OF_X),
      (error) => error instanceof Unreadable && error.key === key,
      `${text} as ${key}`,
    );
  }
  const nowhere = { text: "sqrt(-1 - x^2)", from: -1, to: 1 };
  assert.throws(() => typedCurve(nowhere), { message: "typed-nowhere" });
});

test("long formulas take no longer than a frame or a few", () => {
  const started = performance.now();
  for (const text of [Array(40).fill("x").join("*"), "((((x^2+1)^2+1)^2+1)^2+1)^2"]) {
    const curve = typedCurve({ text, from: -1, to: 1 });
    assert.ok(Number.isFinite(curve.slope(0.5)));
    assert.equal(typeof curve.slopeFormula === "string" || curve.slopeFormula === null, true);
  }
  // Simplified by the library, the first alone would take longer than anybody waits.
  assert.ok(performance.now() - started < 20_000);
});

test("places of typed curves: borders, poles, kinks", () => {
  const kinds = (text: string, from: number, to: number) =>
    typedCurve({ text, from, to }).places.map(({ x: at, kind, local, global }) => [
      Number(at.toFixed(6)) + 0,
      kind,
      local,
      global,
    ]);
  assert.deepEqual(kinds("sqrt(x)", -1, 4), [
    [0, "end", "minimum", "minimum"],
    [4, "end", "maximum", "maximum"],
  ]);
  assert.deepEqual(kinds("ln(x)", -1, 4), [[4, "end", "maximum", "maximum"]]);
  assert.deepEqual(kinds("1/x", -1, 2), [
    [-1, "end", "maximum", "neither"],
    [2, "end", "minimum", "neither"],
  ]);
  assert.deepEqual(kinds("1/(x-0.1234)^2", -1, 1), [
    [-1, "end", "minimum", "minimum"],
    [1, "end", "minimum", "neither"],
  ]);
  assert.deepEqual(
    kinds("tan(x)", -4, 4).filter(([, kind]) => kind !== "end"),
    [],
  );
  assert.deepEqual(kinds("max(0, x - 0.3)", -1, 1), [
    [-1, "end", "neither", "minimum"],
    [0.3, "corner", "neither", "minimum"],
    [1, "end", "maximum", "maximum"],
  ]);
  assert.deepEqual(kinds("|x - 0.3| + 2x", -1, 1), [
    [-1, "end", "minimum", "minimum"],
    [0.3, "corner", "neither", "neither"],
    [1, "end", "maximum", "maximum"],
  ]);
  assert.deepEqual(kinds("x + 1/x", 0.1, 4), [
    [0.1, "end", "maximum", "maximum"],
    [1, "level", "minimum", "minimum"],
    [4, "end", "maximum", "neither"],
  ]);
  assert.deepEqual(kinds("sqrt(|x|)", -1, 2)[1], [0, "corner", "minimum", "minimum"]);
  assert.deepEqual(kinds("exp(-x^2)", -2, 3)[1], [0, "level", "maximum", "maximum"]);
  assert.equal(
    places(
      numericCurve("x^4", (u) => u ** 4),
      -1,
      1,
    )[1]!.kind,
    "level",
  );
});
