/**
 * The places of a curve worth a name on the interval shown: where it is level, turns at a corner,
 * or ends; and whether that is a minimum or a maximum, among its neighbours and on the whole.
 *
 * The curve is looked at on a grid; what lies between two grid points is found by bisection. It
 * may have no value in parts of the interval (a square root, a logarithm) and may leave every
 * bound at a pole, where there is no place and no lowest or highest value on that side.
 */

import type { Curve } from "./derivative.ts";

export type Turn = "minimum" | "maximum" | "neither";

export interface Place {
  readonly x: number;
  readonly value: number;
  readonly kind: "level" | "corner" | "end" | "plateau";
  /** Among its neighbours. */
  readonly local: Turn;
  /** On the whole interval. */
  readonly global: Turn;
}

type Found = Pick<Place, "x" | "kind">;

const GRID = 2000;

/** Return the level places, corners and ends of a curve on [low, high], from left to right. */
export function places(curve: Curve, low: number, high: number): Place[] {
  const width = high - low;
  const at = (i: number) => (i === GRID ? high : low + (width * i) / GRID);
  const grid = Array.from({ length: GRID + 1 }, (_, i) => curve.value(at(i)));
  const slopes = Array.from({ length: GRID + 1 }, (_, i) => sided(curve, at(i), width));
  const scale = usualSize(slopes);
  const bounds = { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };
  const take = (value: number) => {
    bounds.least = Math.min(bounds.least, value);
    bounds.most = Math.max(bounds.most, value);
  };
  for (const value of grid) if (Number.isFinite(value)) take(value);
  if (scale === 0) {
    const x = at(Math.max(0, grid.findIndex(Number.isFinite)));
    const value = curve.value(x);
    return [{ x, value, kind: "plateau", local: "neither", global: "neither" }];
  }
  const found: Found[] = [];
  const keep = (place: Found) => {
    if (settles(curve, place.x, width)) found.push(place);
    else leave(curve, place.x, width, take);
  };
  for (let i = 0; i <= GRID; i++) {
    const has = Number.isFinite(grid[i]);
    if (has && i === 0) found.push({ x: low, kind: "end" });
    if (i > 0 && has !== Number.isFinite(grid[i - 1])) {
      keep({ x: border(curve, at(i - 1), at(i)), kind: "end" });
    }
    if (has && i === GRID) found.push({ x: high, kind: "end" });
    if (!has || i === GRID || !Number.isFinite(grid[i + 1])) continue;
    const [left, right] = [slopes[i]!, slopes[i + 1]!];
    if (left * right < 0) keep(signChange(curve, at(i), at(i + 1), left, scale));
    else if (left * right > 0 && (grid[i + 1]! - grid[i]!) * left < 0) {
      leave(curve, jumpIn(curve, at(i), at(i + 1)), width, take);
    } else if (i > 0 && bends(slopes, i, scale)) {
      const x = kinkIn(curve, at(i), at(i + 1));
      if (jumpOfSlope(curve, x, width * 1e-9) > 0.5 * Math.abs(right - left)) {
        keep({ x, kind: "corner" });
      }
    } else if (i > 0 && touches(slopes[i - 1]!, left, right)) {
      const x = flattest(curve, at(i - 1), at(i + 1));
      if (Math.abs(sided(curve, x, width)) <= 1e-9 * scale) keep({ x, kind: "level" });
    }
  }
  for (const { x } of found) take(curve.value(x));
  const close = 1e-12 * usualSize(grid);
  const step = width / GRID;
  return found.map(({ x, kind }) => {
    const value = curve.value(x);
    const beside = (dx: number) => {
      const inside = x + dx >= low && x + dx <= high;
      const change = inside ? curve.value(x + dx) - value : Number.NaN;
      return Number.isFinite(change) ? change : null;
    };
    let global: Turn = "neither";
    if (value <= bounds.least + close) global = "minimum";
    else if (value >= bounds.most - close) global = "maximum";
    return { x, value, kind, local: turn(beside(-step), beside(step)), global };
  });
}

function turn(before: number | null, after: number | null): Turn {
  const sides = [before, after].filter((side) => side !== null);
  if (sides.length > 0 && sides.every((side) => side > 0)) return "minimum";
  if (sides.length > 0 && sides.every((side) => side < 0)) return "maximum";
  return "neither";
}

/** The slope, a hair to the right where there is none. */
function sided(curve: Curve, x: number, width: number): number {
  const slope = curve.slope(x);
  return Number.isFinite(slope) ? slope : curve.slope(x + 1e-9 * width);
}

