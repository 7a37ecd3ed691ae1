/**
 * What a picture of a bowl of two parameters shows: its level curves, and how far the way down
 * points off the goal. With c_i the distance from the answer along eigenvector v_i
 *
 *     gap = sum lambda_i c_i^2 / 2        so the level curves are ellipses with the half axes
 *                                         sqrt(2 gap / lambda_i) along v_i
 *     gradient = sum lambda_i c_i v_i     so it points at the goal only where all lambda_i are
 *                                         alike, or all c_i but one are nothing
 */

import type { Vector } from "./linear/matrix.ts";
import type { Quadratic } from "./quadratic.ts";

/** All places of one loss. The long half axis is infinite where one direction is flat. */
export interface Ellipse {
  readonly centre: readonly [number, number];
  readonly long: number;
  readonly short: number;
  /** The direction of the long axis, a unit vector. */
  readonly along: readonly [number, number];
}

/** Return where a bowl of two parameters is `gap` above its lowest loss. */
export function levelCurve({ best, eigenvalues, eigenvectors }: Quadratic, gap: number): Ellipse {
  return {
    centre: [best[0]!, best[1]!],
    long: Math.sqrt((2 * gap) / eigenvalues[1]!),
    short: Math.sqrt((2 * gap) / eigenvalues[0]!),
    along: [eigenvectors.data[2]!, eigenvectors.data[3]!],
  };
}

/**
 * Return the degrees between the way down, -gradient, and the straight way to the answer, for one
 * parameter or two; null at the answer itself, where there is no way down.
 */
export function degreesOffGoal(surface: Quadratic, theta: Vector): number | null {
  const { eigenvalues } = surface;
  const c = surface.components(theta);
  const g = c.map((along, i) => eigenvalues[i]! * along);
  const ahead = c.reduce((sum, along, i) => sum + along * g[i]!, 0);
  if (!(ahead > 0)) return null;
  const aside = c.length > 1 ? c[0]! * g[1]! - c[1]! * g[0]! : 0;
  return (Math.atan2(Math.abs(aside), ahead) * 180) / Math.PI;
}
