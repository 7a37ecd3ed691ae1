/** Absolute error: l = |e|, e = y - s. Slope -sign(e) with sign(0) = 0; curvature 0. */

import type { Loss } from "./loss.ts";

export const absoluteError: Loss = {
  name: "absolute",
  constants: {},
  convex: true,
  curvatureBound: null,
  isBinary: false,
  value: (y, score) => Math.abs(y - score),
  slope: (y, score) => Math.sign(score - y),
  curvature: () => 0,
  predict: (score) => score,
};
