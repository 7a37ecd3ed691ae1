/**
 * Brier score: l = (p - y)^2, p = sigma(s), for y = 0 or 1.
 *
 * With m = 1 - 2y and q = sigma(m s), the probability given to what did not happen: l = q^2,
 * slope 2 m q^2 (1 - q), curvature 2 q^2 (1 - q)(2 - 3q). Brier 1950.
 */

import type { Loss } from "./loss.ts";
import { away, sigmoid } from "./sigmoid.ts";

const Q = (15 - Math.sqrt(33)) / 24;

export const brierScore: Loss = {
  name: "brier",
  constants: {},
  convex: false,
  curvatureBound: 2 * Q ** 2 * (1 - Q) * (2 - 3 * Q),
  isBinary: true,
  value: (y, score) => sigmoid(away(y) * score) ** 2,
  slope(y, score) {
    const m = away(y);
    const q = sigmoid(m * score);
    return 2 * m * (q * q) * sigmoid(-m * score);
  },
  curvature(y, score) {
    const m = away(y);
    const q = sigmoid(m * score);
    return 2 * (q * q) * sigmoid(-m * score) * (2 - 3 * q);
  },
  predict: sigmoid,
};
