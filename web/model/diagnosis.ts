/** The judgement of the spectrum on gradient descent from one start, before a single step. */

import { dependentColumns } from "./dependence.ts";
import type { Started } from "./descend.ts";
import { type Digits, estimateDigits } from "./digits.ts";
import { type Message, count } from "./message.ts";
import { grows, risesAt, stepsTo } from "./rates.ts";
import { dependenceMessage } from "./solution.ts";

/** Return the steps until the loss is within `tolerance` of the exact loss; null: never. */
export function stepsWithin(started: Started, tolerance: number, rate?: number): number | null {
  const { surface } = started.prepared;
  const target = tolerance * surface.scaleOfLoss;
  return stepsTo(started.shares, surface.eigenvalues, rate ?? started.rates.best, target);
}

/** Return the step from which the loss rises for ever; null if it never does. */
export function risesFrom(started: Started, rate: number): number | null {
  return risesAt(started.shares, started.prepared.surface.eigenvalues, rate);
}

/** Say whether descent from this start diverges at this rate. */
export function diverges(started: Started, rate: number): boolean {
  return grows(started.shares, started.prepared.surface.eigenvalues, rate);
}

/** Return the factor per step along each direction for a rate. */
export function factors(started: Started, rate: number): Float64Array {
  return started.prepared.surface.eigenvalues.map((value) => 1 - rate * value);
}

/** Correct digits to expect of the exact answer. */
export function digitsOf({ prepared }: Started): Digits {
  return estimateDigits(prepared.design, prepared.surface.answer);
}

/** The warnings, in messages. */
export function warningsOf(started: Started): readonly Message[] {
  const { design, surface } = started.prepared;
  const { coefficients } = digitsOf(started);
  const said: Message[] = [];
  if (coefficients < 10) {
    const digits = count(Math.trunc(coefficients));
    said.push({ code: "spectrum.digits", values: { digits } });
  }
  for (const [column, sources] of dependentColumns(design, surface.answer.nullRows)) {
    said.push(dependenceMessage(column, sources));
  }
  return said;
}
