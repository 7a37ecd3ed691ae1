/**
 * Exact line search: the best step along the gradient, alpha = g'g / g'Hg (Nocedal & Wright 3.26).
 *
 * g is divided by its largest component before it is squared. Where g'Hg <= 0, or g = 0, theta
 * stays put.
 */

import { dot, maxAbs } from "../linear/matrix.ts";
import type { Rule } from "./rule.ts";

export function exactLineSearch(): Rule<null> {
  return {
    name: "exact-line-search",
    constant: null,
    constants: {},
    init: () => null,
    update(gradient, state, theta, objective) {
      const largest = maxAbs(gradient);
      if (largest === 0) return [theta, state];
      const direction = gradient.map((value) => value / largest);
      const bend = dot(direction, objective.curvature(theta, direction));
      if (bend <= 0) return [theta, state];
      const alpha = dot(direction, direction) / bend;
      return [theta.map((value, j) => value - alpha * gradient[j]!), state];
    },
  };
}
