/** Gradient descent: theta - learning_rate gradient. Cauchy 1847. */

import type { Rule } from "./rule.ts";
import { type Rate, checkedRate, rateAt } from "./schedules.ts";

export function gradientDescent(learningRate: Rate): Rule<number> {
  checkedRate(learningRate);
  return {
    name: "gradient-descent",
    constant: "learning_rate",
    constants: { learning_rate: learningRate },
    init: () => 0,
    update(gradient, step, theta) {
      const rate = rateAt(learningRate, step);
      const next = new Float64Array(theta.length);
      for (let j = 0; j < next.length; j++) next[j] = theta[j]! - rate * gradient[j]!;
      return [next, step + 1];
    },
  };
}
