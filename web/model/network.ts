/**
 * A small network: layers of weights, bias and activation; every value forward, every slope back.
 *
 * Forward, for inputs A_0 = X (rows, in), layer by layer:
 *
 *     Z = A W' + b        A = f(Z)        W (out, in), b (out)
 *
 * Loss L = mean over rows of the sum over outputs of (y - y_hat)^2. Backward, from the end:
 *
 *     dL/dA = -2 (Y - Y_hat) / rows        dL/dZ = dL/dA f'(Z)
 *     dL/dW = dL/dZ' A_before    dL/db = column sums of dL/dZ    dL/dA_before = dL/dZ W
 */

import { type Matrix, type Vector, times, transpose, zeros } from "./linear/matrix.ts";
import { sigmoid } from "./losses/sigmoid.ts";

export type Activation = "identity" | "relu" | "sigmoid" | "tanh";

export interface Layer {
  /** (out, in) */
  readonly weights: Matrix;
  /** (out) */
  readonly bias: Vector;
  readonly activation: Activation;
}

export interface Network {
  readonly layers: readonly Layer[];
}

/** Every value of a forward pass. */
export interface Forward {
  /** A_0 = X, then the output of each layer, each (rows, width). */
  readonly activations: readonly Matrix[];
  /** Z of each layer. */
  readonly sums: readonly Matrix[];
  /** The last activations. */
  readonly output: Matrix;
}

/** Every slope of a backward pass; index l belongs to layer l. */
export interface Slopes {
  /** dL/dA of each layer's output. */
  readonly activations: readonly Matrix[];
  /** dL/dZ */
  readonly sums: readonly Matrix[];
  /** dL/dW */
  readonly weights: readonly Matrix[];
  /** dL/db */
  readonly bias: readonly Vector[];
  /** dL/dX */
  readonly inputs: Matrix;
}

export interface Backward extends Slopes {
  readonly loss: number;
}

/** One connection for one row, forward and back: the chain rule, an edge at a time. */
export interface Edge {
  readonly layer: number;
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  /** weight * value of the unit it comes from: what it adds to the sum it goes to. */
  readonly carries: number;
  /** dL/dZ of the unit it goes to. */
  readonly slope: number;
  /** slope * weight: what it adds to dL/dA of the unit it comes from. */
  readonly passesBack: number;
  /** slope * value: this row's part of dL/dweight. */
  readonly gradient: number;
}

const FORWARD: Readonly<Record<Activation, (z: number) => number>> = {
  identity: (z) => z,
  relu: (z) => Math.max(z, 0),
  sigmoid,
  tanh: Math.tanh,
};

/** f'(z), given z and a = f(z). */
const SLOPE: Readonly<Record<Activation, (z: number, a: number) => number>> = {
  identity: () => 1,
  relu: (z) => (z > 0 ? 1 : 0),
  sigmoid: (z, a) => a * sigmoid(-z),
  tanh: (_, a) => 1 - a * a,
};

export function activate(activation: Activation, z: number): number {
  return FORWARD[activation](z);
}

/** f'(z) */
export function slopeOf(activation: Activation, z: number): number {
  return SLOPE[activation](z, FORWARD[activation](z));
}

export function forward(network: Network, X: Matrix): Forward {
  const activations: Matrix[] = [X];
  const sums: Matrix[] = [];
  for (const { weights, bias, activation } of network.layers) {
    const Z = times(activations.at(-1)!, transpose(weights));
    Z.data.forEach((value, at) => {
      Z.data[at] = value + bias[at % Z.columns]!;
    });
    sums.push(Z);
    activations.push({ ...Z, data: Z.data.map(FORWARD[activation]) });
  }
  return { activations, sums, output: activations.at(-1)! };
}

/** Return L for targets Y (rows, out). */
export function networkLoss(output: Matrix, Y: Matrix): number {
  let sum = 0;
  output.data.forEach((value, at) => {
    sum += (Y.data[at]! - value) ** 2;
  });
  return sum / output.rows;
}

