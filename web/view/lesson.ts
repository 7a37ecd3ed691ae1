/** The lesson's data and the few formulas every picture needs: y_hat = w x + b, L = mean(e^2). */

export type Point = readonly [x: number, y: number];

export const TADPOLES: readonly Point[] = [
  [0.8, 1.0],
  [1.7, 0.9],
  [2.7, 2.4],
  [3.2, 2.9],
  [3.7, 2.8],
  [4.2, 3.8],
  [4.2, 2.7],
];

/** The means that all of a line's losses are made of. */
export interface Means {
  readonly n: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

export function meansOf(points: readonly Point[]): Means {
  const n = points.length;
  const mean = (of: (x: number, y: number) => number): number =>
    points.reduce((sum, [x, y]) => sum + of(x, y), 0) / n;
  return {
    n,
    x: mean((x) => x),
    y: mean((_, y) => y),
    xx: mean((x) => x * x),
    xy: mean((x, y) => x * y),
    yy: mean((_, y) => y * y),
  };
}

export function lossOf(points: readonly Point[], w: number, b = 0): number {
  let sum = 0;
  for (const [x, y] of points) {
    const e = y - (w * x + b);
    sum += e * e;
  }
  return sum / points.length;
}

/** dL/dw and dL/db. */
export function gradientOf(points: readonly Point[], w: number, b = 0): [number, number] {
  let dw = 0;
  let db = 0;
  for (const [x, y] of points) {
    const e = y - (w * x + b);
    dw += x * e;
    db += e;
  }
  const n = points.length;
  return [(-2 * dw) / n, (-2 * db) / n];
}

/** L(w) = a w^2 + c w + d with b = 0; its lowest place and how high that is. */
export interface Bowl {
  readonly a: number;
  readonly c: number;
  readonly d: number;
  readonly best: number;
  readonly least: number;
  height(w: number): number;
  slope(w: number): number;
}

export function bowlOf(points: readonly Point[]): Bowl {
  const { xx, xy, yy } = meansOf(points);
  const best = xy / xx;
  const least = lossOf(points, best);
  return {
    a: xx,
    c: -2 * xy,
    d: yy,
    best,
    least,
    height: (w) => least + xx * (w - best) ** 2,
    slope: (w) => 2 * xx * (w - best),
  };
}

export type RuleName = "gradient-descent" | "sign" | "fixed-step" | "slope";

/** Where a rule goes from w: the constant of each is its own. */
export function stepOf(rule: RuleName, bowl: Bowl, w: number, constant: number): number {
  const slope = bowl.slope(w);
  if (rule === "gradient-descent") return w - constant * slope;
  if (rule === "slope") return w - slope;
  if (rule === "sign") return w - constant * Math.sign(slope);
  return w - constant;
}

/** A run is a value: the weights of steps 0 to `steps`. */
export function runOf(
  rule: RuleName,
  bowl: Bowl,
  start: number,
  constant: number,
  steps: number,
): readonly number[] {
  const weights = [start];
  for (let t = 0; t < steps; t++) weights.push(stepOf(rule, bowl, weights[t]!, constant));
  return weights;
}
