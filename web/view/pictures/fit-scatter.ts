/** The sample: what was predicted against what is, or the residuals against what was predicted. */

import { put, s } from "../kit/dom.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export interface FitScatterState {
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
}

export class FitScatter {
  readonly plot: Plot;
  #residuals: boolean;
  #dots = s("path", { class: "sample-dots" });
  #line = s("line", { class: "model-line" });
  #last: FitScatterState | null = null;

  constructor(residuals: boolean, target: string) {
    this.#residuals = residuals;
    this.plot = new Plot({
      label: residuals ? t("own-residuals") : t("own-scatter"),
      name: residuals ? "residuals" : "scatter",
      x: [0, 1],
      y: [0, 1],
      xTitle: t("own-predicted", { target }),
      yTitle: residuals ? t("own-residual") : t("own-actual", { target }),
    });
    this.plot.data.append(this.#dots, this.#line);
    this.plot.onLayout(() => this.#last && this.#draw(this.#last));
  }

  paint(state: FitScatterState): void {
    this.#last = state;
    const [low, high] = extent(state.actual);
    const room = 0.06 * (high - low || Math.abs(high) || 1);
    const x: [number, number] = [low - room, high + room];
    if (!this.#residuals) this.plot.setDomain(x, x);
    else {
      const middle = state.actual.reduce((sum, y) => sum + y, 0) / state.actual.length;
      const most = Math.max(...extent(state.actual).map((y) => Math.abs(y - middle))) || 1;
      this.plot.setDomain(x, [-1.1 * most, 1.1 * most]);
    }
    this.#draw(state);
  }

  #draw({ predicted, actual }: FitScatterState): void {
    const { plot } = this;
    const [x0, x1] = plot.x.domain() as [number, number];
    const at = (x: number): number => (this.#residuals ? 0 : x);
    put(this.#line, { x1: plot.x(x0), y1: plot.y(at(x0)), x2: plot.x(x1), y2: plot.y(at(x1)) });
    let d = "";
    for (let i = 0; i < actual.length; i++) {
      const x = plot.x(predicted[i]!);
      const y = plot.y(this.#residuals ? actual[i]! - predicted[i]! : actual[i]!);
      if (!(Math.abs(x) < 1e5 && Math.abs(y) < 1e5)) continue;
      // A dot is a line of no length with round ends: one node for all of them.
      d += `M${x.toFixed(1)},${y.toFixed(1)}h0`;
    }
    put(this.#dots, { d });
  }
}

function extent(values: Float64Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
