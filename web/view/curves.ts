/** The curves of chapter 1 as they are shown: the model's, each with its window and its formulas. */

import {
  absolute,
  bowl,
  cubic,
  cubicWave,
  sine,
  type Curve as ModelCurve,
} from "../model/derivative.ts";
import { places, type Place } from "../model/places.ts";
import { fixed } from "./kit/numbers.ts";

export type CurveName = "bowl" | "cubic-waves" | "cubic" | "sine" | "corner";

export interface Curve extends Pick<ModelCurve, "value" | "slope"> {
  readonly formula: string;
  /** null where it would be too long to read. */
  readonly slopeFormula: string | null;
  readonly python: string;
  readonly pythonSlope: string;
  readonly variable: "w" | "x";
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly slopes: readonly [number, number];
  /** How far one press of a key moves the point. */
  readonly step: number;
  readonly places: readonly Place[];
}

type Shown = Omit<Curve, "value" | "slope" | "places" | "step">;

function shown(curve: ModelCurve, how: Shown): Curve {
  return { ...how, ...curve, step: 0.01, places: places(curve, ...how.x) };
}

/** The bowl's own numbers: L(w) = a w² + b w + c. */
const [A, B, C] = [(bowl.slope(1) - bowl.slope(0)) / 2, bowl.slope(0), bowl.value(0)].map(
  (number) => fixed(Math.abs(number), 6),
) as [string, string, string];

export const CURVES: Readonly<Record<CurveName, Curve>> = {
  bowl: shown(bowl, {
    formula: `${A}w² − ${B}w + ${C}`,
    slopeFormula: `${fixed(bowl.slope(1) - bowl.slope(0), 6)}w − ${B}`,
    python: "np.mean((y - x * w) ** 2)",
    pythonSlope: "-2 * np.mean(x * (y - x * w))",
    variable: "w",
    x: [-0.3, 2],
    y: [0, 8],
    slopes: [-25, 25],
  }),
  "cubic-waves": shown(cubicWave, {
    formula: "x³ − 3x",
    slopeFormula: "3x² − 3",
    python: "x**3 - 3 * x",
    pythonSlope: "3 * x**2 - 3",
    variable: "x",
    x: [-2.2, 2.2],
    y: [-4.2, 4.2],
    slopes: [-4, 12],
  }),
  cubic: shown(cubic, {
    formula: "x³",
    slopeFormula: "3x²",
    python: "x**3",
    pythonSlope: "3 * x**2",
    variable: "x",
    x: [-1.6, 1.6],
    y: [-4, 4],
    slopes: [-1, 8],
  }),
  sine: shown(sine, {
    formula: "sin(x)",
    slopeFormula: "cos(x)",
    python: "np.sin(x)",
    pythonSlope: "np.cos(x)",
    variable: "x",
    x: [-5, 5],
    y: [-1.6, 1.6],
    slopes: [-1.4, 1.4],
  }),
  corner: shown(absolute, {
    formula: "|x|",
    slopeFormula: "|x| / x",
    python: "np.abs(x)",
    pythonSlope: "np.abs(x) / x",
    variable: "x",
    x: [-2, 2],
    y: [-0.4, 2.4],
    slopes: [-2, 2],
  }),
};

export const CURVE_NAMES = Object.keys(CURVES) as CurveName[];

/** Pull x onto a place worth a name, when a hand or a key is as near as it gets. */
export function drawn(curve: Curve, x: number, how: string): number {
  const reach = how === "key" ? 0.51 * curve.step : (curve.x[1] - curve.x[0]) * 0.004;
  const near = curve.places.find(
    ({ x: at, kind }) => kind !== "plateau" && Math.abs(at - x) <= reach,
  );
  return near ? near.x : x;
}
