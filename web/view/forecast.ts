/** A forecast of rain and the day that came, as the model's losses of a probability see it. */

import { makeLoss } from "../model/losses/registry.ts";
import { logit } from "../model/losses/sigmoid.ts";

export type Day = "rain" | "sun";
export const SCORES = ["log", "brier"] as const;
export type Score = (typeof SCORES)[number];

/** The two forecasts of the lesson, in percent. */
export const COMPARED = [80, 5] as const;

/** What it costs to have said `chance` percent of rain. */
export function forecastCost(score: Score, chance: number, day: Day): number {
  return makeLoss(score).value(day === "rain" ? 1 : 0, logit(chance / 100));
}

/** How many times the Brier score of one forecast is that of another. */
export function timesAsDear(chance: number, other: number, day: Day): number {
  return forecastCost("brier", chance, day) / forecastCost("brier", other, day);
}
