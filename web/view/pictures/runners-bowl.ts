/** The loss over w with one ball for every runner, above the same w as its lane. */

import { put, s, show } from "../kit/dom.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import type { Bowl } from "../lesson.ts";
import type { Window } from "../windows.ts";
import { MOST_RUNNERS, runner } from "./runner.ts";

export interface RunnersState {
  readonly bowl: Bowl;
  readonly places: readonly number[];
  readonly x: Window;
  readonly y: Window;
}

export class RunnersBowl {
  readonly plot: Plot;
  #curve = s("path", { class: "curve" });
  #balls = Array.from({ length: MOST_RUNNERS }, (_, i) => runner(i));
  #last: RunnersState | null = null;

  constructor(x: Window, y: Window) {
    this.plot = new Plot({
      label: t("bowl-picture"),
      name: "bowl-picture",
      x,
      y,
      xTitle: t("axis-w"),
      yTitle: t("axis-loss"),
    });
    this.plot.data.append(this.#curve);
    this.plot.over.append(...[...this.#balls].reverse());
    this.plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  paint(state: RunnersState): void {
    this.#last = state;
    const { plot } = this;
    const { bowl, places, x, y } = state;
    plot.setDomain(x, y);
    put(this.#curve, { d: plot.curve((w) => bowl.height(w)) });
    this.#balls.forEach((ball, i) => {
      const w = places[i];
      const height = w === undefined ? Number.NaN : bowl.height(w);
      const inside = w !== undefined && w >= x[0] && w <= x[1] && height <= 1.06 * y[1];
      show(ball, inside);
      if (!inside) return;
      put(ball, { transform: `translate(${plot.x(w).toFixed(1)},${plot.y(height).toFixed(1)})` });
    });
  }
}
