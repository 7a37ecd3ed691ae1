/** A loss as descent sees it, in descent's coordinates; also the objective that rules receive. */

import type { Vector } from "./linear/matrix.ts";

export interface Surface {
  /** The smallest possible loss, or the best lower bound known. */
  readonly least: number;
  /** What a tolerance is a share of, > 0 unless the data are all zero. */
  readonly scaleOfLoss: number;
  /** Return the gap L - least, and write dL/dtheta into `gradient`. */
  evaluate(theta: Vector, gradient: Vector): number;
  /** Return L. */
  value(theta: Vector): number;
  /** Return dL/dtheta. */
  gradient(theta: Vector): Vector;
  /** Return H v. */
  curvature(theta: Vector, v: Vector): Vector;
}
