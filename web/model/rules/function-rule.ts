/**
 * A learner's own rule, checked: a function of (theta, gradient) that returns the new theta. Only
 * here it also gets the number of steps taken so far, for rules typed in the page.
 *
 * What comes back is checked before it is used, so that a forgotten `return` or a wrong length is
 * a sentence at the first step. The function gets copies.
 */

import { ModelError } from "../errors.ts";
import type { Vector } from "../linear/matrix.ts";
import type { Rule } from "./rule.ts";

export type OwnFunction = (
  theta: Vector,
  gradient: Vector,
  taken: number,
) => ArrayLike<number> | number;

export function functionRule(own: OwnFunction, name = own.name || "function"): Rule<number> {
  return {
    name: null,
    own: name,
    constant: null,
    constants: {},
    init: () => 0,
    update: (gradient, taken, theta) => [
      checkedTheta(own(theta.slice(), gradient.slice(), taken), theta, gradient, name),
      taken + 1,
    ],
  };
}

/** Return a rule's answer as a vector of theta's length, or say in words what is wrong with it. */
export function checkedTheta(
  answer: unknown,
  theta: Vector,
  gradient: Vector,
  rule: string,
): Vector {
  if (answer === undefined || answer === null) {
    throw new ModelError("rules.returned-nothing", { rule });
  }
  const list = typeof answer === "number" && theta.length === 1 ? [answer] : answer;
  if (typeof list !== "object" || !("length" in (list as object))) {
    throw new ModelError("rules.returned-not-numbers", { rule, got: typeof answer });
  }
  const values = Array.from(list as ArrayLike<unknown>);
  if (!values.every((value) => typeof value === "number")) {
    throw new ModelError("rules.returned-not-numbers", { rule, got: typeof values[0] });
  }
  const next = Float64Array.from(values as number[]);
  if (next.length !== theta.length) {
    const shape = (size: number) => `(${size},)`;
    const values = { rule, got: shape(next.length), needed: shape(theta.length) };
    throw new ModelError("rules.returned-shape", values);
  }
  const finite = (v: Vector) => v.every(Number.isFinite);
  if (!finite(next) && finite(theta) && finite(gradient)) {
    throw new ModelError("rules.returned-not-finite", { rule, got: Array.from(next) });
  }
  return next;
}
