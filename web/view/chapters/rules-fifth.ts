/** The fifth runner of chapter 6: a rule of one's own, or one of those that came later. */

import { choose } from "../../model/auto.ts";
import { twoDigits } from "../../model/advice.ts";
import { hasRate, makeRule } from "../../model/rules/registry.ts";
import type { Rule } from "../../model/rules/rule.ts";
import { clamp } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import type { Bowl } from "../lesson.ts";
import { typedRule } from "../typed/rule.ts";
import { pythonNumber } from "./python.ts";

export const LATER = [
  "momentum",
  "nesterov",
  "adagrad",
  "rmsprop",
  "adam",
  "exact-line-search",
] as const;
export const FIFTHS = ["none", "own", ...LATER] as const;

export interface Fifth {
  readonly rule: (typeof FIFTHS)[number];
  /** The rule of one's own, as typed. */
  readonly own: string;
  readonly rate: number;
}

export const LOWEST_RATE = 1e-4;
export const HIGHEST_RATE = 1000;

export function ruleOf({ rule, own, rate }: Fifth): Rule | null {
  if (rule === "none") return null;
  if (rule === "own") return typedRule(own).rule;
  return makeRule(rule, hasRate(rule) ? rate : null);
}

export function hasRateOf(rule: Fifth["rule"]): boolean {
  return rule !== "none" && rule !== "own" && hasRate(rule) !== null;
}

/** The rate that the model would choose from here; null where there is none to choose. */
export function chosenRate(
  rule: Fifth["rule"],
  bowl: Bowl,
  start: number,
  steps: number,
): number | null {
  if (!hasRateOf(rule)) return null;
  const { rate } = choose(rule, bowl.surface, Float64Array.of(start), steps);
  return rate === null ? null : clamp(twoDigits(rate), LOWEST_RATE, HIGHEST_RATE);
}

export function nameOf({ rule, own }: Fifth): string {
  if (rule === "none") return "";
  if (rule === "own") return `w ← ${typedRule(own).formula}`;
  return t(`rule-${rule}`);
}

/** The lines of Python that take one step, and those before the first. */
export function pythonOf({ rule, own, rate }: Fifth): { before: string[]; step: string[] } {
  const r = pythonNumber(rate);
  switch (rule) {
    case "none":
      return { before: [], step: [] };
    case "own":
      return { before: [], step: [`w = ${typedRule(own).python}`] };
    case "momentum":
      return { before: ["v = 0.0"], step: ["v = 0.9 * v + slope", `w = w - ${r} * v`] };
    case "nesterov":
      return {
        before: ["v = 0.0"],
        step: ["v = 0.9 * v + slope", `w = w - ${r} * (slope + 0.9 * v)`],
      };
    case "adagrad":
      return {
        before: ["s = 0.0"],
        step: ["s = s + slope**2", `w = w - ${r} * slope / (np.sqrt(s) + 1e-10)`],
      };
    case "rmsprop":
      return {
        before: ["s = 0.0"],
        step: ["s = 0.99 * s + 0.01 * slope**2", `w = w - ${r} * slope / (np.sqrt(s) + 1e-8)`],
      };
    case "adam":
      return {
        before: ["m, s = 0.0, 0.0"],
        step: [
          "m = 0.9 * m + 0.1 * slope",
          "s = 0.999 * s + 0.001 * slope**2",
          "pace = np.sqrt(s / (1 - 0.999**t)) + 1e-8",
          `w = w - ${r} * m / (1 - 0.9**t) / pace`,
        ],
      };
    case "exact-line-search":
      return { before: [], step: ["w = w - slope / (2 * np.mean(x**2))"] };
  }
}
