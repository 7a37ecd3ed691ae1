/**
 * A run as the pictures show it: the page's own at once, Python's in its place when it arrives.
 */

import type { Vector } from "../../model/linear/matrix.ts";
import type { Trained } from "../../model/training.ts";
import { drawnSteps } from "../../model/training.ts";
import { recordOf } from "../../model/walk.ts";
import { tell } from "../kit/words.ts";
import type { Passing, PythonRun } from "./engine.ts";

export interface ShownRun {
  readonly by: "page" | "python";
  readonly steps: ArrayLike<number>;
  readonly loss: ArrayLike<number>;
  readonly gap: ArrayLike<number> | null;
  readonly outcome: string;
  readonly advice: readonly string[];
  readonly learningRate: number | null;
  /** theta of a record, in the user's units. */
  theta(record: number): Vector;
}

export function pageRun({ run }: Trained): ShownRun {
  return {
    by: "page",
    steps: run.steps,
    loss: run.loss,
    gap: run.gap,
    outcome: run.outcome,
    advice: run.messages.map(tell),
    learningRate: run.learningRate,
    theta: (record) => recordOf(run.theta, run.p, record),
  };
}

export function pythonRun(run: PythonRun): ShownRun {
  return {
    by: "python",
    steps: run.steps,
    loss: run.loss.map((loss) => loss ?? Infinity),
    gap: run.gap?.map((gap) => gap ?? Infinity) ?? null,
    outcome: run.outcome,
    advice: run.messages.map(({ text }) => text),
    learningRate: run.learning_rate,
    theta: (record) => Float64Array.from(run.theta[record]!),
  };
}

/** A run over the rows that is still going on, as far as it has come. */
export function passingRun(news: readonly Passing[]): ShownRun {
  return {
    by: "python",
    steps: news.map(({ step }) => step),
    loss: news.map(({ loss }) => loss ?? Infinity),
    gap: null,
    outcome: "",
    advice: [],
    learningRate: null,
    theta: (record) => Float64Array.from(news[record]!.theta),
  };
}

export function lastStep({ steps }: ShownRun): number {
  return steps[steps.length - 1]!;
}

/** The records that are drawn, by their places. */
export function drawnRecords(run: ShownRun): number[] {
  const places = drawnSteps(lastStep(run)).map((step) => placeOf(run, step));
  return [...new Set(places)];
}

/** The place of the last record at or before a step. */
export function placeOf({ steps }: ShownRun, step: number): number {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle]! <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}
