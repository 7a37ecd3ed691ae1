/** A runner with its letter: the same on its lane, on the curve and on its line. */

import { s } from "../kit/dom.ts";
import { t } from "../kit/words.ts";

export const MOST_RUNNERS = 5;

export function runner(i: number): SVGGElement {
  return s(
    "g",
    { class: `runner runner-${i}` },
    s("circle", { class: "runner-dot", r: 10 }),
    s(
      "text",
      { class: "runner-letter", "text-anchor": "middle", y: 4.5 },
      t(`letter-${i as 0 | 1 | 2 | 3 | 4}`),
    ),
  );
}
