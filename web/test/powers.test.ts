/** Laws of polynomials: two ways of writing one, what they leave, how far they are known. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { descend, prepare } from "../model/descend.ts";
import { momentsOf } from "../model/moments.ts";
import { tadpoles } from "../model/points.ts";
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
import { near } from "./arbitrary.ts";

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
