/** Which runner is first and which last, as it was guessed; each wrong guess has its own reason. */

import type { Guess, Verdict } from "../kit/guess.ts";
import { t } from "../kit/words.ts";
import { RULES } from "./rules-state.ts";

const RIGHT = 4 * 0 + 3;

export function judge({ value, stage }: Guess): Verdict {
  const first = Math.floor(value / 4);
  const last = value % 4;
  const values = { first: t(`rule-${RULES[first]!}`), last: t(`rule-${RULES[last]!}`) };
  if (stage === "shown") return { kind: "shown", text: t("rules-shown") };
  if (value === RIGHT) return { kind: "right", text: t("rules-right") };
  if (first === 3) return { kind: "typical", text: t("rules-typical") };
  if (first === 1) return { kind: "sign-first", text: t("rules-sign-first") };
  if (first === 2) return { kind: "fixed-first", text: t("rules-fixed-first") };
  return { kind: "last", text: t("rules-last", values) };
}
