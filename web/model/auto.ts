/**
 * The rate "auto" for every named rule, and a message about what it chose.
 *
 * Gradient descent takes the spectrum's best rate. Any other rule with a constant is tried on the
 * moments themselves: of a ladder of constants (a quarter of a decade apart) the one whose run
 * from this start is within 1 % for good after the fewest steps wins, the smaller last gap among
 * equals. Rules without a constant have nothing to choose.
 */

import type { Vector } from "./linear/matrix.ts";
import { type Message, count } from "./message.ts";
import { ARRIVED, settledAt } from "./outcome.ts";
import type { Quadratic } from "./quadratic.ts";
import { bestRate, limit } from "./rates.ts";
import { hasRate, makeRule } from "./rules/registry.ts";
import type { Rule } from "./rules/rule.ts";
import { walk } from "./walk.ts";

const TRIAL_STEPS = 1000;

export interface Choice {
  readonly rule: Rule;
  readonly rate: number | null;
  readonly message: Message;
}

/** Choose the constant of a named rule from a start in descent's coordinates. */
export function choose(name: string, surface: Quadratic, start: Vector, steps: number): Choice {
  const constant = hasRate(name);
  if (constant === null) {
    const message = { code: "descent.auto-none", values: { rule: name } };
    return { rule: makeRule(name), rate: null, message };
  }
  const target = ARRIVED * surface.scaleOfLoss;
  const top = limit(surface.eigenvalues);
  if (name === "gradient-descent") {
    const best = bestRate(surface.shares(start), surface.eigenvalues, target);
    const rule = makeRule(name, best.rate);
    if (top === null) return { rule, rate: best.rate, message: flat(best.rate, constant, name) };
    const steps = best.steps === null ? null : count(best.steps);
    const values = { rate: best.rate, steps, limit: top };
    const code = best.steps === null ? "descent.auto-spectrum-far" : "descent.auto-spectrum";
    return { rule, rate: best.rate, message: { code, values } };
  }
  if (top === null) {
    return { rule: makeRule(name, 1), rate: 1, message: flat(1, constant, name) };
  }
  const most = Math.min(steps, TRIAL_STEPS);
  let best: [number, number] = [most + 1, Number.POSITIVE_INFINITY];
  let chosen = 0;
  for (const candidate of ladder(name, surface, start)) {
    const trial = walk(surface, makeRule(name, candidate), start, most);
    const last = trial.stop === "ceiling" ? Number.POSITIVE_INFINITY : trial.gap.at(-1)!;
    const settled = last <= target ? settledAt(trial.gap, target) : null;
    const score: [number, number] = [settled ?? most + 1, last];
    const isBetter = score[0] < best[0] || (score[0] === best[0] && score[1] < best[1]);
    if (isBetter || !chosen) {
      best = score;
      chosen = candidate;
    }
  }
  const code = best[0] <= most ? "descent.auto-tried" : "descent.auto-tried-far";
  const values = { constant, rate: chosen, rule: name, steps: count(best[0]), most: count(most) };
  return { rule: makeRule(name, chosen), rate: chosen, message: { code, values } };
}

function flat(rate: number, constant: string, rule: string): Message {
  return { code: "descent.auto-flat", values: { rate, constant, rule } };
}

/** Return the constants to try, largest first: in units of the limit, or of the distance. */
export function ladder(name: string, surface: Quadratic, start: Vector): number[] {
  const rungs = Array.from({ length: 17 }, (_, j) => 10 ** (-j / 4));
  if (name === "momentum" || name === "nesterov") {
    const top = 4 / surface.eigenvalues[0]!;
    return rungs.map((rung) => top * rung);
  }
  let distance = 0;
  start.forEach((value, j) => {
    distance = Math.max(distance, Math.abs(value - surface.best[j]!));
  });
  const sizes = rungs.map((rung) => (distance || 1) * rung);
  return name === "fixed-step" ? sizes.flatMap((size) => [size, -size]) : sizes;
}
