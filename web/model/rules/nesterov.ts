/**
 * Nesterov momentum: v' = beta v + g, theta - rate (g + beta v'). Nesterov 1983; in this form
 * Sutskever et al. 2013, where theta is the point ahead.
 */

import type { Vector } from "../linear/matrix.ts";
import type { Rule } from "./rule.ts";
import { type Rate, checkedRate, checkedShare, rateAt } from "./schedules.ts";

interface State {
  readonly step: number;
  readonly v: Vector;
}

export function nesterov(learningRate: Rate, beta = 0.9): Rule<State> {
  checkedRate(learningRate);
  checkedShare(beta, "momentum");
  return {
    name: "nesterov",
    constant: "learning_rate",
    constants: { learning_rate: learningRate, momentum: beta },
    init: (theta) => ({ step: 0, v: new Float64Array(theta.length) }),
    update(gradient, { step, v }, theta) {
      const rate = rateAt(learningRate, step);
      const sum = v.map((value, j) => beta * value + gradient[j]!);
      const next = theta.map((value, j) => value - rate * (gradient[j]! + beta * sum[j]!));
      return [next, { step: step + 1, v: sum }];
    },
  };
}
