/** Chapter 4's networks as plain numbers: where they start, how they change, how they train. */

import { fromRows, toRows, type Matrix } from "../model/linear/matrix.ts";
import {
  backward,
  edges,
  forward,
  makeLayer,
  stepNetwork,
  type Activation,
  type Backward,
  type Edge,
  type Forward,
  type Network,
} from "../model/network.ts";
import type { Point } from "./lesson.ts";

/** One layer as JSON: a row of weights and a bias for each unit. */
export interface LayerNumbers {
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly activation: Activation;
}

/** A weight, or with `from` null the bias, of a unit of a layer, all counted from 0. */
export interface Place {
  readonly layer: number;
  readonly to: number;
  readonly from: number | null;
}

export const ACTIVATIONS: readonly Activation[] = ["identity", "relu", "sigmoid", "tanh"];
export const MOST_UNITS = 4;
export const MOST_STEPS = 100;

/** One tadpole's way: w1 = 2, w2 = 0.4. */
export const CHAIN: readonly LayerNumbers[] = [
  { weights: [[2]], bias: [0], activation: "identity" },
  { weights: [[0.4]], bias: [0], activation: "identity" },
];

export const WIDE: readonly LayerNumbers[] = [
  { weights: [[0.8], [-0.6], [0.3]], bias: [-2, 1, 0], activation: "tanh" },
  { weights: [[0.6, -0.4, 0.5]], bias: [0.5], activation: "identity" },
];

/** What a new unit starts with, by its place: small, and no two alike. */
const FRESH = [0.5, -0.4, 0.3, -0.7, 0.8, -0.2, 0.6, -0.5, 0.4, -0.3, 0.7, -0.6, 0.2];

export function networkOf(layers: readonly LayerNumbers[]): Network {
  return {
    layers: layers.map(({ weights, bias, activation }) => makeLayer(weights, bias, activation)),
  };
}

export function numbersOf(network: Network): readonly LayerNumbers[] {
  return network.layers.map(({ weights, bias, activation }) => ({
    weights: toRows(weights),
    bias: Array.from(bias),
    activation,
  }));
}

/** The number of units in each hidden layer. */
export function hiddenOf(layers: readonly LayerNumbers[]): readonly number[] {
  return layers.slice(0, -1).map(({ bias }) => bias.length);
}

export function valueAt(layers: readonly LayerNumbers[], { layer, to, from }: Place): number {
  return from === null ? layers[layer]!.bias[to]! : layers[layer]!.weights[to]![from]!;
}

/** The same layers with one number changed. */
export function withValue(
  layers: readonly LayerNumbers[],
  { layer, to, from }: Place,
  value: number,
): readonly LayerNumbers[] {
  const at = <T>(items: readonly T[], index: number, change: (old: T) => T): T[] =>
    items.map((old, i) => (i === index ? change(old) : old));
  return at(layers, layer, (old) =>
    from === null
      ? { ...old, bias: at(old.bias, to, () => value) }
      : { ...old, weights: at(old.weights, to, (row) => at(row, from, () => value)) },
  );
}

/** The same network with other widths: what is kept keeps its numbers. */
export function resized(
  layers: readonly LayerNumbers[],
  hidden: readonly number[],
): readonly LayerNumbers[] {
  const output = layers.at(-1)!;
  const widths = [1, ...hidden, 1];
  return widths.slice(1).map((units, l) => {
    const isOutput = l === hidden.length;
    const old = isOutput ? output : l < layers.length - 1 ? layers[l] : undefined;
    const fresh = (to: number, from: number): number =>
      FRESH[(5 * l + 4 * to + 3 * from) % FRESH.length]!;
    return {
      weights: Array.from({ length: units }, (_, to) =>
        Array.from(
          { length: widths[l]! },
          (_, from) => old?.weights[to]?.[from] ?? fresh(to, from),
        ),
      ),
      bias: Array.from({ length: units }, (_, to) => old?.bias[to] ?? 0),
      activation: old?.activation ?? layers[0]!.activation,
    };
  });
}

/** The same network with weights drawn anew, from -1 to 1 in hundredths. */
export function randomised(layers: readonly LayerNumbers[]): readonly LayerNumbers[] {
  const drawn = (): number => Math.round((2 * Math.random() - 1) * 100) / 100;
  return layers.map((layer) => ({
    ...layer,
    weights: layer.weights.map((row) => row.map(drawn)),
    bias: layer.bias.map(drawn),
  }));
}

/** A network part of the way from one to another of the same shape. */
export function between(a: Network, b: Network, u: number): Network {
  if (u <= 0) return a;
  const mix = (from: Float64Array, to: Float64Array): Float64Array =>
    from.map((value, i) => value + u * (to[i]! - value));
  return {
    layers: a.layers.map((layer, l) => ({
      ...layer,
      weights: { ...layer.weights, data: mix(layer.weights.data, b.layers[l]!.weights.data) },
      bias: mix(layer.bias, b.layers[l]!.bias),
    })),
  };
}

/** Everything one pass over some tadpoles leaves; the edges are those of one of them. */
export interface Pass {
  readonly network: Network;
  readonly X: Matrix;
  readonly Y: Matrix;
  readonly row: number;
  readonly passed: Forward;
  readonly back: Backward;
  readonly edges: readonly Edge[];
}

export function passOf(network: Network, points: readonly Point[], row: number): Pass {
  const X = fromRows(points.map(([x]) => [x]));
  const Y = fromRows(points.map(([, y]) => [y]));
  const passed = forward(network, X);
  const back = backward(network, passed, Y);
  return { network, X, Y, row, passed, back, edges: edges(network, passed, back, row) };
}

/** What a network makes of one x. */
export function outputs(network: Network, x: readonly number[]): Float64Array {
  return forward(network, fromRows(x.map((each) => [each]))).output.data;
}

/** A recorded run of gradient descent; it ends where it grows beyond all bounds. */
export interface Descent {
  readonly networks: readonly Network[];
  readonly losses: readonly number[];
  readonly diverges: boolean;
}

const BEYOND = 1e9;

export function descentOf(start: Network, points: readonly Point[], rate: number): Descent {
  const networks: Network[] = [];
  const losses: number[] = [];
  let network = start;
  for (let step = 0; step <= MOST_STEPS; step++) {
    const { back } = passOf(network, points, 0);
    if (step > 0 && !(back.loss < BEYOND)) return { networks, losses, diverges: true };
    networks.push(network);
    losses.push(back.loss);
    network = stepNetwork(network, back, rate);
  }
  return { networks, losses, diverges: false };
}
