/** The guess of chapter 9: line or cubic at time 6, and what answers it. */

import { evaluatePolynomial, predictor } from "../../model/powers.ts";
import type { Guess, Verdict } from "../kit/guess.ts";
import { fixed } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import { TADPOLES } from "../lesson.ts";
import { lossText } from "../pictures/power-losses.ts";
import { testedPowers, type Tested } from "../powers.ts";
import { ASKED, FIRST, isCanon, looked, type Seen, type State } from "./train-state.ts";

const CANON = testedPowers()(TADPOLES);
export const LINE = CANON[0]!;
export const CUBIC = CANON[2]!;
/** What the badge may lie on, from -1 to 1. */
const CHOICES = [CUBIC, null, LINE] as const;

export function judge({ value, stage }: Guess): Verdict {
  const { value: line, low, high } = predictor(LINE.whole)(ASKED);
  const values = {
    line: fixed(line, 2),
    low: fixed(low!, 2),
    high: fixed(high!, 2),
    cubic: fixed(evaluatePolynomial(CUBIC.whole, ASKED), 2),
    line_loss: lossText(LINE.whole.trainingLoss),
    cubic_loss: lossText(CUBIC.whole.trainingLoss),
    line_left: lossText(LINE.leftOut),
    cubic_left: lossText(CUBIC.leftOut),
  };
  if (stage === "shown") return { kind: "shown", text: t("train-shown", values) };
  if (value === 1) return { kind: "right", text: t("train-right", values) };
  if (value === -1) return { kind: "typical", text: t("train-typical", values) };
  return { kind: "undecided", text: t("train-undecided", values) };
}

/** The curve that was chosen, once the guess is answered. */
export function chosenIn({ stage, value }: Guess): Tested | null {
  return stage === "done" || stage === "shown" ? CHOICES[value + 1]! : null;
}

/** Once the guess is answered, line and cubic lie beside each other. */
export function rivalOf(power: number): Tested | null {
  return power === 1 ? CUBIC : power === 3 ? LINE : null;
}

/** The names at the ends of line and cubic, with the loss of each. */
export function namesOfChoices(): readonly [string, string] {
  const loss = ({ whole }: Tested): string => lossText(whole.trainingLoss);
  return [t("train-name-line", { loss: loss(LINE) }), t("train-name-cubic", { loss: loss(CUBIC) })];
}

/** The state in which the question is asked: line and cubic have been looked at. */
export function asking(state: State): State {
  const seen = looked(looked(seenOfCanon(state), 1, []), 3, []);
  return { ...FIRST, seen, guess: { stage: "open", value: 0 } };
}

/** The state that answers: both curves at time 6, and the evidence of all hidden tadpoles. */
export function answered(state: State, stage: "done" | "shown"): State {
  const seen = withEvidence(seenOfCanon(state));
  return { ...FIRST, seen, place: ASKED, guess: { ...state.guess, stage } };
}

export function withEvidence(seen: Seen): Seen {
  const all = TADPOLES.map((_, i) => i);
  return looked(looked(seen, 1, all), 3, all);
}

function seenOfCanon({ points, seen }: State): Seen {
  return isCanon(points) ? seen : FIRST.seen;
}
