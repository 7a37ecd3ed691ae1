/** What chapter 9 remembers of a learner on the powers, and what it accepts from outside. */

import { guessShape, type Guess } from "../kit/guess.ts";
import { pointsShape } from "../kit/points.ts";
import { flag, list, maybe, Misshapen, number, oneOf, record, whole } from "../kit/shape.ts";
import type { Shape } from "../kit/shape.ts";
import { MOST_POINTS } from "../kit/table.ts";
import { TADPOLES, type Point } from "../lesson.ts";
import { TIMES } from "../pictures/powers-picture.ts";
import { highestPower, MOST_POWER } from "../powers.ts";

/** The tadpoles that have been hidden under each power; null where the power was not looked at. */
export type Seen = readonly (readonly number[] | null)[];

export interface State {
  readonly points: readonly Point[];
  readonly power: number;
  /** 0: none is hidden; k: the k-th tadpole is. */
  readonly step: number;
  readonly seen: Seen;
  /** The time to predict; null while the curve ends where the tadpoles do. */
  readonly place: number | null;
  readonly way: "exact" | "descent";
  readonly scaled: boolean;
  /** null: the page chooses. */
  readonly rate: number | null;
  readonly taken: number;
  /** The badge: 1 on the line, -1 on the cubic, 0 on neither. */
  readonly guess: Guess;
}

export const ASKED = 6;
export const MOST_STEPS = 1e7;
export const RATES = [1e-7, 2] as const;

export const FIRST: State = {
  points: TADPOLES,
  power: 1,
  step: 0,
  seen: [[], null, null, null],
  place: null,
  way: "exact",
  scaled: false,
  rate: null,
  taken: 1,
  guess: { stage: "closed", value: 0 },
};

const shape: Shape<State> = record({
  points: pointsShape,
  power: whole(1, MOST_POWER),
  step: whole(0, MOST_POINTS),
  seen: list(maybe(list(whole(0, MOST_POINTS - 1), 0, MOST_POINTS)), MOST_POWER, MOST_POWER),
  place: maybe(number(...TIMES)),
  way: oneOf("exact", "descent"),
  scaled: flag,
  rate: maybe(number(...RATES)),
  taken: whole(1, MOST_STEPS),
  guess: guessShape(-1, 1),
}) as Shape<State>;

/** Read a state; what no hand on the page can bring about is refused. */
export const read: Shape<State> = (value) => {
  const state = shape(value);
  const { points, power, step, seen, guess } = state;
  whole(-1, 1)(guess.value);
  const isSorted = (all: readonly number[]): boolean =>
    all.every((each, i) => each < points.length && (i === 0 || each > all[i - 1]!));
  const fits =
    power <= highestPower(points) &&
    step <= points.length &&
    seen.every((each) => each === null || isSorted(each)) &&
    (guess.stage === "closed" || isCanon(points)) &&
    (guess.stage !== "open" || (state.way === "exact" && step === 0));
  if (!fits) throw new Misshapen();
  return state;
};

export function isCanon(points: readonly Point[]): boolean {
  return JSON.stringify(points) === JSON.stringify(TADPOLES);
}

/** Add tadpoles to those that a power has been tested on. */
export function looked(seen: Seen, power: number, more: readonly number[]): Seen {
  return seen.map((each, i) =>
    i + 1 === power ? [...new Set([...(each ?? []), ...more])].sort((a, b) => a - b) : each,
  );
}

/** The tadpoles hidden on the way from one step to another. */
export function between(from: number, to: number): readonly number[] {
  const low = Math.max(1, Math.min(from, to));
  const high = Math.max(from, to);
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low - 1 + i);
}

export function everything(points: readonly Point[]): Seen {
  const all = points.map((_, i) => i);
  return FIRST.seen.map((_, i) => (i < highestPower(points) ? all : null));
}

/** What has been seen after tadpoles came or went: whole powers stay whole, others begin anew. */
export function seenAfter({ seen, points, power }: State, after: readonly Point[]): Seen {
  if (after.length === points.length) return seen;
  const all = after.map((_, i) => i);
  const kept = seen.map((each, i) => {
    if (each === null || i >= highestPower(after)) return null;
    return each.length === points.length ? all : [];
  });
  return looked(kept, Math.min(power, highestPower(after)), []);
}
