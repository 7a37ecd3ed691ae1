/**
 * The lowest point of a loss without a closed form: the exact answer beside a descent by passes.
 *
 * Newton's method within a trust region, with the true gradient and Hessian (Conn, Gould, Toint,
 * "Trust Region Methods", 2000). A corner has no Hessian: the lowest absolute error of one or two
 * parameters goes through that many points, so all of them are tried; otherwise the absolute loss
 * is followed through Huber losses of shrinking delta.
 *
 * Different from `kedou.fitting.lowest`: where Python follows the absolute loss through Huber
 * losses, few points give the corner itself here, and Newton goes on to rounding.
 */

import { gradientInward, inward, outward } from "./coordinates.ts";
import { curvatureOverPoints, meanLoss } from "./forward.ts";
import { eigen } from "./linear/eigen.ts";
import { type Matrix, type Vector, apply, dot, maxAbs, norm, zeros } from "./linear/matrix.ts";
import { absoluteError } from "./losses/absolute.ts";
import { huber } from "./losses/huber.ts";
import { PointsSurface, totalWeight } from "./passes.ts";
import type { Points } from "./points.ts";
import type { Quadratic } from "./quadratic.ts";
import type { Exact } from "./trajectory.ts";

const MOST_NEWTON_STEPS = 60;
const SHRINK = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
const FEW_POINTS = 120;

/** Return the lowest point found, or null where none was (no finite minimum, for example). */
export function lowestPoint(surface: PointsSurface, quadratic: Quadratic): Exact | null {
  const start = quadratic.answer.rank > 0 ? quadratic.best : quadratic.best.map(() => 0);
  const p = start.length;
  let theta: Vector | null;
  if (surface.loss.name !== "absolute") {
    theta = newton(surface, start, 1);
  } else if (p <= 2 && surface.points.y.length <= FEW_POINTS) {
    const corner = lowestCorner(surface.points, p);
    theta = corner && inward(surface.coordinates, corner);
  } else {
    const spread = Math.sqrt(quadratic.design.q) || 1;
    theta = start;
    for (const share of SHRINK) {
      const delta = share * spread;
      const smooth = new PointsSurface(huber(delta), surface.points, surface.coordinates);
      theta = newton(smooth, theta, delta) ?? theta;
    }
  }
  if (theta === null) return null;
  const user = outward(surface.coordinates, theta);
  const loss = meanLoss(surface.points, user, surface.loss);
  return Number.isFinite(loss) ? { theta: user, loss } : null;
}

function newton(surface: PointsSurface, start: Vector, unit: number): Vector | null {
  const weightSum = totalWeight(surface.points);
  const p = start.length;
  let theta = start;
  let gradient: Vector = new Float64Array(p);
  let value = surface.evaluate(theta, gradient) + surface.least;
  let radius = 1 + norm(start);
  let arrived = false;
  for (let step = 0; step < MOST_NEWTON_STEPS; step++) {
    arrived ||= norm(gradient) / unit < 1e-9;
    const H = hessian(surface, theta, weightSum);
    const move = trustStep(H, gradient, radius);
    const size = norm(move);
    // Once arrived, only the last few digits are still wanted.
    if (arrived && !(size <= 1e-3 * (1 + norm(theta)))) break;
    const promised = -(dot(gradient, move) + 0.5 * dot(move, apply(H, move)));
    if (!(promised > 0)) break;
    const next = theta.map((old, j) => old + move[j]!);
    const nextGradient = new Float64Array(p);
    const nextValue = surface.evaluate(next, nextGradient) + surface.least;
    if (arrived) {
      if (!(norm(nextGradient) < norm(gradient))) break;
      [theta, value, gradient] = [next, nextValue, nextGradient];
      continue;
    }
    const ratio = (value - nextValue) / promised;
    if (ratio < 0.25) radius *= 0.25;
    else if (ratio > 0.75 && size > 0.999 * radius) radius *= 2;
    if (ratio > 0.15) [theta, value, gradient] = [next, nextValue, nextGradient];
    else if (radius < 1e-15 * (1 + norm(theta))) break;
  }
  if (!theta.every(Number.isFinite) || !Number.isFinite(value)) return null;
  const isFalling = norm(gradient) / unit > 1e-4 * (1 + Math.abs(value / unit));
  const runsAway = maxAbs(theta) > 1e6 * (1 + maxAbs(start));
  return (isFalling || runsAway) && !arrived ? null : theta;
}