export function backward(network: Network, passed: Forward, Y: Matrix): Backward {
  const data = passed.output.data.map((value, at) => (-2 * (Y.data[at]! - value)) / Y.rows);
  const slopes = slopesFrom(network, passed, { ...passed.output, data });
  return { loss: networkLoss(passed.output, Y), ...slopes };
}

/** The slopes of any quantity, from its slopes dA at the output, backward through every layer. */
export function slopesFrom(network: Network, passed: Forward, output: Matrix): Slopes {
  const { layers } = network;
  const activations: Matrix[] = [];
  const sums: Matrix[] = [];
  const weights: Matrix[] = [];
  const bias: Vector[] = [];
  let dA = output;
  for (let l = layers.length - 1; l >= 0; l--) {
    const slope = SLOPE[layers[l]!.activation];
    const Z = passed.sums[l]!;
    const A = passed.activations[l + 1]!;
    const dZ = { ...Z, data: dA.data.map((value, at) => value * slope(Z.data[at]!, A.data[at]!)) };
    const columnSums = new Float64Array(Z.columns);
    dZ.data.forEach((value, at) => {
      columnSums[at % Z.columns]! += value;
    });
    activations[l] = dA;
    sums[l] = dZ;
    weights[l] = times(transpose(dZ), passed.activations[l]!);
    bias[l] = columnSums;
    dA = times(dZ, layers[l]!.weights);
  }
  return { activations, sums, weights, bias, inputs: dA };
}

/** Return all edges of one row, layer by layer. */
export function edges(
  network: Network,
  passed: Forward,
  back: Backward,
  rowNumber: number,
): Edge[] {
  return network.layers.flatMap(({ weights }, layer) => {
    const before = passed.activations[layer]!;
    const dZ = back.sums[layer]!;
    return Array.from(weights.data, (weight, at) => {
      const from = at % weights.columns;
      const to = Math.floor(at / weights.columns);
      const value = before.data[rowNumber * before.columns + from]!;
      const slope = dZ.data[rowNumber * dZ.columns + to]!;
      return {
        layer,
        from,
        to,
        weight,
        carries: weight * value,
        slope,
        passesBack: slope * weight,
        gradient: slope * value,
      };
    });
  });
}

/** Take one step of gradient descent on every weight and bias. */
export function stepNetwork(network: Network, back: Backward, rate: number): Network {
  const layers = network.layers.map((layer, l) => ({
    ...layer,
    weights: {
      ...layer.weights,
      data: layer.weights.data.map((value, at) => value - rate * back.weights[l]!.data[at]!),
    },
    bias: layer.bias.map((value, i) => value - rate * back.bias[l]![i]!),
  }));
  return { layers };
}

/** Return the same network with one weight moved (a pinch). */
export function withWeight(
  network: Network,
  layer: number,
  to: number,
  from: number,
  weight: number,
): Network {
  const layers = network.layers.map((old, l) => {
    if (l !== layer) return old;
    const weights = { ...old.weights, data: old.weights.data.slice() };
    weights.data[to * weights.columns + from] = weight;
    return { ...old, weights };
  });
  return { layers };
}

/** Return the shape of each matrix product of a forward pass: rows x in, in x out, rows x out. */
export function shapes(network: Network, rows: number): [number, number][][] {
  return network.layers.map(({ weights }) => [
    [rows, weights.columns],
    [weights.columns, weights.rows],
    [rows, weights.rows],
  ]);
}

/** A layer from rows of weights, one row for each unit. */
export function makeLayer(
  weights: readonly (readonly number[])[],
  bias: readonly number[],
  activation: Activation = "identity",
): Layer {
  const result = zeros(weights.length, weights[0]!.length);
  weights.forEach((row, i) => result.data.set(row, i * result.columns));
  return { weights: result, bias: Float64Array.from(bias), activation };
}
