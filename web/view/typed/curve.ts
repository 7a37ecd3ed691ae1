/** A typed function of x as a curve: its value, its slope, and how much of the plane to show. */

import type { Curve } from "../curves.ts";
import { places } from "../../model/places.ts";
import { read, Unreadable, type Reading } from "./read.ts";
import { slopeFormula, slopeOf } from "./slope.ts";
import { compiled } from "./tree.ts";
import { asFormula, asPython } from "./write.ts";

export const OF_X: Reading = {
  names: ["x"],
  heads: /^ ?(?:y|f ?\( ?x ?\)) ?=/,
  steps: false,
};

export interface Typed {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Ends of an interval lie within these, and at least so far apart. */
export const FARTHEST = 100;
export const NARROWEST = 0.1;

const LOOKS = 400;

let last: { readonly key: string; readonly curve: Curve } | null = null;

/** Return the curve of a typed function, or say in words why there is none. */
export function typedCurve({ text, from, to }: Typed): Curve {
  const key = JSON.stringify([text, from, to]);
  if (last?.key !== key) last = { key, curve: made(text, from, to) };
  return last.curve;
}

function made(text: string, from: number, to: number): Curve {
  const tree = read(text, OF_X);
  const derivative = slopeOf(tree, OF_X);
  const value = compiled(tree, OF_X.names);
  const slope = compiled(derivative, OF_X.names);
  const looks = Array.from({ length: LOOKS + 1 }, (_, i) => from + ((to - from) * i) / LOOKS);
  const heights = looks.map((x) => value(x)).filter(Number.isFinite);
  if (heights.length === 0) {
    throw new Unreadable("typed-nowhere", { from: String(from), to: String(to) });
  }
  const once = <T>(make: () => T): (() => T) => {
    let kept: { readonly it: T } | null = null;
    return () => (kept ??= { it: make() }).it;
  };
  const found = once(() => places({ name: text, value, slope }, from, to));
  const formula = once(() => slopeFormula(derivative, OF_X));
  return {
    formula: asFormula(tree),
    python: asPython(tree),
    pythonSlope: asPython(derivative),
    variable: "x",
    x: [from, to],
    y: window(heights),
    slopes: window(looks.map((x) => slope(x)).filter(Number.isFinite)),
    step: 10 ** Math.floor(Math.log10((to - from) / 400)),
    value,
    slope,
    get places() {
      return found();
    },
    get slopeFormula() {
      return formula();
    },
  };
}

/** The part of an axis that shows a curve: all of it, but for what soars beside a pole. */
function window(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [-1, 1];
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  const most = [at(0), at(1)] as const;
  const usual = [at(0.06), at(0.94)] as const;
  const soars = most[1] - most[0] > 12 * (usual[1] - usual[0]) && usual[1] > usual[0];
  const [low, high] = soars ? usual : most;
  const room = 0.08 * (high - low) || 0.5 * Math.abs(high) || 1;
  return [low - room, high + room];
}
