/** The curves of chapter 1, each with its slope and the places where the slope is nothing. */

import { bowlOf, TADPOLES } from "./lesson.ts";

export type CurveName = "bowl" | "cubic-waves" | "cubic" | "sine" | "corner";
export type PlaceKind =
  "global-min" | "global-max" | "local-min" | "local-max" | "neither" | "corner";

export interface Curve {
  readonly formula: string;
  readonly python: string;
  readonly variable: "w" | "x";
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly slopes: readonly [number, number];
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
  readonly places: readonly { readonly x: number; readonly kind: PlaceKind }[];
}

const BOWL = bowlOf(TADPOLES);

export const CURVES: Readonly<Record<CurveName, Curve>> = {
  bowl: {
    formula: "L(w)",
    python: "np.mean((y - x * w) ** 2)",
    variable: "w",
    x: [-0.3, 2],
    y: [0, 8],
    slopes: [-25, 25],
    value: (w) => BOWL.height(w),
    slope: (w) => BOWL.slope(w),
    places: [{ x: BOWL.best, kind: "global-min" }],
  },
  "cubic-waves": {
    formula: "x³ − 3x",
    python: "x**3 - 3 * x",
    variable: "x",
    x: [-2.2, 2.2],
    y: [-4.2, 4.2],
    slopes: [-4, 12],
    value: (x) => x ** 3 - 3 * x,
    slope: (x) => 3 * x * x - 3,
    places: [
      { x: -1, kind: "local-max" },
      { x: 1, kind: "local-min" },
    ],
  },
  cubic: {
    formula: "x³",
    python: "x**3",
    variable: "x",
    x: [-1.6, 1.6],
    y: [-4, 4],
    slopes: [-1, 8],
    value: (x) => x ** 3,
    slope: (x) => 3 * x * x,
    places: [{ x: 0, kind: "neither" }],
  },
  sine: {
    formula: "sin x",
    python: "np.sin(x)",
    variable: "x",
    x: [-5, 5],
    y: [-1.6, 1.6],
    slopes: [-1.4, 1.4],
    value: Math.sin,
    slope: Math.cos,
    places: [
      { x: -1.5 * Math.PI, kind: "global-max" },
      { x: -0.5 * Math.PI, kind: "global-min" },
      { x: 0.5 * Math.PI, kind: "global-max" },
      { x: 1.5 * Math.PI, kind: "global-min" },
    ],
  },
  corner: {
    formula: "|x|",
    python: "np.abs(x)",
    variable: "x",
    x: [-2, 2],
    y: [-0.4, 2.4],
    slopes: [-2, 2],
    value: Math.abs,
    slope: (x) => (x === 0 ? Number.NaN : Math.sign(x)),
    places: [{ x: 0, kind: "corner" }],
  },
};

export const CURVE_NAMES = Object.keys(CURVES) as CurveName[];

/** Pull x onto a place where the slope is nothing, when a hand or a key is as near as it gets. */
export function drawn(curve: Curve, x: number, how: string): number {
  const reach = how === "key" ? 0.0051 : (curve.x[1] - curve.x[0]) * 0.004;
  const near = curve.places.find((each) => Math.abs(each.x - x) <= reach);
  return near ? near.x : x;
}
