/** Who runs in chapter 6, where each has come by a step, and what has become of it. */

import { fateOf } from "../../model/fate.ts";
import { makeRule } from "../../model/rules/registry.ts";
import type { Rule } from "../../model/rules/rule.ts";
import type { Ending } from "../kit/endings.ts";
import { bracketed, fixed } from "../kit/numbers.ts";
import { t, type Key } from "../kit/words.ts";
import { bowlOf, followed, judged } from "../lesson.ts";
import type { Runner } from "../pictures/race-picture.ts";
import type { Window } from "../windows.ts";
import * as fifth from "./rules-fifth.ts";
import type { OwnFunction } from "./rules-mine.ts";
import { RULES, STEPS, type State } from "./rules-state.ts";

export interface Entrant {
  readonly name: string;
  readonly title: string;
  readonly weights: readonly number[];
  readonly hasStopped: boolean;
  readonly ending: () => Ending;
}

/** The runners of a state, kept as long as nothing that moves them changes. */
export function recorder(own: OwnFunction | null): (state: State) => readonly Entrant[] {
  let key: readonly unknown[] = [];
  let entrants: readonly Entrant[] = [];
  const raced = (state: State): readonly Entrant[] => {
    const { points, start, rate, sign, fixed: c, fifth: other } = state;
    const now = [points, start, rate, sign, c, other];
    if (now.some((each, i) => each !== key[i])) {
      key = now;
      const bowl = bowlOf(points);
      const constants = { "gradient-descent": rate, sign, "fixed-step": c, slope: null };
      const entrant = (name: string, title: string, rule: Rule): Entrant => {
        const { weights, trouble } = followed(rule, bowl, start, STEPS);
        const ending = (): Ending => {
          const run = trouble ? null : judged(rule, bowl, start, STEPS);
          if (run) return { name, title, outcome: run.outcome, messages: run.messages };
          return { name, title, outcome: "stopped", messages: trouble ? [trouble] : [] };
        };
        return { name, title, weights, hasStopped: trouble !== null, ending };
      };
      const last = fifth.ruleOf(other);
      entrants = [
        ...RULES.map((name) => entrant(name, t(`rule-${name}`), makeRule(name, constants[name]))),
        ...(last ? [entrant("fifth", fifth.nameOf(other), last)] : []),
      ];
    }
    return entrants;
  };
  return (state) => {
    const all = raced(state);
    const run = own?.run(state);
    if (!run) return all;
    // The guess is about the lesson's four; a function of one's own joins when it is made.
    const four = all.slice(0, RULES.length);
    if (state.guess.stage === "open") return four;
    return [...four, { name: "fifth", ...run, ending: () => run.ending }];
  };
}

const FATES: Readonly<Record<string, Key>> = {
  loops: "fate-loops",
  past: "fate-past",
  gone: "fate-gone",
  diverges: "fate-diverges",
};

/** What has happened to a runner by a step, as a sentence and the step it happened at. */
export function fate(entrant: Entrant, step: number, best: number, window: Window): Runner["fate"] {
  const { weights, hasStopped } = entrant;
  const last = weights.length - 1;
  if (hasStopped && step >= last) return { key: "fate-stopped", at: last };
  const found = fateOf(weights, Math.min(step, last), best, window);
  return found ? { key: FATES[found.code]!, at: found.at } : null;
}

/** How each run ended, once all are over. */
export function endings(entrants: readonly Entrant[]): readonly Ending[] {
  return entrants.map(({ ending }) => ending());
}

/** Where a run was at a step; one that stopped stays where it was last. */
export function at(run: readonly number[], step: number): number {
  return run[Math.min(step, run.length - 1)]!;
}

/** The step a rule takes from here, with its numbers. */
export function sumText({ name, weights }: Entrant, from: number, state: State): string {
  const w = at(weights, from);
  const next = weights[from + 1];
  if (next === undefined) return `w = ${fixed(w, 3)}`;
  const slope = bowlOf(state.points).slope(w);
  const taken: Readonly<Record<string, string>> = {
    "gradient-descent": `${state.rate} · ${bracketed(slope)}`,
    sign: `${state.sign} · ${bracketed(Math.sign(slope), 0)}`,
    "fixed-step": bracketed(state.fixed),
    slope: bracketed(slope),
    fifth: bracketed(w - next, 3),
  };
  return `${fixed(w, 3)} − ${taken[name]} = ${fixed(next, 3)}`;
}
