/** What the powers make of the tadpoles: each fitted to all, and to all but one in turn. */

import { fromStart, prepare, type Started } from "../model/descend.ts";
import { outward } from "../model/coordinates.ts";
import { path } from "../model/jump.ts";
import type { Vector } from "../model/linear/matrix.ts";
import { momentsOf } from "../model/moments.ts";
import {
  evaluateCoefficients,
  evaluatePolynomial,
  fitPolynomial,
  fitWithout,
  highestDegree,
  leaveOneOut,
  powerPoints,
  type Polynomial,
} from "../model/powers.ts";
import { gapAfter } from "../model/rates.ts";
import type { Point } from "./lesson.ts";

export const MOST_POWER = 4;

/** The highest power that can be tested by hiding each of these tadpoles; 0: not even a line. */
export function highestPower(points: readonly Point[]): number {
  return Math.min(MOST_POWER, Math.max(0, highestDegree(points.map(([x]) => x))));
}

/** A power on some tadpoles. */
export interface Tested {
  readonly power: number;
  readonly whole: Polynomial;
  /** Fitted to all but the tadpole of that index. */
  readonly without: readonly Polynomial[];
  /** Of each tadpole, by the curve that did not see it. */
  readonly errors: readonly number[];
  readonly leftOut: number;
}

function tested(points: readonly Point[], power: number): Tested {
  const x = points.map((point) => point[0]);
  const y = points.map((point) => point[1]);
  const without = points.map((_, hidden) => fitWithout(x, y, power, hidden));
  return {
    power,
    whole: fitPolynomial(x, y, power),
    without,
    errors: points.map(([at, value], i) => value - evaluatePolynomial(without[i]!, at)),
    leftOut: leaveOneOut(x, y, power),
  };
}

/** Every power that these tadpoles allow; kept as long as they stay where they are. */
export function testedPowers(): (points: readonly Point[]) => readonly Tested[] {
  let known: readonly Point[] | null = null;
  let all: readonly Tested[] = [];
  return (points) => {
    if (points !== known) {
      known = points;
      all = Array.from({ length: highestPower(points) }, (_, i) => tested(points, i + 1));
    }
    return all;
  };
}

/** Gradient descent from zero on the powers of x. */
export interface Descent {
  readonly started: Started;
  /** The rate taken, and whether the page chose it. */
  readonly rate: number;
  readonly least: number;
  readonly condition: number | null;
  readonly limit: number | null;
  lossAfter(steps: number): number;
  /** (c_0, c_1 ... c_p) after so many steps. */
  coefficientsAfter(steps: number): readonly number[];
}

export interface DescentSettings {
  readonly points: readonly Point[];
  readonly power: number;
  readonly scaled: boolean;
  /** null: the best from the start. */
  readonly rate: number | null;
}

export function descentOf({ points, power, scaled, rate: asked }: DescentSettings): Descent {
  const x = points.map((point) => point[0]);
  const y = points.map((point) => point[1]);
  const moments = momentsOf(powerPoints(x, y, power));
  const started = fromStart(prepare(moments, { standardize: scaled }), 0);
  const { surface } = started.prepared;
  const rate = asked ?? started.rates.best;
  const thetaAfter = (steps: number): Vector =>
    outward(surface.coordinates, path(surface, rate, started.inner, [steps]));
  return {
    started,
    rate,
    least: surface.least,
    condition: started.rates.conditionNumber,
    limit: started.rates.limit,
    lossAfter: (steps) =>
      surface.least + gapAfter(started.shares, surface.eigenvalues, rate, steps),
    coefficientsAfter: (steps) => {
      const theta = thetaAfter(steps);
      return [theta[power]!, ...theta.subarray(0, power)];
    },
  };
}

/** The last result of a function, kept as long as it is asked the same. */
export function kept<A extends object, R>(make: (asked: A) => R): (asked: A) => R {
  let last: { asked: A; result: R } | null = null;
  return (asked) => {
    const isSame =
      last !== null &&
      (Object.keys(asked) as (keyof A)[]).every((key) => last!.asked[key] === asked[key]);
    if (!isSame) last = { asked, result: make(asked) };
    return last!.result;
  };
}

export function curveOf(c: readonly number[]): (x: number) => number {
  return (x) => evaluateCoefficients(c, x);
}
