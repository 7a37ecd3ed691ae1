/** Laws of the linear algebra underneath, and of exact sums. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cholesky, choleskySolve } from "../model/linear/cholesky.ts";
import { eigen } from "../model/linear/eigen.ts";
import { exactSum, twoProduct, twoSum } from "../model/linear/exact-sum.ts";
import { type Matrix, apply, fromRows, times, transpose } from "../model/linear/matrix.ts";
import { svd } from "../model/linear/svd.ts";
import { near, allNear, cell } from "./arbitrary.ts";

function matrixOf(size: fc.Arbitrary<number>): fc.Arbitrary<Matrix> {
  return size.chain((n) =>
    fc
      .array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: n, maxLength: n })
      .map((rows) => fromRows(rows, n)),
  );
}

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
