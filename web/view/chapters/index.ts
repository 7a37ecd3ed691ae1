/** The chapters that stand, in the order in which they are learnt. */

import type { Lesson } from "../kit/stage.ts";
import { backward } from "./backward.ts";
import { derivative } from "./derivative.ts";
import { forward } from "./forward.ts";
import { learningRate } from "./learning-rate.ts";
import { loss } from "./loss.ts";
import { rules } from "./rules.ts";
import { train } from "./train.ts";

export interface Entry {
  readonly number: number;
  readonly lesson: Lesson<any>;
}

export const CHAPTERS: readonly Entry[] = [
  { number: 1, lesson: derivative },
  { number: 2, lesson: forward },
  { number: 3, lesson: loss },
  { number: 5, lesson: backward },
  { number: 6, lesson: rules },
  { number: 7, lesson: learningRate },
  { number: 9, lesson: train },
];

export function entryOf(name: string | null): Entry | undefined {
  return CHAPTERS.find(({ lesson }) => lesson.name === name);
}
