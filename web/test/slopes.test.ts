/** Slopes are what finite differences say: of curves, of losses, of a network. */

import assert from "node:assert/strict";
import { test } from "node:test";
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
import { fromRows } from "../model/linear/matrix.ts";
import { LOSSES, makeLoss } from "../model/losses/registry.ts";
import { backward, forward, makeLayer, networkLoss, withWeight } from "../model/network.ts";
import { places } from "../model/places.ts";
import { near } from "./arbitrary.ts";

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
