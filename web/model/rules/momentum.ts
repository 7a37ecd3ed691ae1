/** Momentum: v' = beta v + g, theta - rate v'. Polyak 1964, the rate outside as in PyTorch. */

import type { Vector } from "../linear/matrix.ts";
import type { Rule } from "./rule.ts";
import { type Rate, checkedRate, checkedShare, rateAt } from "./schedules.ts";

interface State {
  readonly step: number;
  readonly v: Vector;
}

export function momentum(learningRate: Rate, beta = 0.9): Rule<State> {
  checkedRate(learningRate);
  checkedShare(beta, "momentum");
  return {
    name: "momentum",
    constant: "learning_rate",
    constants: { learning_rate: learningRate, momentum: beta },
    init: (theta) => ({ step: 0, v: new Float64Array(theta.length) }),
    update(gradient, { step, v }, theta) {
      const rate = rateAt(learningRate, step);
      const sum = v.map((value, j) => beta * value + gradient[j]!);
      return [theta.map((value, j) => value - rate * sum[j]!), { step: step + 1, v: sum }];
    },
  };
}
