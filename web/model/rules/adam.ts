/**
 * Adam: momentum for the direction, RMSProp for the pace, both corrected for their start at 0.
 *
 *     m_t = beta1 m + (1 - beta1) g,      m^ = m_t / (1 - beta1^t)
 *     s_t = beta2 s + (1 - beta2) g^2,    s^ = s_t / (1 - beta2^t)
 *     theta - rate m^ / (sqrt(s^) + epsilon),   t = 1, 2, ...
 *
 * Kingma & Ba 2015, algorithm 1.
 */

import type { Vector } from "../linear/matrix.ts";
import type { Rule } from "./rule.ts";
import { type Rate, checkedEpsilon, checkedRate, checkedShare, rateAt } from "./schedules.ts";

interface State {
  readonly step: number;
  readonly m: Vector;
  readonly s: Vector;
}

export function adam(learningRate: Rate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8): Rule<State> {
  checkedRate(learningRate);
  checkedShare(beta1, "beta1");
  checkedShare(beta2, "beta2");
  checkedEpsilon(epsilon);
  return {
    name: "adam",
    constant: "learning_rate",
    constants: { learning_rate: learningRate, beta1, beta2, epsilon },
    init: (theta) => ({
      step: 0,
      m: new Float64Array(theta.length),
      s: new Float64Array(theta.length),
    }),
    update(gradient, state, theta) {
      const rate = rateAt(learningRate, state.step);
      const t = state.step + 1;
      const m = state.m.map((value, j) => beta1 * value + (1 - beta1) * gradient[j]!);
      const s = state.s.map(
        (value, j) => beta2 * value + (1 - beta2) * gradient[j]! * gradient[j]!,
      );
      const mShare = 1 - Math.pow(beta1, t);
      const sShare = 1 - Math.pow(beta2, t);
      const next = theta.map((value, j) => {
        const pace = Math.sqrt(s[j]! / sShare) + epsilon;
        return value - rate * (m[j]! / mShare / pace);
      });
      return [next, { step: t, m, s }];
    },
  };
}
