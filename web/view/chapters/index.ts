/** The chapters that stand, in the order in which they are learnt. */

import type { Lesson } from "../kit/stage.ts";
import { backward } from "./backward.ts";
import { derivative } from "./derivative.ts";
import { forward } from "./forward.ts";
import { gradient } from "./gradient.ts";
import { layers } from "./layers.ts";
import { learningRate } from "./learning-rate.ts";
import { loss } from "./loss.ts";
import { ownData } from "./own-data.ts";
import { rules } from "./rules.ts";
import { train } from "./train.ts";

export interface Entry {
  /** Null: the second part of the chapter before, on a page of its own. */
  readonly number: number | null;
  readonly lesson: Lesson<any>;
  /** A side trail: in the menu, and not on the way from one chapter to the next. */
  readonly aside?: true;
}

export const CHAPTERS: readonly Entry[] = [
  { number: 1, lesson: derivative },
  { number: 2, lesson: forward },
  { number: 3, lesson: loss },
  { number: 4, lesson: layers, aside: true },
  { number: 5, lesson: backward },
  { number: 6, lesson: rules },
  { number: 7, lesson: learningRate },
  { number: 8, lesson: gradient },
  { number: 9, lesson: train },
  { number: null, lesson: ownData },
];

export function entryOf(name: string | null): Entry | undefined {
  return CHAPTERS.find(({ lesson }) => lesson.name === name);
}
