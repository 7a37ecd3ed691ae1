/** The chapters that stand, in the order in which they are learnt. */

import type { Lesson } from "../kit/stage.ts";
import { backward } from "./backward.ts";
import { forward } from "./forward.ts";

export interface Entry {
  readonly number: number;
  readonly lesson: Lesson<any>;
}

export const CHAPTERS: readonly Entry[] = [
  { number: 2, lesson: forward },
  { number: 5, lesson: backward },
];

export function entryOf(name: string | null): Entry | undefined {
  return CHAPTERS.find(({ lesson }) => lesson.name === name);
}
