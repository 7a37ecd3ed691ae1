/**
 * A descent from its first guess to its last, in the user's units: a value that can be sliced and
 * replayed, with the outcome, the exact answer beside it and advice as messages.
 */

import { ModelError } from "./errors.ts";
import type { Vector } from "./linear/matrix.ts";
import { type Message, count } from "./message.ts";
import type { Outcome } from "./outcome.ts";
import { type Stop, recordOf } from "./walk.ts";

/** What the spectrum said before the run, in the run's own coordinates and after scaling. */
export interface Rates {
  readonly limit: number | null;
  readonly worstCase: number | null;
  readonly best: number;
  readonly bestSteps: number | null;
  readonly conditionNumber: number | null;
  readonly userLimit: number | null;
  readonly userBest: number;
  readonly scaledLimit: number | null;
  readonly scaledBest: number;
}

/** The best possible parameters beside a descent. */
export interface Exact {
  readonly theta: Vector;
  readonly loss: number;
}

/** One recorded step. */
export interface Step {
  readonly step: number;
  readonly theta: Vector;
  readonly loss: number;
  readonly gap: number | null;
  readonly gradient: Vector;
}

export interface TrajectoryParts {
  readonly parameterNames: readonly string[];
  readonly hasIntercept: boolean;
  /** Step numbers; all of them up to 100,000, then every s-th and the last. */
  readonly steps: Float64Array;
  /** (w_1 ... w_k, b) of each record, one after the other. */
  readonly theta: Float64Array;
  readonly loss: Float64Array;
  /** Distance of the loss from the smallest possible one, null where that is unknown. */
  readonly gap: Float64Array | null;
  readonly gradient: Float64Array;
  readonly outcome: Outcome;
  readonly oscillating: boolean;
  readonly exact: Exact | null;
  /** The rule and its constants, as Python writes them. */
  readonly rule: Readonly<Record<string, unknown>>;
  readonly learningRate: number | null;
  readonly rates: Rates | null;
  readonly stop: Stop;
  /** Advice about the outcome. */
  readonly messages: readonly Message[];
  /** Automatic choices and warnings. */
  readonly notes: readonly Message[];
}

export interface Trajectory extends TrajectoryParts {}

export class Trajectory {
  constructor(parts: TrajectoryParts) {
    Object.assign(this, parts);
  }

  /** Number of parameters. */
  get p(): number {
    return this.parameterNames.length;
  }

  /** Number of records. */
  get length(): number {
    return this.steps.length;
  }

  get lastStep(): number {
    return this.steps.at(-1)!;
  }

  /** Whether some steps between the first and the last are not recorded. */
  get isThinned(): boolean {
    return this.length !== this.lastStep + 1;
  }

  /** Return a recorded step by its number; negative numbers count from the last record. */
  at(step: number): Step {
    if (step < 0) {
      const place = this.length + step;
      if (place < 0) throw this.#noStep(step);
      return this.record(place);
    }
    const place = this.placeOf(step);
    if (place === this.length) throw this.#noStep(step);
    if (this.steps[place] !== step) {
      const stride = count(this.steps[1]! - this.steps[0]!);
      throw new ModelError("descent.step-thinned", { step: count(step), stride });
    }
    return this.record(place);
  }

  /** Return the place of the first record at or after a step number. */
  placeOf(step: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.steps[middle]! < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Return the record at a place, 0 ... length - 1. */
  record(place: number): Step {
    return {
      step: this.steps[place]!,
      theta: recordOf(this.theta, this.p, place),
      loss: this.loss[place]!,
      gap: this.gap ? this.gap[place]! : null,
      gradient: recordOf(this.gradient, this.p, place),
    };
  }

  /** Return the records from step `first` up to and with step `last`, nothing else changed. */
  slice(first: number, last: number): Trajectory {
    const from = this.placeOf(first);
    const to = this.placeOf(last + 1);
    const { p } = this;
    return new Trajectory({
      ...this,
      steps: this.steps.slice(from, to),
      theta: this.theta.slice(from * p, to * p),
      loss: this.loss.slice(from, to),
      gap: this.gap && this.gap.slice(from, to),
      gradient: this.gradient.slice(from * p, to * p),
    });
  }

  #noStep(step: number): ModelError {
    return new ModelError("descent.no-step", { step: count(step), last: count(this.lastStep) });
  }
}
