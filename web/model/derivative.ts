/**
 * Slopes of curves, for the first chapter: exact where the curve is known, secants under the
 * loupe, and what a place of slope 0 is on the interval shown.
 *
 *     secant slope at x over h: (f(x + h) - f(x - h)) / (2h)
 */

export interface Curve {
  readonly name: string;
  value(x: number): number;
  /** The exact derivative; NaN where there is none (a corner). */
  slope(x: number): number;
}

/** The loss of the tadpoles with b = 0, traced on the cover: a w^2 + b w + c. */
export const bowl = parabola("bowl", 70.03 / 7, -111.5 / 7, 45.55 / 7);

export const cubicWave: Curve = {
  name: "x^3-3x",
  value: (x) => x * x * x - 3 * x,
  slope: (x) => 3 * x * x - 3,
};

export const cubic: Curve = { name: "x^3", value: (x) => x * x * x, slope: (x) => 3 * x * x };

export const sine: Curve = { name: "sin x", value: Math.sin, slope: Math.cos };

export const absolute: Curve = {
  name: "|x|",
  value: Math.abs,
  slope: (x) => (x === 0 ? Number.NaN : Math.sign(x)),
};

export const CURVES: readonly Curve[] = [bowl, cubicWave, cubic, sine, absolute];

export function parabola(name: string, a: number, b: number, c: number): Curve {
  return { name, value: (x) => (a * x + b) * x + c, slope: (x) => 2 * a * x + b };
}

/** A curve of a function alone, its slope by Richardson's extrapolation of secants. */
export function numericCurve(name: string, value: (x: number) => number): Curve {
  return {
    name,
    value,
    slope(x) {
      const h = 2 ** Math.round(Math.log2(1e-3 * (1 + Math.abs(x))));
      const wide = secantSlope({ value }, x, h);
      return wide + (4 / 3) * (secantSlope({ value }, x, h / 2) - wide);
    },
  };
}

/** Return the slope of the line through the curve at x - h and x + h. */
export function secantSlope(curve: Pick<Curve, "value">, x: number, h: number): number {
  return (curve.value(x + h) - curve.value(x - h)) / (2 * h);
}

/** Return the slope of the line through the curve at x and x + h (h of either sign). */
export function oneSidedSlope(curve: Pick<Curve, "value">, x: number, h: number): number {
  return (curve.value(x + h) - curve.value(x)) / h;
}

export type Turn = "minimum" | "maximum" | "neither";

/** A place where the curve is level, or turns at a corner, or ends. */
export interface Place {
  readonly x: number;
  readonly value: number;
  readonly kind: "level" | "corner" | "end" | "plateau";
  /** Among its neighbours. */
  readonly local: Turn;
  /** On the whole interval. */
  readonly global: Turn;
}

const GRID = 2000;

/** Return the level places, corners and ends of a curve on [low, high], from left to right. */
export function places(curve: Curve, low: number, high: number): Place[] {
  const width = high - low;
  const at = (i: number) => (i === GRID ? high : low + (width * i) / GRID);
  const slopes = Array.from({ length: GRID + 1 }, (_, i) => sided(curve, at(i), width));
  const steepest = Math.max(...slopes.map(Math.abs));
  if (steepest === 0) {
    const value = curve.value(low);
    return [{ x: low, value, kind: "plateau", local: "neither", global: "neither" }];
  }
  const found: { x: number; kind: Place["kind"] }[] = [];
  for (let i = 0; i < GRID; i++) {
    const left = slopes[i]!;
    const right = slopes[i + 1]!;
    if (left * right < 0) {
      found.push(signChange(curve, at(i), at(i + 1), left, steepest));
    } else if (i > 0 && touches(slopes[i - 1]!, left, right)) {
      const x = flattest(curve, at(i - 1), at(i + 1));
      if (Math.abs(sided(curve, x, width)) <= 1e-9 * steepest) found.push({ x, kind: "level" });
    }
  }
  const inner = found.filter(({ x }) => x > low && x < high);
  const xs = [{ x: low, kind: "end" as const }, ...inner, { x: high, kind: "end" as const }];
  const values = xs.map(({ x }) => curve.value(x));
  const least = Math.min(...values);
  const most = Math.max(...values);
  const close = 1e-12 * (Math.abs(least) + Math.abs(most));
  const step = width / GRID;
  return xs.map(({ x, kind }, i) => {
    const value = values[i]!;
    const before = x - step < low ? null : curve.value(x - step) - value;
    const after = x + step > high ? null : curve.value(x + step) - value;
    let global: Turn = "neither";
    if (value <= least + close) global = "minimum";
    else if (value >= most - close) global = "maximum";
    return { x, value, kind, local: turn(before, after), global };
  });
}

function turn(before: number | null, after: number | null): Turn {
  const sides = [before, after].filter((side) => side !== null);
  if (sides.every((side) => side > 0)) return "minimum";
  if (sides.every((side) => side < 0)) return "maximum";
  return "neither";
}

/** The slope, a hair to the right where there is none. */
function sided(curve: Curve, x: number, width: number): number {
  const slope = curve.slope(x);
  return Number.isNaN(slope) ? curve.slope(x + 1e-9 * width) : slope;
}

/** Whether |slope| is smallest here, and no change of sign beside it is found anyway. */
function touches(before: number, here: number, after: number): boolean {
  const size = Math.abs(here);
  const isSmallest = size <= Math.abs(before) && size < Math.abs(after);
  return isSmallest && (here === 0 || before * here > 0);
}

function signChange(curve: Curve, left: number, right: number, slope: number, steepest: number) {
  let [low, high] = [left, right];
  for (let i = 0; i < 100; i++) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    const here = curve.slope(middle);
    if (here === 0 || Number.isNaN(here)) {
      [low, high] = [middle, middle];
      break;
    }
    if (here < 0 === slope < 0) low = middle;
    else high = middle;
  }
  const x = Math.abs(low) < 1e-12 * (right - left + Math.abs(left)) ? 0 : low;
  const hair = 1e-6 * (right - left);
  const jump = Math.abs(curve.slope(x + hair) - curve.slope(x - hair));
  return { x, kind: jump > 1e-3 * steepest ? ("corner" as const) : ("level" as const) };
}

/** Minimise |slope| between two places by golden sections. */
function flattest(curve: Curve, left: number, right: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [left, right];
  const size = (x: number) => Math.abs(curve.slope(x));
  for (let i = 0; i < 90; i++) {
    const a = high - golden * (high - low);
    const b = low + golden * (high - low);
    if (size(a) <= size(b)) high = b;
    else low = a;
  }
  const middle = 0.5 * (low + high);
  const rounded = Math.abs(middle) < 1e-9 * (right - left + Math.abs(left)) ? 0 : middle;
  return size(rounded) <= size(middle) ? rounded : middle;
}
