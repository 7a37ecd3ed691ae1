/** The sample: what was predicted against what is, or the residuals against what was predicted. */

import { put, s } from "../kit/dom.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export interface FitScatterState {
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
  /** While a hand drags, a part of the dots: the sample has no order, so that any part is one. */
  readonly few?: boolean;
}

/** How many dots a moving picture has. */
export const FEW = 500;

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
    let y = x;
    if (this.#residuals) {
      const middle = state.actual.reduce((sum, each) => sum + each, 0) / state.actual.length;
      const most = Math.max(...extent(state.actual).map((each) => Math.abs(each - middle))) || 1;
      y = [-1.1 * most, 1.1 * most];
    }
    if (!this.plot.setDomain(x, y)) this.#draw(state);
  }

  #draw({ predicted, actual, few }: FitScatterState): void {
    const { plot } = this;
    const [x0, x1] = plot.x.domain() as [number, number];
    const at = (x: number): number => (this.#residuals ? 0 : x);
    put(this.#line, { x1: plot.x(x0), y1: plot.y(at(x0)), x2: plot.x(x1), y2: plot.y(at(x1)) });
    let d = "";
    const shown = few ? Math.min(FEW, actual.length) : actual.length;
    for (let i = 0; i < shown; i++) {
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