/** Return the Hessian of the mean loss in descent's coordinates. */
function hessian(surface: PointsSurface, theta: Vector, weightSum: number): Matrix {
  const { coordinates, points, loss } = surface;
  const p = theta.length;
  const H = curvatureOverPoints(loss, outward(coordinates, theta), points);
  // d2L/du2 = J' H J with J = d(user)/d(inner), applied to rows and then to columns.
  const half = zeros(p, p);
  for (let i = 0; i < p; i++) {
    half.data.set(gradientInward(coordinates, H.data.slice(i * p, (i + 1) * p)), i * p);
  }
  const result = zeros(p, p);
  for (let j = 0; j < p; j++) {
    const column = Float64Array.from({ length: p }, (_, i) => half.data[i * p + j]! / weightSum);
    gradientInward(coordinates, column).forEach((value, i) => {
      result.data[i * p + j] = value;
    });
  }
  return result;
}

/** Minimise g's + s'Hs / 2 over |s| <= radius. */
function trustStep(H: Matrix, gradient: Vector, radius: number): Vector {
  const { values, vectors } = eigen(H);
  const along = apply(vectors, gradient);
  const floor = 2 ** -52 * Math.max(maxAbs(values), Number.MIN_VALUE);
  const at = (mu: number): Vector =>
    along.map((g, i) => (g === 0 ? 0 : -g / Math.max(values[i]! + mu, floor)));
  let step = at(0);
  if (!(values[0]! > 0) || !(norm(step) <= radius)) {
    let low = Math.max(0, -values[0]!);
    let high = low + norm(gradient) / radius + floor;
    while (norm(at(high)) > radius) high *= 2;
    for (let i = 0; i < 100; i++) {
      const middle = 0.5 * (low + high);
      if (middle <= low || middle >= high) break;
      if (norm(at(middle)) > radius) low = middle;
      else high = middle;
    }
    step = at(high);
  }
  const result = new Float64Array(gradient.length);
  step.forEach((size, i) => {
    for (let j = 0; j < result.length; j++) {
      result[j]! += size * vectors.data[i * result.length + j]!;
    }
  });
  return result;
}

/** Return the lowest of all lines through as many points as there are parameters (1 or 2). */
function lowestCorner(points: Points, p: number): Vector | null {
  const { X, y } = points;
  const k = X.columns;
  const n = y.length;
  const cell = (i: number, j: number) => (j < k ? X.data[i * k + j]! : 1);
  let best: Vector | null = null;
  let least = Number.POSITIVE_INFINITY;
  const offer = (theta: Vector) => {
    if (!theta.every(Number.isFinite)) return;
    const loss = meanLoss(points, theta, absoluteError);
    if (loss < least) [best, least] = [theta, loss];
  };
  for (let i = 0; i < n; i++) {
    if (p === 1) {
      offer(Float64Array.of(y[i]! / cell(i, 0)));
      continue;
    }
    for (let j = i + 1; j < n; j++) {
      const [a, b, c, d] = [cell(i, 0), cell(i, 1), cell(j, 0), cell(j, 1)];
      const determinant = a * d - b * c;
      const u = (y[i]! * d - b * y[j]!) / determinant;
      offer(Float64Array.of(u, (a * y[j]! - c * y[i]!) / determinant));
    }
  }
  return best;
}
