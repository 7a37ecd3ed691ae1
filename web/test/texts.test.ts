/** Numbers and messages as they are said, and a pasted table as it is read. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { count } from "../model/message.ts";
import { parseTable, pointsOfTable } from "../model/table.ts";
import { formatG, say } from "../model/texts.ts";
import { tenths } from "../view/kit/numbers.ts";
import { near } from "./arbitrary.ts";

test("a message inside a message is said in its place", () => {
  const catalogue = { a: { whole: "({inner})", part: "{n} steps" } };
  const inner = { code: "a.part", values: { n: count(1000) } };
  assert.equal(say("a.whole", { inner }, catalogue), "(1,000 steps)");
  assert.equal(say("a.whole", { inner: [inner, inner] }, catalogue), "(1,000 steps 1,000 steps)");
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

test("a place in pixels is written to the nearest tenth", () => {
  for (const [value, text] of [
    [12, "12"],
    [-0.04, "0"],
    [-0.3, "-0.3"],
    [0.95, "1"],
    [-12.34, "-12.3"],
    [1e6 + 0.26, "1000000.3"],
  ] as const) {
    assert.equal(tenths(value), text);
  }
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
      assert.match(tenths(value), /^-?\d+(\.[1-9])?$/);
      assert.ok(Math.abs(Number(tenths(value)) - value) <= 0.05 + 1e-9);
    }),
  );
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
