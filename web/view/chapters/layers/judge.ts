/** What the guess of chapter 4 says, and the reason that belongs to it. */

import type { Guess, Verdict } from "../../kit/guess.ts";
import { signed } from "../../kit/numbers.ts";
import { t, type Key } from "../../kit/words.ts";
import { CHAIN, networkOf, outputs, withValue } from "../../networks.ts";
import { TADPOLES } from "../../lesson.ts";
import { FIRST, PINCH, W1 } from "./state.ts";

const X = TADPOLES[FIRST.tadpole]![0];
const W = CHAIN[0]!.weights[0]![0]!;
const NEXT = CHAIN[1]!.weights[0]![0]!;

function output(w: number): number {
  return outputs(networkOf(withValue(CHAIN, W1, w)), [X])[0]!;
}

const TRUTH = output(W + PINCH) - output(W);

/** Wrong guesses that have a reason: which factors they multiplied, and how near they count. */
const REASONS: readonly { kind: string; key: Key; at: number; near: number }[] = [
  { kind: "right", key: "layers-right", at: TRUTH, near: 0.0009 },
  { kind: "typical", key: "layers-typical", at: PINCH, near: 0.0013 },
  { kind: "no-w2", key: "layers-no-w2", at: PINCH * X, near: 0.0025 },
  { kind: "no-x", key: "layers-no-x", at: PINCH * NEXT, near: 0.0013 },
  { kind: "with-w1", key: "layers-with-w1", at: PINCH * W * X * NEXT, near: 0.002 },
  { kind: "still", key: "layers-still", at: 0, near: 0.001 },
];

export function judge({ value, stage }: Guess): Verdict {
  const values = { guess: signed(value, 4), truth: signed(TRUTH, 4) };
  if (stage === "shown") return { kind: "shown", text: t("layers-shown", values) };
  const reason = REASONS.find(({ at, near }) => Math.abs(value - at) <= near);
  if (reason) return { kind: reason.kind, text: t(reason.key, values) };
  if (value < 0) return { kind: "down", text: t("layers-down", values) };
  return value > TRUTH
    ? { kind: "far", text: t("layers-far", values) }
    : { kind: "near", text: t("layers-near", values) };
}
