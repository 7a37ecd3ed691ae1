/** Residuals by what was predicted: the mean of each group of rows, and how far they spread. */

import { clear, put, s } from "../kit/dom.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export interface ResidualGroup {
  readonly predicted: number;
  readonly mean: number;
  readonly spread: number;
}

export class ResidualGroups {
  readonly plot: Plot;
  #groups: readonly ResidualGroup[];
  #zero = s("line", { class: "model-line" });
  #marks = s("g");

  constructor(groups: readonly ResidualGroup[], target: string) {
    this.#groups = groups;
    const x = groups.map(({ predicted }) => predicted);
    const most = Math.max(...groups.map(({ mean, spread }) => Math.abs(mean) + spread)) || 1;
    const [low, high] = [Math.min(...x), Math.max(...x)];
    const room = 0.06 * (high - low || Math.abs(high) || 1);
    this.plot = new Plot({
      label: t("own-residuals"),
      name: "residual-groups",
      x: [low - room, high + room],
      y: [-1.15 * most, 1.15 * most],
      xTitle: t("own-predicted", { target }),
      yTitle: t("report-residual"),
    });
    this.plot.data.append(this.#zero, this.#marks);
    this.plot.onLayout(() => this.#draw());
  }

  #draw(): void {
    const { plot } = this;
    put(this.#zero, { x1: plot.left, x2: plot.right, y1: plot.y(0), y2: plot.y(0) });
    clear(
      this.#marks,
      ...this.#groups.flatMap(({ predicted, mean, spread }) => {
        const x = plot.x(predicted);
        return [
          s("line", {
            class: "forest-range",
            x1: x,
            x2: x,
            y1: plot.y(mean - spread),
            y2: plot.y(mean + spread),
          }),
          s("circle", { class: "tadpole-dot", r: 4, cx: x, cy: plot.y(mean) }),
        ];
      }),
    );
  }
}
