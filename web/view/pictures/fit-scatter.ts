/** The sample: what was predicted against what is, or the residuals against what was predicted. */

import { put, s } from "../kit/dom.ts";
import { tenths } from "../kit/numbers.ts";
import { Plot, affine } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import { PixelDots } from "./pixel-dots.ts";

export interface FitScatterState {
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
  /** Whether a hand drags: what moves is drawn as pixels. */
  readonly isMoving?: boolean;
}

export class FitScatter {
  readonly plot: Plot;
  #residuals: boolean;
  #dots = s("path", { class: "sample-dots" });
  #line = s("line", { class: "model-line" });
  #pixels: PixelDots;
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
    this.#pixels = new PixelDots(this.plot, this.#dots, this.#line);
    this.plot.onLayout(() => {
      this.#pixels.end();
      if (this.#last) this.#draw(this.#last);
    });
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

  #draw({ predicted, actual, isMoving }: FitScatterState): void {
    const { plot } = this;
    const [x0, x1] = plot.x.domain() as [number, number];
    const level = (x: number): number => (this.#residuals ? 0 : x);
    put(this.#line, {
      x1: plot.x(x0),
      y1: plot.y(level(x0)),
      x2: plot.x(x1),
      y2: plot.y(level(x1)),
    });
    const [right, fromLeft] = affine(plot.x);
    const [up, fromTop] = affine(plot.y);
    // Where the dots are, in pixels: x and y in turn.
    const places = new Float64Array(2 * actual.length);
    for (let i = 0; i < actual.length; i++) {
      const y = this.#residuals ? actual[i]! - predicted[i]! : actual[i]!;
      places[2 * i] = right * predicted[i]! + fromLeft;
      places[2 * i + 1] = up * y + fromTop;
    }
    if (isMoving) {
      this.#pixels.draw(places);
      return;
    }
    this.#pixels.end();
    let d = "";
    for (let at = 0; at < places.length; at += 2) {
      const [x, y] = [places[at]!, places[at + 1]!];
      if (!(Math.abs(x) < 1e5 && Math.abs(y) < 1e5)) continue;
      // A dot is a line of no length with round ends: one node for all of them.
      d += `M${tenths(x)},${tenths(y)}h0`;
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
