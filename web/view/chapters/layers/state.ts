/** The state of chapter 4, how a foreign one is read, and what follows from one. */

import { guessShape, type Guess } from "../../kit/guess.ts";
import { flag, list, maybe, Misshapen, number, oneOf, record, whole } from "../../kit/shape.ts";
import type { Shape } from "../../kit/shape.ts";
import { TADPOLES, type Point } from "../../lesson.ts";
import {
  ACTIVATIONS,
  CHAIN,
  descentOf,
  MOST_STEPS,
  MOST_UNITS,
  networkOf,
  WIDE,
  withValue,
  type Descent,
  type LayerNumbers,
  type Place,
} from "../../networks.ts";

/** A number that was taken hold of, and what it was before. */
export interface Pinch extends Place {
  readonly was: number;
}

export interface State {
  readonly layers: readonly LayerNumbers[];
  /** Whose numbers stand in the network. */
  readonly tadpole: number;
  /** Whether the loss is that of all tadpoles, or of this one alone. */
  readonly all: boolean;
  /** What the steps are: edges of one pass, or steps of gradient descent. */
  readonly run: "pass" | "descent";
  readonly step: number;
  /** Steps of descent that the pass stands on. */
  readonly trained: number;
  readonly rate: number;
  /** The unit whose arithmetic is shown: the layer it is the output of, 0 for the input. */
  readonly chosen: { readonly column: number; readonly unit: number } | null;
  readonly pinch: Pinch | null;
  /** Whether every number is a handle; at first only w1 is one. */
  readonly loose: boolean;
  readonly guess: Guess;
}

/** The furthest a guess can say that the output moves. */
export const REACH = 0.04;
export const PINCH = 0.01;
export const CHAIN_RATE = 0.01;
export const WIDE_RATE = 0.05;
export const RATES = [0.001, 1] as const;
const LARGEST = 1e9;
/** (3.2, 2.9) */
const FOURTH = 3;

export const FIRST: State = {
  layers: CHAIN,
  tadpole: FOURTH,
  all: false,
  run: "pass",
  step: 0,
  trained: 0,
  rate: CHAIN_RATE,
  chosen: null,
  pinch: null,
  loose: false,
  guess: { stage: "closed", value: 0 },
};

export const WIDER: Partial<State> = {
  layers: WIDE,
  all: true,
  run: "pass",
  step: 0,
  trained: 0,
  rate: WIDE_RATE,
  chosen: null,
  pinch: null,
  loose: true,
};

export const W1: Place = { layer: 0, to: 0, from: 0 };

/** The chain with its first weight pinched. */
export const PINCHED: Partial<State> = {
  layers: withValue(CHAIN, W1, CHAIN[0]!.weights[0]![0]! + PINCH),
  pinch: { ...W1, was: CHAIN[0]!.weights[0]![0]! },
};

const value = number(-LARGEST, LARGEST);
const index = whole(0, MOST_UNITS - 1);

const parts: Shape<State> = record({
  layers: list(
    record({
      weights: list(list(value, 1, MOST_UNITS), 1, MOST_UNITS),
      bias: list(value, 1, MOST_UNITS),
      activation: oneOf(...ACTIVATIONS),
    }),
    2,
    3,
  ),
  tadpole: whole(0, TADPOLES.length - 1),
  all: flag,
  run: oneOf("pass", "descent"),
  step: whole(0, MOST_STEPS),
  trained: whole(0, MOST_STEPS),
  rate: number(...RATES),
  chosen: maybe(record({ column: whole(0, 3), unit: index })),
  pinch: maybe(record({ layer: whole(0, 2), to: index, from: maybe(index), was: value })),
  loose: flag,
  guess: guessShape(-REACH, REACH),
}) as Shape<State>;

/** Read a state from outside: its layers fit together, and its places are in them. */
export const read: Shape<State> = (given) => {
  const state = parts(given);
  const { layers, chosen, pinch } = state;
  const widths = widthsOf(layers);
  layers.forEach(({ weights, bias }, l) => {
    const fits = weights.length === bias.length && weights.every((w) => w.length === widths[l]);
    if (!fits) throw new Misshapen();
  });
  if (layers.at(-1)!.bias.length !== 1) throw new Misshapen();
  if (chosen && !(chosen.unit < (widths[chosen.column] ?? 0))) throw new Misshapen();
  if (pinch) {
    const { layer, to, from } = pinch;
    const isThere = to < (widths[layer + 1] ?? 0) && (from === null || from < widths[layer]!);
    if (!isThere) throw new Misshapen();
  }
  const end = last(state);
  if (state.run === "pass" && state.step > end) throw new Misshapen();
  return { ...state, step: Math.min(state.step, end) };
};

/** The number of units of the input, of each hidden layer, and of the output. */
export function widthsOf(layers: readonly LayerNumbers[]): readonly number[] {
  return [1, ...layers.map(({ bias }) => bias.length)];
}

export function countEdges(layers: readonly LayerNumbers[]): number {
  return layers.reduce((sum, { weights }) => sum + weights.length * weights[0]!.length, 0);
}

/** Where the run of a pass is: every edge forward, the loss, every edge back. */
export type Stop =
  | { readonly kind: "rest" }
  | { readonly kind: "loss" }
  | { readonly kind: "forward"; readonly edge: number }
  | { readonly kind: "backward"; readonly edge: number };

export function stopOf(step: number, edgeCount: number): Stop {
  if (step === 0) return { kind: "rest" };
  if (step <= edgeCount) return { kind: "forward", edge: step - 1 };
  if (step === edgeCount + 1) return { kind: "loss" };
  return { kind: "backward", edge: 2 * edgeCount + 1 - step };
}

export function last(state: State): number {
  if (state.run === "pass") return 2 * countEdges(state.layers) + 1;
  return recorded(state).networks.length - 1;
}

/** The tadpoles whose loss it is, and which row of them is the one in the network. */
export function rowsOf({ all, tadpole }: State): { points: readonly Point[]; row: number } {
  return all ? { points: TADPOLES, row: tadpole } : { points: [TADPOLES[tadpole]!], row: 0 };
}

let kept: { key: string; descent: Descent } | null = null;

/** The descent of a state, kept as long as what it starts from stays the same. */
export function recorded(state: State): Descent {
  const { layers, all, tadpole, rate } = state;
  const key = JSON.stringify([layers, rate, all || tadpole]);
  if (kept?.key !== key) {
    kept = { key, descent: descentOf(networkOf(layers), rowsOf(state).points, rate) };
  }
  return kept.descent;
}

/** How many steps of descent the network on screen has taken. */
export function taken(state: State): number {
  const at = state.run === "descent" ? state.step : state.trained;
  return Math.min(at, recorded(state).networks.length - 1);
}
