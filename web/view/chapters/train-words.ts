/** Formulas of chapter 9 with their numbers. */

import { bracketed, fixed, signed } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import { MOST_POWER } from "../powers.ts";
import type { State } from "./train-state.ts";

/** y_hat with its numbers, the highest power first. */
export function equation(c: readonly number[]): string {
  if (!c.every(Number.isFinite)) return "ŷ → ∞";
  const marks = ["", "x", "x²", "x³", "x⁴"];
  let text = "";
  for (let j = c.length - 1; j >= 0; j--) {
    const size = fixed(Math.abs(c[j]!), 3);
    const sign = c[j]! < 0 ? "−" : "+";
    text +=
      text === "" ? `${sign === "−" ? "−" : ""}${size}${marks[j]}` : ` ${sign} ${size}${marks[j]}`;
  }
  return `ŷ = ${text}`;
}

/** The sum behind the loss of the curve that is shown, on the tadpoles that it saw. */
export function arithmetic({ points, step }: State, curve: (x: number) => number): string[] {
  const saw = points.filter((_, i) => i !== step - 1);
  const errors = saw.map(([x, y]) => y - curve(x));
  const sum = errors.reduce((total, e) => total + e * e, 0);
  if (!Number.isFinite(sum)) return ["L → ∞"];
  return [
    `e = ${errors.map((e) => signed(e)).join(",  ")}`,
    `e² = ${errors.map((e) => fixed(e * e)).join(" + ")} = ${fixed(sum, 3)}`,
    `L = ${fixed(sum, 3)} / ${saw.length} = ${fixed(sum / saw.length, 4)}`,
  ];
}

/** The error of a hidden tadpole, as a subtraction. */
export function hiddenWords({ points, step }: State, error: number): string {
  const y = points[step - 1]![1];
  return t("train-hidden", {
    tadpole: String(step),
    y: fixed(y, 2),
    predicted: bracketed(y - error),
  });
}

/** Which power these tadpoles are too few for; empty where they are enough for all. */
export function powerNote(highest: number): string {
  if (highest >= MOST_POWER) return "";
  const power = highest + 1;
  return t("train-needs", {
    power: String(power),
    parameters: String(power + 1),
    needed: String(power + 2),
  });
}
