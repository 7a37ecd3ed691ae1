/** What a learner can set in chapter 6, and how it is read when it comes from outside. */

import { guessShape, type Guess } from "../kit/guess.ts";
import { clamp } from "../kit/numbers.ts";
import { pointsShape } from "../kit/points.ts";
import { Misshapen, number, oneOf, record, text, whole, type Shape } from "../kit/shape.ts";
import { bowlOf, TADPOLES, type Point } from "../lesson.ts";
import type { RuleName } from "../lesson.ts";
import { LONGEST, Unreadable } from "../typed/read.ts";
import { typedRule } from "../typed/rule.ts";
import { weightWindow, type Window } from "../windows.ts";
import * as fifth from "./rules-fifth.ts";

export interface State {
  readonly points: readonly Point[];
  readonly start: number;
  readonly rate: number;
  readonly sign: number;
  readonly fixed: number;
  readonly fifth: fifth.Fifth;
  readonly step: number;
  /** First and last as 4 * first + last, each 0 to 3. */
  readonly guess: Guess;
}

export const RULES: readonly RuleName[] = ["gradient-descent", "sign", "fixed-step", "slope"];
export const NAMES = [...RULES, "fifth"];
export const STEPS = 20;
export const NOTHING = 4 * 2 + 1;
export const FIRST: State = {
  points: TADPOLES,
  start: 1,
  rate: 0.01,
  sign: 0.5,
  fixed: 0.5,
  fifth: { rule: "none", own: "w - 0.05*slope", rate: 0.05 },
  step: 0,
  guess: { stage: "closed", value: NOTHING },
};

export const read: Shape<State> = (value) => {
  const state = record({
    points: pointsShape,
    start: number(-0.5, 1000),
    rate: number(1e-6, 1000),
    sign: number(0.01, 1),
    fixed: number(-1, 1),
    fifth: record({
      rule: oneOf(...fifth.FIFTHS),
      own: text(LONGEST),
      rate: number(fifth.LOWEST_RATE, fifth.HIGHEST_RATE),
    }),
    step: whole(0, STEPS),
    guess: guessShape(0, 15),
  })(value) as State;
  whole(0, 15)(state.guess.value);
  if (state.fixed === 0) throw new Misshapen();
  try {
    typedRule(state.fifth.own);
  } catch (error) {
    throw error instanceof Unreadable ? new Misshapen() : error;
  }
  return { ...state, start: clamp(state.start, ...windowOf(state.points)) };
};

export function windowOf(points: readonly Point[]): Window {
  return weightWindow(bowlOf(points), [-0.5, 2]);
}
