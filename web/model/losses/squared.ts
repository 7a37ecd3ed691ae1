/** Squared error: l = e^2, e = y - s, without a 1/2. Slope -2 e, curvature 2. */

import type { Loss } from "./loss.ts";

export const squaredError: Loss = {
  name: "squared",
  constants: {},
  convex: true,
  curvatureBound: 2,
  isBinary: false,
  value: (y, score) => (y - score) * (y - score),
  slope: (y, score) => 2 * (score - y),
  curvature: () => 2,
  predict: (score) => score,
};
