/** The guess of chapter 3: three ghosts, one for each loss, set before the tadpole falls. */

import type { Verdict } from "../kit/guess.ts";
import { clamp, fixed } from "../kit/numbers.ts";
import { number, oneOf, record, type Shape } from "../kit/shape.ts";
import { t } from "../kit/words.ts";
import { TADPOLES, type Point } from "../lesson.ts";
import { judgedByAll, LOSS_NAMES, perLoss, type PerLoss } from "../losses.ts";
import { GHOST_HIGH, GHOST_LOW } from "../pictures/three-lines.ts";

export interface Ghosts extends PerLoss<number> {
  readonly stage: "closed" | "open" | "done" | "shown";
}

const ghost = number(GHOST_LOW, GHOST_HIGH);

export const ghostsShape: Shape<Ghosts> = record({
  stage: oneOf("closed", "open", "done", "shown"),
  squared: ghost,
  huber: ghost,
  absolute: ghost,
}) as Shape<Ghosts>;

/** The tadpole that falls. */
export const FALLING = 6;
export const FALLEN: readonly Point[] = TADPOLES.map((point, i) =>
  i === FALLING ? [point[0], 0] : point,
);

const BEFORE = judgedByAll(TADPOLES, 1);
const AFTER = judgedByAll(FALLEN, 1);
export const UNMOVED: PerLoss<number> = perLoss((name) =>
  clamp(Number(BEFORE[name].best.toFixed(6)), GHOST_LOW, GHOST_HIGH),
);
export const CLOSED: Ghosts = { stage: "closed", ...UNMOVED };

/** A ghost that was moved by less than this was left where it was. */
const STILL = 0.014;
/** Huber's line moves a sixth of the way of the squared one; up to here it is "a little". */
const A_LITTLE = 0.6;

export function judgeGhosts(guess: Ghosts): Verdict {
  const values = {
    s0: fixed(BEFORE.squared.best, 3),
    s1: fixed(AFTER.squared.best, 3),
    h0: fixed(BEFORE.huber.best, 3),
    h1: fixed(AFTER.huber.best, 3),
    a1: fixed(AFTER.absolute.best, 3),
  };
  const say = (kind: string, key: Parameters<typeof t>[0]): Verdict => ({
    kind,
    text: t(key, values),
  });
  if (guess.stage === "shown") return say("shown", "loss-shown");
  const down = perLoss((name) => UNMOVED[name] - guess[name]);
  const moves = perLoss((name) => Math.abs(down[name]) >= STILL);
  if (LOSS_NAMES.some((name) => down[name] <= -STILL)) return say("up", "loss-up");
  if (LOSS_NAMES.every((name) => !moves[name])) return say("none", "loss-none");
  if (LOSS_NAMES.every((name) => moves[name])) return say("typical", "loss-typical");
  if (!moves.squared) return say("squared-still", "loss-squared-still");
  if (moves.absolute) return say("absolute-moves", "loss-absolute-moves");
  if (!moves.huber) return say("huber-still", "loss-huber-still");
  if (down.huber > A_LITTLE * down.squared) return say("huber-far", "loss-huber-far");
  return say("right", "loss-right");
}
