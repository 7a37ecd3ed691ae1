/** From outcome and numbers to messages: what happened, and what to try, with numbers. */

import { type Message, type Value, count } from "./message.ts";
import { type Outcome, least } from "./outcome.ts";
import { formatG } from "./texts.ts";
import type { Walk } from "./walk.ts";

/** What advice may mention; null where it is not known. */
export interface Facts {
  readonly constant: string | null;
  readonly rate: number | null;
  readonly isPlain: boolean;
  readonly limit: number | null;
  readonly best: number | null;
  readonly bestSteps: number | null;
  readonly stepsNeeded: number | null;
  readonly stepsToCertain: number | null;
  readonly arrived: number | null;
  readonly standardErrorsAway: number | null;
  readonly scaleOfLoss: number;
  readonly least: number;
  readonly tolerance: number;
  readonly scalingHelps: number | null;
}

type Mentions = Record<string, Value>;

/** Round to two significant digits: a rate a person would type. */
export function twoDigits(value: number): number {
  return Number(formatG(value, 2));
}

/** Return the sentences for an outcome, most important first. */
export function advise(
  outcome: Outcome,
  oscillating: boolean,
  walk: Walk,
  facts: Facts,
): readonly Message[] {
  const { gap, steps } = walk;
  let suggestion = facts.best === null ? null : twoDigits(facts.best);
  if (suggestion !== null && facts.limit !== null && suggestion >= facts.limit) {
    suggestion = facts.best;
  }
  const share = facts.scaleOfLoss ? gap.at(-1)! / facts.scaleOfLoss : 0;
  const values: Mentions = {
    steps: count(steps.at(-1)!),
    first: gap[0]! + facts.least,
    last: gap.at(-1)! + facts.least,
    lowest: least(gap) + facts.least,
    least: facts.least,
    rate: facts.rate,
    constant: facts.constant ?? "learning_rate",
    limit: facts.limit,
    tolerance: 100 * facts.tolerance,
    try_rate: suggestion,
    percent: Math.min(100 * share, Number.MAX_VALUE),
  };
  const said: Message[] = [main(outcome, values, walk, facts)];
  if (oscillating && (outcome === "converged" || outcome === "slow")) {
    said.push({ code: "descent.oscillating", values });
  }
  const away = facts.standardErrorsAway;
  const needed = facts.stepsToCertain;
  if (outcome === "converged" && away !== null && away > 0.1 && needed !== null) {
    const more = { away, needed: count(needed) };
    said.push({ code: "descent.standard-errors-away", values: more });
  }
  if (facts.scalingHelps !== null && (outcome === "slow" || outcome === "diverged")) {
    said.push({ code: "descent.scaling-helps", values: { condition: facts.scalingHelps } });
  }
  return said;
}

function main(outcome: Outcome, values: Mentions, walk: Walk, facts: Facts): Message {
  if (outcome === "converged") {
    const arrived = count(facts.arrived ?? 0);
    return { code: "descent.converged", values: { ...values, arrived } };
  }
  if (outcome === "diverged") return diverged(values, walk, facts);
  if (outcome === "slow") return slow(values, facts);
  if (outcome === "stepped-over") {
    const at = count(walk.steps[walk.gap.indexOf(least(walk.gap))]!);
    return { code: "descent.stepped-over", values: { ...values, at } };
  }
  return { code: `descent.${outcome}`, values };
}

function diverged(values: Mentions, walk: Walk, facts: Facts): Message {
  const { isPlain, limit, rate } = facts;
  if (isPlain && limit !== null && rate !== null && rate >= limit) {
    const code = facts.constant ? "descent.above-limit" : "descent.slope-above-limit";
    return { code, values };
  }
  if (walk.stop === "ceiling") {
    const backwards = rate !== null && rate < 0;
    return { code: backwards ? "descent.left-ceiling-backwards" : "descent.left-ceiling", values };
  }
  return { code: "descent.grows", values };
}

function slow(values: Mentions, facts: Facts): Message {
  const { best, bestSteps, rate, stepsNeeded } = facts;
  if (!facts.isPlain || !facts.constant || best === null || bestSteps === null) {
    return { code: "descent.slow-plain", values };
  }
  const known = { ...values, best_steps: count(bestSteps) };
  if (stepsNeeded === null) return { code: "descent.slow-rate", values: known };
  const isBest = rate !== null && Math.abs(rate - best) <= 1e-3 * best;
  return {
    code: isBest ? "descent.slow-steps" : "descent.slow",
    values: { ...known, needed: count(stepsNeeded) },
  };
}
