/** What the arrow drawn from (0, 2) gets for an answer. */

import { fixed } from "../kit/numbers.ts";
import type { Verdict } from "../kit/guess.ts";
import { t } from "../kit/words.ts";
import { TADPOLES } from "../lesson.ts";
import { ASKED_RATE, QUESTION, type State, type Theta } from "./state.ts";
import { planeOf, startOf, trackOf } from "./tracks.ts";

const plane = planeOf(TADPOLES, false, false);
const track = trackOf(plane, startOf(plane, QUESTION), "gradient-descent", ASKED_RATE);
/** Where the first step from the question lands. */
export const TRUTH: Theta = [track.w[1]!, track.b[1]!];

/** An arrow this flat says that b stays; this steep, that b leads. */
const FLAT = 0.012;
const STEEP = 0.7;
/** How many times too long or too short is far off. */
const FAR = 2.5;

export function judge({ guess }: State): Verdict {
  const { value, stage } = guess;
  const [dw, db] = [value[0] - QUESTION[0], value[1] - QUESTION[1]];
  const long = Math.hypot(dw, db);
  const truth = Math.hypot(TRUTH[0] - QUESTION[0], TRUTH[1] - QUESTION[1]);
  const values = {
    b: fixed(TRUTH[1], 3),
    w: fixed(TRUTH[0], 3),
    long: fixed(long),
    truth: fixed(truth),
  };
  if (stage === "shown") return { kind: "shown", text: t("gradient-shown", values) };
  if (dw <= 0) return { kind: "back", text: t("gradient-back", values) };
  if (Math.abs(db) < FLAT) return { kind: "flat", text: t("gradient-flat", values) };
  if (db < 0) return { kind: "typical", text: t("gradient-typical", values) };
  if (db > STEEP * dw) return { kind: "steep", text: t("gradient-steep", values) };
  if (long > FAR * truth) return { kind: "long", text: t("gradient-long", values) };
  if (long < truth / FAR) return { kind: "short", text: t("gradient-short", values) };
  return { kind: "right", text: t("gradient-right", values) };
}
