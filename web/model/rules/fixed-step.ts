/** Fixed value: theta - c in every component, every time; its direction is the sign of c alone. */

import type { Rule } from "./rule.ts";
import { type Rate, checkedRate, rateAt } from "./schedules.ts";

export function fixedStep(c: Rate): Rule<number> {
  checkedRate(c, "c");
  return {
    name: "fixed-step",
    constant: "c",
    constants: { c },
    init: () => 0,
    update(_gradient, step, theta) {
      const by = rateAt(c, step);
      return [theta.map((value) => value - by), step + 1];
    },
  };
}
