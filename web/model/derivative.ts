/**
 * Slopes of curves, for the first chapter: exact where the curve is known, secants under the
 * loupe. What a place of slope 0 is stands in `places.ts`.
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
