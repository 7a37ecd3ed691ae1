/** What follows from a state of chapter 4: its numbers, its pass, what is in the light. */

import {
  between,
  CHAIN,
  networkOf,
  numbersOf,
  passOf,
  valueAt,
  withValue,
  type LayerNumbers,
  type Pass,
} from "../../networks.ts";
import type { Lit } from "../../pictures/network-picture.ts";
import type { Marked } from "./matrices.ts";
import { FIRST, recorded, rowsOf, taken, type State, type Stop } from "./state.ts";

/** The numbers of the network on screen: those of the state, or what descent has made of them. */
export function layersNow(state: State): readonly LayerNumbers[] {
  const steps = taken(state);
  return steps === 0 ? state.layers : numbersOf(recorded(state).networks[steps]!);
}

/** Whether this is the chain that the guess is about, whatever its first weight is now. */
export function isAsked({ layers, tadpole, all, run, pinch }: State): boolean {
  const before = pinch ? withValue(layers, pinch, pinch.was) : layers;
  return (
    tadpole === FIRST.tadpole &&
    !all &&
    run === "pass" &&
    JSON.stringify(before) === JSON.stringify(CHAIN)
  );
}

/** The pass of a state; during a step of descent, of a network on its way. */
export function passShown(state: State, shown: number): Pass {
  const { points, row } = rowsOf(state);
  if (state.run === "pass") return passOf(networkOf(layersNow(state)), points, row);
  const { networks } = recorded(state);
  const from = Math.min(Math.floor(shown), networks.length - 1);
  const next = networks[from + 1] ?? networks[from]!;
  return passOf(between(networks[from]!, next, shown - from), points, row);
}

export function outputNow(state: State): number {
  const { passed, row } = passShown(state, state.step);
  return passed.output.data[row]!;
}

/** The pass before the pinch; null where nothing is pinched. */
export function beforePinch(state: State): Pass | null {
  const { pinch, layers, run, trained } = state;
  if (!pinch || run === "descent" || trained > 0) return null;
  if (valueAt(layers, pinch) === pinch.was) return null;
  const { points, row } = rowsOf(state);
  return passOf(networkOf(withValue(layers, pinch, pinch.was)), points, row);
}

export function movesOf(before: Pass, now: Pass): readonly (readonly number[])[] {
  return now.passed.activations.map((matrix, c) => {
    const old = before.passed.activations[c]!;
    return Array.from(
      { length: matrix.columns },
      (_, i) =>
        matrix.data[now.row * matrix.columns + i]! - old.data[before.row * old.columns + i]!,
    );
  });
}

export function litOf(state: State, stop: Stop | null, shown: number): Lit | null {
  if (stop?.kind !== "forward" && stop?.kind !== "backward") return null;
  const along = shown >= state.step ? 1 : Math.max(0, shown - (state.step - 1));
  return { edge: stop.edge, backward: stop.kind === "backward", along };
}

/** The element of the matrices that belongs to what is in the light. */
export function markedIn(state: State, stop: Stop | null, { edges }: Pass): Marked | null {
  if (stop?.kind === "forward" || stop?.kind === "backward") return edges[stop.edge]!;
  const { pinch } = state;
  if (pinch && pinch.from !== null) return { ...pinch, from: pinch.from };
  return null;
}