/** The size that nine numbers in ten do not exceed: near a pole they have no bound. */
function usualSize(numbers: readonly number[]): number {
  const sizes = numbers
    .map(Math.abs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length * 0.9)] || (sizes.at(-1) ?? 0);
}

/** Whether the value at x, or beside it, is a limit: closer looks change less and less. */
function settles(curve: Curve, x: number, width: number): boolean {
  const here = curve.value(x);
  if (!Number.isFinite(here)) return false;
  return [-1, 1].every((side) => {
    const change = (h: number) => Math.abs(curve.value(x + side * h * width) - here);
    const [far, near] = [change(1e-6), change(1e-12)];
    return Number.isNaN(near) || Number.isNaN(far) || near <= 0.6 * far || far === 0;
  });
}

/** At a pole, where the curve leaves every bound: no least or no greatest value. */
function leave(curve: Curve, x: number, width: number, take: (value: number) => void): void {
  for (const side of [-1, 1]) {
    const [near, nearer] = [1e-6, 1e-9].map((h) => curve.value(x + side * h * width));
    if (Number.isNaN(near) || Number.isNaN(nearer)) continue;
    if (Math.abs(nearer! - near!) > 0.1 * Math.abs(near!)) take(Math.sign(nearer!) * Infinity);
  }
}

/** Whether |slope| is smallest here, and no change of sign beside it is found anyway. */
function touches(before: number, here: number, after: number): boolean {
  const size = Math.abs(here);
  const isSmallest = size <= Math.abs(before) && size < Math.abs(after);
  return isSmallest && (here === 0 ? before !== 0 : before * here > 0);
}

/** Whether the slope changes from this grid point to the next as it does nowhere beside them. */
function bends(slopes: readonly number[], i: number, scale: number): boolean {
  if (i + 2 >= slopes.length) return false;
  const change = (k: number) => Math.abs(slopes[k + 1]! - slopes[k]!);
  return change(i) > 8 * (change(i - 1) + change(i + 1)) + 1e-3 * scale;
}

function signChange(
  curve: Curve,
  left: number,
  right: number,
  slope: number,
  scale: number,
): Found {
  const low = halved(left, right, (middle) => {
    const here = curve.slope(middle);
    if (here === 0 || Number.isNaN(here)) return null;
    return here < 0 !== slope < 0;
  });
  const x = Math.abs(low) < 1e-12 * (right - left + Math.abs(left)) ? 0 : low;
  const isCorner = jumpOfSlope(curve, x, 1e-6 * (right - left)) > 1e-3 * scale;
  return { x, kind: isCorner ? "corner" : "level" };
}

function jumpOfSlope(curve: Curve, x: number, hair: number): number {
  return Math.abs(curve.slope(x + hair) - curve.slope(x - hair));
}

/** The last place with a value before the curve has none, or the first with one. */
function border(curve: Curve, left: number, right: number): number {
  const isLeft = Number.isFinite(curve.value(left));
  let [has, lacks] = isLeft ? [left, right] : [right, left];
  for (let i = 0; i < 200; i++) {
    const middle = 0.5 * (has + lacks);
    if (middle === has || middle === lacks) break;
    if (Number.isFinite(curve.value(middle))) has = middle;
    else lacks = middle;
  }
  // A border such as 0 is itself a place with a value more often than not.
  const near = Math.abs(has) < 1e-12 * (right - left) ? 0 : has;
  return Number.isFinite(curve.value(near)) ? near : has;
}

/** Where the value jumps against the slopes on both sides. */
function jumpIn(curve: Curve, left: number, right: number): number {
  let from = left;
  return halved(left, right, (middle) => {
    const rise = (curve.value(middle) - curve.value(from)) * curve.slope(middle);
    if (!Number.isFinite(rise)) return null;
    if (rise >= 0) from = middle;
    return rise < 0;
  });
}

/** Where the slope jumps without a change of its sign. */
function kinkIn(curve: Curve, left: number, right: number): number {
  let [before, after] = [curve.slope(left), curve.slope(right)];
  return halved(left, right, (middle) => {
    const here = curve.slope(middle);
    if (Number.isNaN(here)) return null;
    const isLeft = Math.abs(here - before) > Math.abs(after - here);
    if (isLeft) after = here;
    else before = here;
    return isLeft;
  });
}

/** Bisect: `isBelow` says whether what is looked for lies left of the middle; null: it is there. */
function halved(left: number, right: number, isBelow: (middle: number) => boolean | null): number {
  let [low, high] = [left, right];
  for (let i = 0; i < 100; i++) {
    const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    const below = isBelow(middle);
    if (below === null) return middle;
    if (below) high = middle;
    else low = middle;
  }
  return low;
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
