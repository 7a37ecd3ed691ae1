/** The loss looked at in chapter 3, as a formula and as a sum with its numbers. */

import { fixed, short, signed } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import type { LossName } from "../losses.ts";
import type { State } from "./loss-state.ts";

export const RULE: Readonly<Record<LossName, (delta: string) => string>> = {
  squared: () => "ℓ = e²",
  huber: (delta) => `ℓ = ½ e²,   |e| > ${delta}:  ${delta} · (|e| − ½ · ${delta})`,
  absolute: () => "ℓ = |e|",
};

export function arithmetic(
  { looked, delta, w }: State,
  errors: Float64Array,
  charges: Float64Array,
  loss: number,
): string[] {
  const count = charges.length;
  const lines = [
    `e = ${Array.from(errors, (e) => signed(e)).join(",  ")}`,
    `ℓ = ${Array.from(charges, (each) => fixed(each)).join(",  ")}`,
    `L = ${fixed(loss * count, 3)} / ${count} = ${fixed(loss, 4)}`,
  ];
  return w === null ? [...lines, t(`loss-how-${looked}`, { delta: short(delta) })] : lines;
}
