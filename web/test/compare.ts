/**
 * Comparing with golden files: |a - b| <= 1e-12 (|b| + scale), b from Python. Quantities without a
 * scale are equal or wrong. Every quantity of a case must be compared; nothing is skipped.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const TOLERANCE = 1e-12;
const GOLDEN = new URL("../../tests/golden/web/", import.meta.url);

// The files are described by their writer, tests/golden/write.py.
export type Case = any;

interface Quantity {
  readonly value: unknown;
  readonly scale?: number | number[];
}

/** What was compared so far, by file. */
export const tally = new Map<string, { comparisons: number; worst: number; where: string }>();

export function load(name: string): Case[] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, GOLDEN), "utf-8")).cases;
}

/** Compare results with the quantities of the same names, all of them. */
export function compare(
  file: string,
  testCase: Case,
  actual: Readonly<Record<string, unknown>>,
): void {
  assert.deepEqual(Object.keys(actual).sort(), Object.keys(testCase.expect).sort(), testCase.name);
  for (const [name, value] of Object.entries(actual)) {
    check(file, `${testCase.name}: ${name}`, value, testCase.expect[name]);
  }
}

/** Compare one result with one quantity, a list of them, or an object of them. */
export function check(file: string, where: string, actual: unknown, expected: unknown): void {
  if (isQuantity(expected)) {
    checkValue(file, where, plain(actual), expected.value, expected.scale);
    return;
  }
  const a = plain(actual);
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(a), where);
    assert.equal(a.length, expected.length, `${where}: length`);
    expected.forEach((entry, i) => check(file, `${where}[${i}]`, a[i], entry));
    return;
  }
  if (typeof expected === "object" && expected !== null) {
    assert.ok(typeof a === "object" && a !== null, where);
    assert.deepEqual(Object.keys(a).sort(), Object.keys(expected).sort(), where);
    for (const [name, entry] of Object.entries(expected)) {
      check(file, `${where}.${name}`, (a as Record<string, unknown>)[name], entry);
    }
    return;
  }
  count(file, 0, where);
  assert.equal(a, expected, where);
}

function checkValue(
  file: string,
  where: string,
  actual: unknown,
  expected: unknown,
  scale?: number | number[],
): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${where}: no list`);
    assert.equal(actual.length, expected.length, `${where}: length`);
    expected.forEach((value, i) => {
      const own = Array.isArray(scale) ? scale[i] : scale;
      checkValue(file, `${where}[${i}]`, actual[i], value, own);
    });
    return;
  }
  if (typeof expected !== "number" || scale === undefined) {
    count(file, 0, where);
    assert.deepEqual(actual, expected, where);
    return;
  }
  assert.ok(typeof actual === "number", `${where}: ${String(actual)} instead of ${expected}`);
  const size = Math.abs(expected) + (scale as number);
  const off = Math.abs(actual - expected);
  count(file, off === 0 ? 0 : off / size, where);
  assert.ok(off <= TOLERANCE * size, `${where}: ${actual} instead of ${expected}, scale ${scale}`);
}

function isQuantity(value: unknown): value is Quantity {
  if (typeof value !== "object" || value === null || !("value" in value)) return false;
  return Object.keys(value).every((key) => key === "value" || key === "scale");
}

/** Typed arrays as arrays, counts as numbers. */
function plain(value: unknown): unknown {
  if (value instanceof Float64Array) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null && "count" in value) return value.count;
  return value;
}

function count(file: string, off: number, where: string): void {
  const sofar = tally.get(file) ?? { comparisons: 0, worst: 0, where: "" };
  const isWorse = !(off <= sofar.worst);
  tally.set(file, {
    comparisons: sofar.comparisons + 1,
    worst: isWorse ? off : sofar.worst,
    where: isWorse ? where : sofar.where,
  });
}

/** Say how many comparisons were made, and the largest deviation of each file. */
export function report(): string {
  const lines = [...tally].map(([file, { comparisons, worst, where }]) => {
    const size = worst.toExponential(1).padStart(8);
    return `${file.padEnd(20)} ${String(comparisons).padStart(7)}   ${size}   ${where}`;
  });
  const total = [...tally.values()].reduce((sum, { comparisons }) => sum + comparisons, 0);
  return ["golden file      comparisons  largest deviation (1e-12 allowed)", ...lines]
    .join("\n")
    .concat(`\n${total.toLocaleString("en")} comparisons with Python's numbers`);
}
