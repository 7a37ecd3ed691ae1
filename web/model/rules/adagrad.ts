/** AdaGrad: s' = s + g^2, theta - rate g / (sqrt(s') + epsilon). Duchi, Hazan & Singer 2011. */

import type { Vector } from "../linear/matrix.ts";
import type { Rule } from "./rule.ts";
import { type Rate, checkedEpsilon, checkedRate, rateAt } from "./schedules.ts";

interface State {
  readonly step: number;
  readonly s: Vector;
}

export function adagrad(learningRate: Rate, epsilon = 1e-10): Rule<State> {
  checkedRate(learningRate);
  checkedEpsilon(epsilon);
  return {
    name: "adagrad",
    constant: "learning_rate",
    constants: { learning_rate: learningRate, epsilon },
    init: (theta) => ({ step: 0, s: new Float64Array(theta.length) }),
    update(gradient, { step, s }, theta) {
      const rate = rateAt(learningRate, step);
      const sum = s.map((value, j) => value + gradient[j]! * gradient[j]!);
      const next = theta.map(
        (value, j) => value - rate * (gradient[j]! / (Math.sqrt(sum[j]!) + epsilon)),
      );
      return [next, { step: step + 1, s: sum }];
    },
  };
}
