/** The table of rules. A new rule is a new file and one line in `RULES`. */

import { ModelError } from "../errors.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import { exactLineSearch } from "./exact-line-search.ts";
import { fixedStep } from "./fixed-step.ts";
import { gradientDescent } from "./gradient-descent.ts";
import { momentum } from "./momentum.ts";
import { nesterov } from "./nesterov.ts";
import { rmsprop } from "./rmsprop.ts";
import type { Rule } from "./rule.ts";
import { type Rate, rateFromJson, rateToJson } from "./schedules.ts";
import { signStep } from "./sign-step.ts";
import { slopeStep } from "./slope-step.ts";

interface Entry {
  readonly constant: "learning_rate" | "c" | null;
  /** `rate` is the constant; `more` the others by name, left out for their usual values. */
  make(rate: Rate, more: Readonly<Record<string, number>>): Rule;
}

export const RULES: Readonly<Record<string, Entry>> = {
  "fixed-step": { constant: "c", make: (c) => fixedStep(c) },
  slope: { constant: null, make: () => slopeStep() },
  sign: { constant: "c", make: (c) => signStep(c) },
  "gradient-descent": { constant: "learning_rate", make: (rate) => gradientDescent(rate) },
  "exact-line-search": { constant: null, make: () => exactLineSearch() },
  momentum: { constant: "learning_rate", make: (rate, more) => momentum(rate, more.momentum) },
  nesterov: { constant: "learning_rate", make: (rate, more) => nesterov(rate, more.momentum) },
  adagrad: { constant: "learning_rate", make: (rate, more) => adagrad(rate, more.epsilon) },
  rmsprop: {
    constant: "learning_rate",
    make: (rate, more) => rmsprop(rate, more.decay, more.epsilon),
  },
  adam: {
    constant: "learning_rate",
    make: (rate, more) => adam(rate, more.beta1, more.beta2, more.epsilon),
  },
};

/** Return the name of the constant that a learning rate sets, or null. */
export function hasRate(rule: string | Rule): "learning_rate" | "c" | null {
  return typeof rule === "string" ? entry(rule).constant : rule.constant;
}

/** Return the rule of a name with its rate, or a rule as it is. */
export function makeRule(rule: string | Rule, learningRate: Rate | null = null): Rule {
  if (typeof rule !== "string") {
    if (learningRate !== null) {
      const values = { rule: ruleName(rule), got: String(rateToJson(learningRate)) };
      throw new ModelError("rules.rate-twice", values);
    }
    return rule;
  }
  const { constant, make } = entry(rule);
  if (constant === null && learningRate !== null) {
    const values = { rule, got: String(rateToJson(learningRate)) };
    throw new ModelError("rules.rate-not-used", values);
  }
  if (constant !== null && learningRate === null) {
    throw new ModelError("rules.rate-missing", { rule, name: constant });
  }
  return make(learningRate ?? 1, {});
}

/** Return the same rule with another rate; its other constants stay. */
export function withRate(rule: Rule, rate: Rate): Rule {
  if (rule.name === null || rule.constant === null) {
    throw new ModelError("rules.no-rate", { rule: ruleName(rule) });
  }
  return entry(rule.name).make(rate, plainConstants(rule));
}

/** Return the name of a rule, or what a rule of one's own is called. */
export function ruleName(rule: Rule): string {
  return rule.name ?? rule.own ?? "function";
}

/** Return a rule as JSON: its name and its constants, as Python writes it. */
export function ruleToJson(rule: Rule): Record<string, unknown> {
  if (rule.name === null) return { name: null, own: ruleName(rule) };
  const constants = Object.entries(rule.constants).map(([key, rate]) => [key, rateToJson(rate)]);
  return { name: rule.name, ...Object.fromEntries(constants) };
}

/** Return the rule that `ruleToJson`, or Python, wrote. */
export function ruleFromJson(data: Readonly<Record<string, unknown>>): Rule {
  const { name, ...constants } = data;
  if (typeof name !== "string") {
    throw new ModelError("rules.own-not-saved", { rule: String(data.own) });
  }
  const { constant, make } = entry(name);
  const rate = constant === null ? 1 : rateFromJson(constants[constant]);
  return make(rate, constants as Record<string, number>);
}

/** Return the number that a rule's own constant has, or null (no constant, or a schedule). */
export function anyRate(rule: Rule): number | null {
  const value = rule.constant === null ? undefined : rule.constants[rule.constant];
  return typeof value === "number" ? value : null;
}

/** Return the constant that makes a rule plain gradient descent, or null if it is not. */
export function plainRate(rule: Rule): number | null {
  if (rule.name === "slope") return 1;
  if (rule.name !== "gradient-descent") return null;
  const rate = rule.constants.learning_rate;
  if (typeof rate === "number") return rate;
  return rate?.schedule === "constant" ? rate.constants.rate! : null;
}

function entry(name: string): Entry {
  const found = RULES[name];
  if (!found) throw new ModelError("rules.unknown", { got: name, known: Object.keys(RULES) });
  return found;
}

function plainConstants(rule: Rule): Record<string, number> {
  const plain = Object.entries(rule.constants).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(plain) as Record<string, number>;
}
