/** Numbers alone on screen agree with those in the sentences beside them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LEAST_POWER, numberText } from "../model/texts.ts";
import { bracketed, fixed, signed, trimmed } from "../view/kit/numbers.ts";

const sized = fc
  .record({
    mantissa: fc.double({ min: 1, max: 9.99, noNaN: true }),
    power: fc.integer({ min: 0, max: 12 }),
  })
  .map(({ mantissa, power }) => mantissa * 10 ** power);

test("a number has a power of ten where a sentence gives it one, and nowhere else", () => {
  fc.assert(
    fc.property(sized, fc.boolean(), fc.integer({ min: 0, max: 6 }), (size, below, decimals) => {
      const value = below ? -size : size;
      const hasPower = fixed(value, decimals).includes("×");
      assert.equal(hasPower, numberText(value, 4).includes("e+"), `${value}`);
      assert.equal(hasPower, size >= LEAST_POWER);
    }),
  );
});

test("beyond a million a number is the very one of the sentence", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e6, max: 9_999_999, noNaN: true }), (value) => {
      assert.equal(fixed(value), numberText(value, 4));
      assert.equal(fixed(-value), numberText(-value, 4).replace("-", "−"));
    }),
  );
  assert.equal(fixed(1_234_567.8), "1,234,568");
  assert.equal(fixed(-1_234_567.8, 4), "−1,234,568");
  assert.equal(signed(1e6), "+1,000,000");
  assert.equal(bracketed(-2e6), "(−2,000,000)");
  assert.equal(trimmed(2e6), "2,000,000");
  assert.equal(fixed(999_999.4), "999999.40");
  assert.equal(fixed(1e7), "1.0 × 10⁷");
  assert.equal(fixed(-3.21e8), "−3.2 × 10⁸");
});

test("what is not finite, and what rounds to nothing, has words of its own", () => {
  assert.deepEqual(
    [Infinity, -Infinity, NaN].map((value) => fixed(value)),
    ["∞", "−∞", "?"],
  );
  assert.equal(fixed(-0.001), "0.00");
});
