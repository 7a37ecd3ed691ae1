/** The state of the chapter: what is descended, from where, by which rules, and what is shown. */

import { guessOf, type Guess } from "../kit/guess.ts";
import { pointsShape } from "../kit/points.ts";
import {
  flag,
  list,
  maybe,
  Misshapen,
  number,
  oneOf,
  pair,
  record,
  whole,
  type Shape,
} from "../kit/shape.ts";
import { TADPOLES, type Point } from "../lesson.ts";

/** The rules that go down a bowl of two parameters; chapter 6 has those that fail. */
export const RULES = [
  "gradient-descent",
  "momentum",
  "nesterov",
  "adam",
  "rmsprop",
  "adagrad",
  "exact-line-search",
] as const;
export type Rule = (typeof RULES)[number];
/** Exact line search finds its own rate. */
export type RatedRule = Exclude<Rule, "exact-line-search">;
export type Rates = Readonly<Record<RatedRule, number>>;

/** The same in every language, on the balls and in the table. */
export const LETTERS: Readonly<Record<Rule, string>> = {
  "gradient-descent": "G",
  momentum: "M",
  nesterov: "N",
  adam: "A",
  rmsprop: "R",
  adagrad: "D",
  "exact-line-search": "E",
};

export type Riddle = "closed" | "open" | "holds" | "breaks";
export type Theta = readonly [w: number, b: number];

export interface State {
  readonly points: readonly Point[];
  readonly start: Theta;
  readonly rule: Rule;
  readonly rates: Rates;
  /** Rules that run along. */
  readonly race: readonly Rule[];
  /** Several rates of the rule run along. */
  readonly several: boolean;
  /** The steps are taken for the standardised input. */
  readonly scaled: boolean;
  /** b stays 0, as in the chapters before. */
  readonly locked: boolean;
  readonly step: number;
  readonly station: number | null;
  readonly riddle: Riddle;
  readonly field: boolean;
  readonly surface: boolean;
  /** How the surface is turned, and from how high it is seen, in degrees. */
  readonly view: readonly [turn: number, height: number];
  /** The tip of the arrow that was drawn, from QUESTION. */
  readonly guess: Guess<Theta>;
}

export const STEPS = 300;
export const STATIONS = 5;
/** What the rate may be; beyond 2 / 0.26 nothing in the lesson's bowl converges. */
export const RATE = [0.0002, 8] as const;
export const W_REACH = [-4, 4] as const;
export const B_REACH = [-12, 12] as const;
export const TURN = [-180, 180] as const;
export const HEIGHT = [10, 80] as const;

/** Where the guess is asked, and its learning rate. */
export const QUESTION: Theta = [0, 2];
export const ASKED_RATE = 0.08;
/** After scaling the bowl is round: half of the limit 1 jumps to the middle at once. */
export const SCALED_RATE = 0.5;
/** The arrow before it is drawn: it leaves open what is asked, whether b rises or falls. */
export const UNDRAWN: Theta = [0.25, 2];

export const FIRST: State & { readonly rule: RatedRule } = {
  points: TADPOLES,
  start: QUESTION,
  rule: "gradient-descent",
  rates: {
    "gradient-descent": ASKED_RATE,
    momentum: 0.02,
    nesterov: 0.02,
    adam: 0.2,
    rmsprop: 0.02,
    adagrad: 0.5,
  },
  race: [],
  several: false,
  scaled: false,
  locked: false,
  step: 0,
  station: null,
  riddle: "closed",
  field: false,
  surface: false,
  view: [30, 35],
  guess: { stage: "closed", value: UNDRAWN },
};

const rate = number(...RATE);
const theta = pair(number(...W_REACH), number(...B_REACH));
const rule = oneOf(...RULES);

const shape = record({
  points: pointsShape,
  start: theta,
  rule,
  rates: record({
    "gradient-descent": rate,
    momentum: rate,
    nesterov: rate,
    adam: rate,
    rmsprop: rate,
    adagrad: rate,
  }),
  race: list(rule, 0, RULES.length),
  several: flag,
  scaled: flag,
  locked: flag,
  step: whole(0, STEPS),
  station: maybe(whole(0, STATIONS - 1)),
  riddle: oneOf("closed", "open", "holds", "breaks"),
  field: flag,
  surface: flag,
  view: pair(number(...TURN), number(...HEIGHT)),
  guess: guessOf(theta),
}) as Shape<State>;

export const readState: Shape<State> = (value) => {
  const state = shape(value);
  if (state.locked && (state.scaled || state.start[1] !== 0)) throw new Misshapen();
  if (new Set(state.race).size !== state.race.length) throw new Misshapen();
  if (state.points.every(([x]) => x === 0)) throw new Misshapen();
  return state;
};

/** The rate of a rule; null where it finds its own. */
export function rateOf(state: State, rule: Rule): number | null {
  return rule === "exact-line-search" ? null : state.rates[rule];
}

/** Whether arrows and runs would give away what is asked, or about to be asked. */
export function isUntold(state: State): boolean {
  const { guess, step, start, points, rule, rates, scaled, locked } = state;
  if (guess.stage === "open") return true;
  if (guess.stage !== "closed" || step > 0) return false;
  if (scaled || locked || rule !== FIRST.rule) return false;
  const isAtQuestion = start[0] === QUESTION[0] && start[1] === QUESTION[1];
  return isAtQuestion && rates[FIRST.rule] === ASKED_RATE && areTadpoles(points);
}

function areTadpoles(points: readonly Point[]): boolean {
  if (points.length !== TADPOLES.length) return false;
  return points.every(([x, y], i) => x === TADPOLES[i]![0] && y === TADPOLES[i]![1]);
}
