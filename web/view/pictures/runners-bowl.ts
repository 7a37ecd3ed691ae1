/** The loss over w with one ball for every runner, above the same w as its lane. */

import { put, s, show } from "../kit/dom.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import type { Bowl, RuleName } from "../lesson.ts";
import { runner } from "./race-picture.ts";

export class RunnersBowl {
  readonly plot: Plot;
  #bowl: Bowl;
  #curve = s("path", { class: "curve" });
  #balls: SVGGElement[];
  #last: readonly number[] | null = null;

  constructor(bowl: Bowl, rules: readonly RuleName[], window: readonly [number, number]) {
    this.#bowl = bowl;
    this.plot = new Plot({
      label: t("bowl-picture"),
      name: "bowl-picture",
      x: window,
      y: [0, 8],
      xTitle: t("axis-w"),
      yTitle: t("axis-loss"),
    });
    this.#balls = rules.map((_, i) => runner(i));
    this.plot.data.append(this.#curve);
    this.plot.over.append(...[...this.#balls].reverse());
    this.plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  paint(places: readonly number[]): void {
    this.#last = places;
    const { plot } = this;
    put(this.#curve, { d: plot.curve((w) => this.#bowl.height(w)) });
    const [low, high] = plot.x.domain() as [number, number];
    places.forEach((w, i) => {
      const height = this.#bowl.height(w);
      const ball = this.#balls[i]!;
      const inside = w >= low && w <= high && height <= 8.5;
      show(ball, inside);
      if (inside)
        put(ball, { transform: `translate(${plot.x(w).toFixed(1)},${plot.y(height).toFixed(1)})` });
    });
  }
}
