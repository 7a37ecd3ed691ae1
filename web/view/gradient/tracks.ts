/**
 * The runs of a state as values: what is drawn, what descends, and every step of it, in the user's
 * units and where it lies in the picture.
 */

import { choose } from "../../model/auto.ts";
import { twoDigits } from "../../model/advice.ts";
import { inward, outward } from "../../model/coordinates.ts";
import { fromStart, prepare, run, type Prepared, type Started } from "../../model/descend.ts";
import { momentsOf } from "../../model/moments.ts";
import { settledAt } from "../../model/outcome.ts";
import { pairs } from "../../model/points.ts";
import type { Quadratic } from "../../model/quadratic.ts";
import type { Trajectory } from "../../model/trajectory.ts";
import { kept } from "../kit/kept.ts";
import type { Point } from "../lesson.ts";
import { rateOf, RULES, STEPS, type Rule, type State, type Theta } from "./state.ts";

/** A bowl, and what goes down in it: without b where b is locked. */
export interface Plane {
  readonly drawn: Quadratic;
  readonly walked: Prepared;
  readonly locked: boolean;
}

export function planeOf(points: readonly Point[], scaled: boolean, locked: boolean): Plane {
  const moments = momentsOf(pairs(points));
  const whole = prepare(moments, { standardize: scaled });
  const walked = locked ? prepare(moments, { hasIntercept: false }) : whole;
  return { drawn: whole.surface, walked, locked };
}

/** Where parameters lie in the picture: themselves, or in the coordinates of the scaled input. */
export function toPicture({ drawn }: Plane, [w, b]: Theta): Theta {
  const [x, y] = inward(drawn.coordinates, Float64Array.of(w, b));
  return [x!, y!];
}

export function fromPicture({ drawn }: Plane, x: number, y: number): Theta {
  const [w, b] = outward(drawn.coordinates, Float64Array.of(x, y));
  return [w!, b!];
}

export interface Track {
  readonly rule: Rule;
  readonly rate: number | null;
  readonly trajectory: Trajectory;
  readonly w: readonly number[];
  readonly b: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly loss: readonly number[];
}

export function startOf({ walked, locked }: Plane, [w, b]: Theta): Started {
  return fromStart(walked, locked ? [w] : [w, b]);
}

export function trackOf(plane: Plane, started: Started, rule: Rule, rate: number | null): Track {
  const trajectory =
    rate === null
      ? run(started, { rule, steps: STEPS })
      : run(started, { rule, learningRate: rate, steps: STEPS });
  const { p, theta, length } = trajectory;
  const w = Array.from({ length }, (_, i) => theta[i * p]!);
  const b = Array.from({ length }, (_, i) => (plane.locked ? 0 : theta[i * p + 1]!));
  const places = w.map((each, i) => toPicture(plane, [each, b[i]!]));
  return {
    rule,
    rate,
    trajectory,
    w,
    b,
    x: places.map(([x]) => x),
    y: places.map(([, y]) => y),
    loss: Array.from(trajectory.loss),
  };
}

/** A run counts as over within 0.1 % for good, or when its loss is a million times its start. */
const OVER = 0.001;
const GONE = 1e6;

export function lastOf({ trajectory, loss }: Track): number {
  const target = OVER * (trajectory.exact?.loss ?? 0);
  const settled = trajectory.gap && settledAt(trajectory.gap, target);
  if (settled !== null) return Math.max(1, settled);
  const gone = loss.findIndex((each) => each > GONE * loss[0]!);
  return gone > 0 ? gone : loss.length - 1;
}

/** The run of the chosen rule, and the runs that go along. */
export interface Tracks {
  readonly plane: Plane;
  readonly started: Started;
  readonly main: Track;
  readonly rivals: readonly Track[];
  readonly last: number;
}

/** Shares of the limit that several rates at once take; the last one is beyond it. */
const SHARES = [0.1, 0.5, 0.99, 1.03] as const;
/** For rules that have no limit of their own: shares of the rate chosen. */
const FACTORS = [0.25, 0.5, 2, 4] as const;

function rivalsOf(state: State, started: Started): readonly (readonly [Rule, number | null])[] {
  const { rule, race, several } = state;
  const along = RULES.filter((each) => each !== rule && race.includes(each));
  const rivals = along.map((each) => [each, rateOf(state, each)] as const);
  const own = rateOf(state, rule);
  if (!several || own === null) return rivals;
  const { limit } = started.rates;
  const rates =
    rule === "gradient-descent" && limit !== null
      ? SHARES.map((share) => twoDigits(share * limit))
      : FACTORS.map((factor) => twoDigits(factor * own));
  return [...rivals, ...rates.filter((each) => each !== own).map((each) => [rule, each] as const)];
}

/** Compute the runs of states, each part only when what it depends on has changed. */
export function recorder(): (state: State) => Tracks {
  const plane = kept(planeOf);
  const started = kept(startOf);
  const main = kept(trackOf);
  const rivals = kept((plane: Plane, started: Started, names: string) => {
    const wanted = JSON.parse(names) as readonly (readonly [Rule, number | null])[];
    return wanted.map(([rule, rate]) => trackOf(plane, started, rule, rate));
  });
  const all = kept((plane: Plane, started: Started, main: Track, rivals: readonly Track[]) => ({
    plane,
    started,
    main,
    rivals,
    last: Math.max(lastOf(main), ...rivals.map(lastOf)),
  }));
  return (state) => {
    const ground = plane(state.points, state.scaled, state.locked);
    const from = started(ground, state.start);
    const own = main(ground, from, state.rule, rateOf(state, state.rule));
    const others = rivals(ground, from, JSON.stringify(rivalsOf(state, from)));
    return all(ground, from, own, others);
  };
}

/** The rate the model would choose for a rule from this start. */
export function autoRate({ started }: Tracks, rule: Rule): number | null {
  return choose(rule, started.prepared.surface, started.inner, STEPS).rate;
}
