/**
 * The coordinates descent moves in: the user's own, or standardised ones.
 *
 * z_j = (x_j - mu_j) / s_j turns the prediction w'x + b into u'z + a with
 *
 *     u_j = s_j w_j        a = b + mu'w
 *
 * (mu = the means with an intercept, zero without one; y is never scaled). `start`, `theta` and
 * `gradient` are always in the user's units; only the steps are taken here.
 */

import { type Design, spread } from "./design.ts";
import type { Vector } from "./linear/matrix.ts";

export interface Coordinates {
  /** mu */
  readonly shift: Vector;
  /** s > 0 */
  readonly scale: Vector;
  readonly hasIntercept: boolean;
}

export function makeCoordinates(design: Design, standardize: boolean): Coordinates {
  const k = design.columns.length;
  const { hasIntercept } = design;
  if (standardize) return { shift: design.mean, scale: spread(design), hasIntercept };
  return { shift: new Float64Array(k), scale: new Float64Array(k).fill(1), hasIntercept };
}

/** Turn the user's parameters into descent's. */
export function inward(coordinates: Coordinates, theta: Vector): Vector {
  const { scale, shift, hasIntercept } = coordinates;
  const k = scale.length;
  const inner = theta.slice();
  for (let j = 0; j < k; j++) inner[j] = theta[j]! * scale[j]!;
  if (hasIntercept) for (let j = 0; j < k; j++) inner[k]! += theta[j]! * shift[j]!;
  return inner;
}

/** Turn descent's parameters into the user's. */
export function outward(coordinates: Coordinates, inner: Vector): Vector {
  const theta = inner.slice();
  outwardInPlace(coordinates, theta);
  return theta;
}

/** The same in place, for many parameters one after the other. */
export function outwardInPlace(coordinates: Coordinates, thetas: Float64Array): void {
  const { scale, shift, hasIntercept } = coordinates;
  const k = scale.length;
  const p = k + Number(hasIntercept);
  for (let at = 0; at < thetas.length; at += p) {
    let sum = 0;
    for (let j = 0; j < k; j++) {
      const w = thetas[at + j]! / scale[j]!;
      thetas[at + j] = w;
      sum += w * shift[j]!;
    }
    if (hasIntercept) thetas[at + k]! -= sum;
  }
}

/** Turn gradients by descent's parameters into gradients by the user's, in place. */
export function gradientOutwardInPlace(coordinates: Coordinates, gradients: Float64Array): void {
  const { scale, shift, hasIntercept } = coordinates;
  const k = scale.length;
  const p = k + Number(hasIntercept);
  for (let at = 0; at < gradients.length; at += p) {
    const last = hasIntercept ? gradients[at + k]! : 0;
    for (let j = 0; j < k; j++) {
      gradients[at + j] = gradients[at + j]! * scale[j]! + last * shift[j]!;
    }
  }
}

/** Turn a gradient by the user's parameters into one by descent's. */
export function gradientInward(coordinates: Coordinates, gradient: Vector): Vector {
  const { scale, shift, hasIntercept } = coordinates;
  const k = scale.length;
  const result = gradient.slice();
  for (let j = 0; j < k; j++) {
    const moved = hasIntercept ? gradient[j]! - gradient[k]! * shift[j]! : gradient[j]!;
    result[j] = moved / scale[j]!;
  }
  return result;
}
