/**
 * The forward pass: x becomes a prediction, predictions become errors, errors become one number.
 *
 *     y_hat = w . x + b        e = y - y_hat        L = weighted mean of loss(y, y_hat)
 *
 * and back from the loss to the parameters, with z_i = (x_i, 1):
 *
 *     dL/dtheta = mean of slope_i z_i        H = mean of curvature_i z_i z_i'
 */

import { type Matrix, type Vector, zeros } from "./linear/matrix.ts";
import type { Loss } from "./losses/loss.ts";
import { squaredError } from "./losses/squared.ts";
import { type Points, weightOf } from "./points.ts";

/** Return w . x + b for every row; theta ends with b if it is one longer than a row. */
export function scores(X: Matrix, theta: Vector): Vector {
  const k = X.columns;
  const b = theta.length > k ? theta[k]! : 0;
  const result = new Float64Array(X.rows);
  for (let i = 0, at = 0; i < X.rows; i++) {
    let sum = 0;
    for (let j = 0; j < k; j++, at++) sum += X.data[at]! * theta[j]!;
    result[i] = sum + b;
  }
  return result;
}

/** Return the signed point errors e = y - y_hat. */
export function pointErrors(points: Points, theta: Vector): Vector {
  const predicted = scores(points.X, theta);
  return predicted.map((value, i) => points.y[i]! - value);
}

/** Return the loss of every point. */
export function pointLosses(points: Points, theta: Vector, loss: Loss = squaredError): Vector {
  return scores(points.X, theta).map((score, i) => loss.value(points.y[i]!, score));
}

/** Return L(theta), the weighted mean. */
export function meanLoss(points: Points, theta: Vector, loss: Loss = squaredError): number {
  const each = pointLosses(points, theta, loss);
  let sum = 0;
  let weight = 0;
  each.forEach((value, i) => {
    sum += weightOf(points, i) * value;
    weight += weightOf(points, i);
  });
  return sum / weight;
}

export interface LossSums {
  readonly weightSum: number;
  readonly lossSum: number;
  /** Weighted sum of dl/dtheta, in the order of theta. */
  readonly gradientSum: Vector;
}

/** Sum a loss and its gradient over points. */
export function overPoints(loss: Loss, theta: Vector, points: Points): LossSums {
  const { X, y } = points;
  const k = X.columns;
  const hasIntercept = theta.length > k;
  const score = scores(X, theta);
  const gradientSum = new Float64Array(theta.length);
  let weightSum = 0;
  let lossSum = 0;
  for (let i = 0; i < X.rows; i++) {
    const f = weightOf(points, i);
    const slope = f * loss.slope(y[i]!, score[i]!);
    weightSum += f;
    lossSum += f * loss.value(y[i]!, score[i]!);
    for (let j = 0; j < k; j++) gradientSum[j]! += slope * X.data[i * k + j]!;
    if (hasIntercept) gradientSum[k]! += slope;
  }
  return { weightSum, lossSum, gradientSum };
}

/** Return the weighted sum of second derivatives, (p, p). */
export function curvatureOverPoints(loss: Loss, theta: Vector, points: Points): Matrix {
  const { X, y } = points;
  const p = theta.length;
  const k = X.columns;
  const score = scores(X, theta);
  const result = zeros(p, p);
  for (let i = 0; i < X.rows; i++) {
    const bend = weightOf(points, i) * loss.curvature(y[i]!, score[i]!);
    for (let a = 0; a < p; a++) {
      const left = bend * (a < k ? X.data[i * k + a]! : 1);
      for (let b = 0; b < p; b++) {
        result.data[a * p + b]! += left * (b < k ? X.data[i * k + b]! : 1);
      }
    }
  }
  return result;
}
