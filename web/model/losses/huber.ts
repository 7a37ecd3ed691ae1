/**
 * Huber's loss: e^2 / 2 where |e| <= delta, delta (|e| - delta / 2) beyond, e = y - s.
 *
 * The slope is -e cut off at +-delta; the curvature 1 inside, 0 outside. Huber 1964.
 */

import { ModelError } from "../errors.ts";
import type { Loss } from "./loss.ts";

export function huber(delta = 1): Loss {
  if (!(delta > 0 && delta < Number.POSITIVE_INFINITY)) {
    throw new ModelError("losses.delta-not-positive", { got: String(delta) });
  }
  return {
    name: "huber",
    constants: { delta },
    convex: true,
    curvatureBound: 1,
    isBinary: false,
    value(y, score) {
      const size = Math.abs(y - score);
      const inside = Math.min(size, delta);
      return inside * (size - 0.5 * inside);
    },
    slope: (y, score) => Math.min(Math.max(score - y, -delta), delta),
    curvature: (y, score) => (Math.abs(y - score) <= delta ? 1 : 0),
    predict: (score) => score,
  };
}
