/** What a learner can set in chapter 3, and how it is read when it comes from outside. */

import { intervalsShape, type Interval } from "../kit/intervals.ts";
import { pointsShape } from "../kit/points.ts";
import { maybe, Misshapen, number, oneOf, record, type Shape } from "../kit/shape.ts";
import type { Day } from "../forecast.ts";
import { TADPOLES, type Point } from "../lesson.ts";
import { LOSS_NAMES, type LossName, type PerLoss } from "../losses.ts";
import { HIGH, LOW, type Drawn } from "../pictures/trace-picture.ts";
import { CLOSED, ghostsShape, type Ghosts } from "./loss-guess.ts";

export interface State {
  readonly part: "tadpoles" | "rain";
  readonly points: readonly Point[];
  readonly looked: LossName;
  readonly delta: number;
  /** The w that a hand tries; null: the best of the loss looked at. */
  readonly w: number | null;
  /** Where the hand has drawn each loss. */
  readonly been: PerLoss<readonly Interval[]>;
  readonly drawn: Drawn;
  readonly guess: Ghosts;
  readonly chance: number;
  readonly day: Day;
}

export const NOWHERE: State["been"] = { squared: [], huber: [], absolute: [] };
export const FIRST: State = {
  part: "tadpoles",
  points: TADPOLES,
  looked: "squared",
  delta: 1,
  w: null,
  been: NOWHERE,
  drawn: "traced",
  guess: CLOSED,
  chance: 80,
  day: "sun",
};

const intervals = intervalsShape(LOW, HIGH);
export const read: Shape<State> = (value) => {
  const state = record({
    part: oneOf("tadpoles", "rain"),
    points: pointsShape,
    looked: oneOf(...LOSS_NAMES),
    delta: number(0.1, 3),
    w: maybe(number(LOW, HIGH)),
    been: record({ squared: intervals, huber: intervals, absolute: intervals }),
    drawn: oneOf("traced", "whole", "all"),
    guess: ghostsShape,
    chance: number(0, 100),
    day: oneOf("rain", "sun"),
  })(value) as State;
  // No line through the origin is better than another then.
  if (state.points.every(([x]) => x === 0)) throw new Misshapen();
  return state;
};
