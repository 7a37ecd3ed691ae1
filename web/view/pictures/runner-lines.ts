/** The line of every runner, over the tadpoles: it turns as its runner walks. */

import { put, s, show } from "../kit/dom.ts";
import type { Plot } from "../kit/plot.ts";
import { MOST_RUNNERS, runner } from "./runner.ts";

/** A line that leaves the picture so near its left edge has no room for a letter. */
const NO_ROOM = 30;

/** Lines this near each other are drawn as one. */
const SAME = 0.004;

export class RunnerLines {
  readonly lines = s("g");
  readonly letters = s("g");

  constructor() {
    for (let i = 0; i < MOST_RUNNERS; i++) {
      this.lines.append(s("line", { class: `runner-line runner-line-${i}` }));
      this.letters.prepend(runner(i));
    }
  }

  paint(plot: Plot, weights: readonly number[]): void {
    const [x0, x1] = plot.x.domain() as [number, number];
    [...this.lines.children].forEach((line, i) => {
      const letter = this.letters.children[MOST_RUNNERS - 1 - i]!;
      const w = weights[i];
      const isThere = w !== undefined && Math.abs(w) < 1e6;
      show(line, isThere);
      show(letter, isThere);
      if (!isThere) return;
      put(line, { x1: plot.x(x0), y1: plot.y(w * x0), x2: plot.x(x1), y2: plot.y(w * x1) });
      // Of equal lines the first has a letter; those of others do not stand on each other.
      const isNew = weights.slice(0, i).every((other) => Math.abs(other - w) > SAME);
      const right = plot.x.invert(plot.right - 16 - 24 * i);
      const high = plot.y.invert(plot.top + 12);
      const low = plot.y.invert(plot.bottom - 12);
      const x = w > 0 ? Math.min(right, high / w) : w < 0 ? Math.min(right, low / w) : right;
      const px = plot.x(x);
      show(letter, isNew && px > plot.left + NO_ROOM);
      put(letter, { transform: `translate(${px.toFixed(1)},${plot.y(w * x).toFixed(1)})` });
    });
  }
}
