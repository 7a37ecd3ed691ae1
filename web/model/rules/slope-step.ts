/** Slope rule: theta - gradient, gradient descent with learning rate 1. */

import type { Rule } from "./rule.ts";

export function slopeStep(): Rule<null> {
  return {
    name: "slope",
    constant: null,
    constants: {},
    init: () => null,
    update: (gradient, state, theta) => [theta.map((value, j) => value - gradient[j]!), state],
  };
}
