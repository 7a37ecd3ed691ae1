/**
 * Log loss: l = -y log p - (1 - y) log(1 - p), p = sigma(s), for y = 0 or 1.
 *
 * With m = 1 - 2y: l = log(1 + exp(m s)), slope m sigma(m s), curvature sigma(s) sigma(-s).
 */

import type { Loss } from "./loss.ts";
import { away, sigmoid } from "./sigmoid.ts";

export const logLoss: Loss = {
  name: "log",
  constants: {},
  convex: true,
  curvatureBound: 0.25,
  isBinary: true,
  value: (y, score) => Math.max(away(y) * score, 0) + Math.log1p(Math.exp(-Math.abs(score))),
  slope: (y, score) => away(y) * sigmoid(away(y) * score),
  curvature: (_, score) => sigmoid(score) * sigmoid(-score),
  predict: sigmoid,
};
