/**
 * RMSProp: s' = decay s + (1 - decay) g^2, theta - rate g / (sqrt(s') + epsilon).
 * Tieleman & Hinton 2012; as in PyTorch s starts at 0 and is not corrected for it.
 */

import type { Vector } from "../linear/matrix.ts";
import type { Rule } from "./rule.ts";
import { type Rate, checkedEpsilon, checkedRate, checkedShare, rateAt } from "./schedules.ts";

interface State {
  readonly step: number;
  readonly s: Vector;
}

export function rmsprop(learningRate: Rate, decay = 0.99, epsilon = 1e-8): Rule<State> {
  checkedRate(learningRate);
  checkedShare(decay, "decay");
  checkedEpsilon(epsilon);
  return {
    name: "rmsprop",
    constant: "learning_rate",
    constants: { learning_rate: learningRate, decay, epsilon },
    init: (theta) => ({ step: 0, s: new Float64Array(theta.length) }),
    update(gradient, { step, s }, theta) {
      const rate = rateAt(learningRate, step);
      const mean = s.map((value, j) => decay * value + (1 - decay) * gradient[j]! * gradient[j]!);
      const next = theta.map(
        (value, j) => value - rate * (gradient[j]! / (Math.sqrt(mean[j]!) + epsilon)),
      );
      return [next, { step: step + 1, s: mean }];
    },
  };
}
