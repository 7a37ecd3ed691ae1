/** Sign rule: theta - c sign(gradient), sign(0) = 0. */

import type { Rule } from "./rule.ts";
import { type Rate, checkedRate, rateAt } from "./schedules.ts";

export function signStep(c: Rate): Rule<number> {
  checkedRate(c, "c");
  return {
    name: "sign",
    constant: "c",
    constants: { c },
    init: () => 0,
    update(gradient, step, theta) {
      const by = rateAt(c, step);
      return [theta.map((value, j) => value - by * Math.sign(gradient[j]!)), step + 1];
    },
  };
}
