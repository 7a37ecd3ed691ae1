/** Steps that each learning rate needs, known before any run: a valley with a cliff at its end. */

import type { Started } from "../../model/descend.ts";
import { learningRateMap } from "../../model/learning-rate-map.ts";
import { ARRIVED } from "../../model/outcome.ts";
import { put, s, show, write } from "../kit/dom.ts";
import { short } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

const MOST = 1e6;
const RATES = 140;
/** From how far below the limit the map begins. */
const BELOW = 1e-3;

export class RateCurve {
  readonly plot: Plot;
  #curve = s("path", { class: "curve" });
  #cliff = s("rect", { class: "cliff" });
  #cliffLine = s("line", { class: "cliff-line" });
  #cliffText = s("text", { class: "status bad", "text-anchor": "end" });
  #dot = s("circle", { class: "ball", r: 7 });
  #started: Started | null = null;
  #map: { rates: Float64Array; steps: Float64Array } | null = null;
  #rate = 0;

  constructor() {
    this.plot = new Plot({
      label: t("own-rate-map"),
      name: "learning-rate-map",
      x: [1e-3, 2],
      y: [1, MOST],
      logX: true,
      logY: true,
      xTitle: t("learning-rate"),
      yTitle: t("own-axis-needed"),
    });
    const { plot } = this;
    plot.under.append(this.#cliff, this.#cliffLine);
    plot.data.append(this.#curve);
    plot.over.append(this.#cliffText, this.#dot);
    plot.onLayout(() => this.#draw());
  }

  paint(started: Started, rate: number): void {
    this.#rate = rate;
    if (started === this.#started) {
      this.#drawDot();
      return;
    }
    const limit = started.rates.limit;
    this.#started = started;
    this.#map = limit === null ? null : mapOf(started, limit);
    const most = this.#map ? Math.max(10, ...this.#map.steps.filter(Number.isFinite)) : 10;
    const top = limit ?? 1;
    this.plot.setDomain([BELOW * top, 2 * top], [0.8, Math.min(MOST, 2 * most)]);
    this.#draw();
  }

  #draw(): void {
    const { plot } = this;
    const limit = this.#started?.rates.limit ?? null;
    const shown = this.#map !== null && limit !== null;
    for (const each of [this.#curve, this.#cliff, this.#cliffLine, this.#cliffText, this.#dot]) {
      show(each, shown);
    }
    if (!shown) return;
    const { rates, steps } = this.#map!;
    let d = "";
    rates.forEach((rate, n) => {
      d += `${n ? "L" : "M"}${plot.x(rate).toFixed(1)},${this.#y(steps[n]!).toFixed(1)}`;
    });
    put(this.#curve, { d });
    const at = plot.x(limit!);
    put(this.#cliff, {
      x: at,
      y: plot.top,
      width: Math.max(0, plot.right - at),
      height: Math.max(0, plot.bottom - plot.top),
    });
    put(this.#cliffLine, { x1: at, x2: at, y1: plot.top, y2: plot.bottom });
    write(this.#cliffText, `▲ ${short(limit!, 3)}`);
    put(this.#cliffText, { x: plot.right, y: plot.top - 6 });
    this.#drawDot();
  }

  #y(count: number): number {
    const kept = Number.isFinite(count) ? Math.max(1, Math.min(3 * MOST, count)) : 3 * MOST;
    return this.plot.y(kept);
  }

  #drawDot(): void {
    const limit = this.#started?.rates.limit ?? null;
    if (this.#map === null || limit === null) return;
    const { plot } = this;
    const { rates, steps } = this.#map;
    const [low, high] = plot.x.domain() as [number, number];
    const isIn = this.#rate >= low && this.#rate <= high;
    show(this.#dot, isIn);
    if (isIn) {
      let n = 0;
      while (n + 1 < rates.length && rates[n + 1]! <= this.#rate) n++;
      const count = this.#rate >= limit ? Infinity : steps[n]!;
      put(this.#dot, { cx: plot.x(this.#rate), cy: Math.max(plot.top, this.#y(count)) });
    }
  }
}

function mapOf(started: Started, limit: number): { rates: Float64Array; steps: Float64Array } {
  const { surface } = started.prepared;
  const rates = Float64Array.from(
    { length: RATES },
    (_, n) => limit * BELOW ** (1 - n / (RATES - 0.99)),
  );
  const target = ARRIVED * surface.scaleOfLoss;
  return learningRateMap(started.shares, surface.eigenvalues, target, rates);
}
