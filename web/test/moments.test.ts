/** Laws of moments: parts make the whole, weights are repeated rows, no digit is lost. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { meanLoss } from "../model/forward.ts";
import { toRows } from "../model/linear/matrix.ts";
import { momentsFromDocument } from "../model/moments-document.ts";
import { drop, merge, momentsOf, select } from "../model/moments.ts";
import { type Points, makePoints, tadpoles, withPoint, withoutPoint } from "../model/points.ts";
import { solve } from "../model/solution.ts";
import { near, allNear, pointsOf, anyPoints, spreads } from "./arbitrary.ts";

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
