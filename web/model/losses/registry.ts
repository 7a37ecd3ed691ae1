/** The table of losses. A new loss is a new file and one line here. */

import { ModelError } from "../errors.ts";
import { absoluteError } from "./absolute.ts";
import { brierScore } from "./brier.ts";
import { huber } from "./huber.ts";
import { logLoss } from "./log.ts";
import type { Loss } from "./loss.ts";
import { squaredError } from "./squared.ts";

export const LOSSES: Readonly<
  Record<string, (constants: Readonly<Record<string, number>>) => Loss>
> = {
  squared: () => squaredError,
  absolute: () => absoluteError,
  huber: ({ delta }) => huber(delta),
  log: () => logLoss,
  brier: () => brierScore,
};

/** Return the loss of a name, with its constants. */
export function makeLoss(name: string, constants: Readonly<Record<string, number>> = {}): Loss {
  const make = LOSSES[name];
  if (!make) throw new ModelError("losses.unknown", { got: name, known: Object.keys(LOSSES) });
  return make(constants);
}

/** Return a loss as JSON: its name and its constants, as Python writes it. */
export function lossToJson(loss: Loss): { name: string; [constant: string]: number | string } {
  return { name: loss.name, ...loss.constants };
}
