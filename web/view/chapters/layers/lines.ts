/** Which sums stand beside the picture, and under which heading. */

import { fixed, bracketed } from "../../kit/numbers.ts";
import { t } from "../../kit/words.ts";
import { TADPOLES } from "../../lesson.ts";
import { valueAt, type Pass, type Place } from "../../networks.ts";
import { beforePinch } from "./now.ts";
import { countEdges, recorded, stopOf, type State } from "./state.ts";
import { Sums } from "./sums.ts";

export function headingOf(state: State, sums: Sums): string {
  if (state.run === "descent") return t("station-update");
  const stop = stopOf(state.step, countEdges(state.layers));
  if (stop.kind === "rest" && !state.chosen && beforePinch(state)) return t("layers-pinch");
  return sums.heading(stop);
}

/** The sums beside the picture: of the edge in the light, a pinch, or a unit that was tapped. */
export function sumsOf(state: State, sums: Sums, moved: number): string[] {
  const { chosen, pinch } = state;
  const output = state.layers.length;
  if (state.run === "descent") {
    const { diverges } = recorded(state);
    const column = chosen && chosen.column > 0 ? chosen.column : 1;
    const unit = chosen && chosen.column > 0 ? chosen.unit : 0;
    const before = state.layers[column - 1]!.weights[unit]!;
    const places: Place[] = [
      ...before.map((_, from) => ({ layer: column - 1, to: unit, from })),
      { layer: column - 1, to: unit, from: null },
    ];
    return [
      ...(diverges ? [t("layers-diverges")] : []),
      ...places.flatMap((place) => sums.update(place, state.rate)),
      t("layers-together", { n: String(countNumbers(state)) }),
    ];
  }
  const stop = stopOf(state.step, countEdges(state.layers));
  if (stop.kind === "forward") return sums.forward(stop.edge);
  if (stop.kind === "backward") return sums.backward(stop.edge);
  if (stop.kind === "loss") return sums.loss(TADPOLES[state.tadpole]![1]);
  if (pinch && beforePinch(state) && !chosen) {
    return sums.pinch(pinch, valueAt(state.layers, pinch), moved);
  }
  return chosen ? sums.unit(chosen.column, chosen.unit) : sums.unit(output, 0);
}

function countNumbers({ layers }: State): number {
  return layers.reduce((sum, { weights, bias }) => sum + weights.flat().length + bias.length, 0);
}

/** The output of the tadpole in the network, as the big number's sums. */
export function arithmetic(pass: Pass): string[] {
  const sums = new Sums(pass);
  return pass.passed.activations.flatMap((matrix, column) =>
    column === 0
      ? []
      : Array.from({ length: matrix.columns }, (_, unit) => sums.unit(column, unit)).flat(),
  );
}

export function lossLine(pass: Pass, y: number): string {
  const e = y - pass.passed.output.data[pass.row]!;
  const loss = fixed(pass.back.loss, 4);
  return pass.Y.rows === 1 ? `L = ${bracketed(e, 3)}² = ${loss}` : `L = ${loss}`;
}
