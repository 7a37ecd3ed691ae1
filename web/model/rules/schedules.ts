/**
 * Learning rates that change with the step: rate_t for t = 0, 1, 2, ...
 *
 *     constant      rate
 *     inverse-time  rate / (1 + decay t)                                    Robbins & Monro 1951
 *     cosine        final + (rate - final) (1 + cos(pi t / steps)) / 2, then final
 */

import { ModelError } from "../errors.ts";

export interface Schedule {
  readonly schedule: "constant" | "inverse-time" | "cosine" | null;
  /** The constants by name, as Python writes them. */
  readonly constants: Readonly<Record<string, number>>;
  at(step: number): number;
}

export type Rate = number | Schedule;

export function constantRate(rate: number): Schedule {
  checkedNumber(rate, "rate");
  return { schedule: "constant", constants: { rate }, at: () => rate };
}

export function inverseTime(rate: number, decay: number): Schedule {
  checkedNumber(rate, "rate");
  checkedNumber(decay, "decay", true);
  if (decay < 0) throw new ModelError("rules.decay-negative", { got: decay });
  return {
    schedule: "inverse-time",
    constants: { rate, decay },
    at: (step) => rate / (1 + decay * step),
  };
}

export function cosine(rate: number, steps: number, final = 0): Schedule {
  checkedNumber(rate, "rate");
  checkedNumber(final, "final", true);
  if (!Number.isInteger(steps)) throw new ModelError("rules.steps-not-whole", { got: steps });
  if (steps < 1) throw new ModelError("rules.steps-not-positive", { got: steps });
  return {
    schedule: "cosine",
    constants: { rate, steps, final },
    at(step) {
      if (step >= steps) return final;
      return final + (rate - final) * ((1 + Math.cos((Math.PI * step) / steps)) / 2);
    },
  };
}

/** Make a schedule of a learner's own function of the step number. */
export function ownSchedule(at: (step: number) => number): Schedule {
  return { schedule: null, constants: {}, at };
}

/** Return the learning rate of one step. */
export function rateAt(rate: Rate, step: number): number {
  if (typeof rate === "number") return rate;
  return checkedNumber(rate.at(step), `learning_rate(${step})`, true);
}

/** Return a finite number (not zero, unless allowed), or say why not. */
export function checkedNumber(value: number, name: string, isZeroAllowed = false): number {
  if (!Number.isFinite(value))
    throw new ModelError("rules.not-finite", { name, got: String(value) });
  if (value === 0 && !isZeroAllowed) throw new ModelError("rules.zero", { name });
  return value;
}

/** Return a learning rate: a finite number other than zero, or a schedule. */
export function checkedRate(rate: Rate, name = "learning_rate"): Rate {
  return typeof rate === "number" ? checkedNumber(rate, name) : rate;
}

/** Return a memory constant (momentum, beta, decay) in [0, 1). */
export function checkedShare(value: number, name: string): number {
  checkedNumber(value, name, true);
  if (!(value >= 0 && value < 1)) throw new ModelError("rules.not-a-share", { name, got: value });
  return value;
}

/** Return the small positive number that keeps a division safe. */
export function checkedEpsilon(value: number): number {
  checkedNumber(value, "epsilon");
  if (value < 0) throw new ModelError("rules.epsilon-negative", { got: value });
  return value;
}

/** Return a rate as JSON: a number, or the schedule's name and constants. */
export function rateToJson(rate: Rate): unknown {
  return typeof rate === "number" ? rate : { schedule: rate.schedule, ...rate.constants };
}

/** Return the rate that `rateToJson`, or Python, wrote. */
export function rateFromJson(data: unknown): Rate {
  if (typeof data === "number") return data;
  const { schedule, rate, decay, steps, final } = data as Record<string, number> & {
    schedule: string;
  };
  if (schedule === "constant") return constantRate(rate!);
  if (schedule === "inverse-time") return inverseTime(rate!, decay!);
  if (schedule === "cosine") return cosine(rate!, steps!, final);
  const known = ["constant", "inverse-time", "cosine"];
  throw new ModelError("rules.unknown-schedule", { got: String(schedule), known });
}
