/** Steps needed against learning rate: a V with its fold and its cliff. */

import { put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { fixed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export interface RateMapOptions {
  readonly low: number;
  readonly high: number;
  readonly limit: number;
  readonly fold: number;
  readonly needed: (rate: number) => number | null;
  readonly rate: () => number;
  readonly change: (rate: number, how: string) => void;
  readonly ghostRate: number;
  readonly ghost: () => number;
  readonly changeGhost: (steps: number, how: string) => void;
  readonly moved: () => void;
}

const MOST = 1000;

export class RateMap {
  readonly plot: Plot;
  #options: RateMapOptions;
  #curve = s("path", { class: "curve" });
  #cliff = s("rect", { class: "cliff" });
  #cliffLine = s("line", { class: "cliff-line" });
  #cliffText = s("text", { class: "status bad", "text-anchor": "middle" });
  #fold = s("line", { class: "best-line" });
  #foldText = s("text", { class: "title", "text-anchor": "middle" });
  #handle: Handle;
  #ghost: Handle;
  #known = s(
    "g",
    { class: "known" },
    s("circle", { class: "been-dot", r: 5 }),
    s("text", { class: "title", x: 10, y: -4 }),
  );
  #truth = s("circle", { class: "ball", r: 6 });
  #last: { guessing: boolean; told: boolean } | null = null;

  constructor(options: RateMapOptions) {
    this.#options = options;
    const { low, high, rate, change, moved } = options;
    this.plot = new Plot({
      label: t("rate-map"),
      name: "rate-map",
      x: [0, high],
      y: [1, MOST],
      logY: true,
      yTicks: [1, 3, 10, 30, 100, 300, 1000],
      xTitle: t("learning-rate"),
      yTitle: t("axis-needed"),
    });
    const { plot } = this;
    plot.under.append(this.#cliff, this.#fold, this.#cliffLine);
    plot.data.append(this.#curve);
    this.#handle = new Handle(plot, {
      name: "rate",
      label: t("learning-rate"),
      low,
      high,
      step: 0.0001,
      bigStep: 0.005,
      fromPointer: (x) => x,
      value: rate,
      text: (value) => t("rate-text", { rate: String(value), steps: words(options.needed(value)) }),
      change,
      end: moved,
    });
    this.#ghost = new Handle(plot, {
      name: "guess-steps",
      label: t("guess-steps"),
      kind: "guess",
      low: 1,
      high: 300,
      step: 1,
      bigStep: 5,
      fromPointer: (_, y) => y,
      value: options.ghost,
      text: (value) => t("steps-count", { steps: String(value) }),
      change: options.changeGhost,
      end: moved,
    });
    plot.over.append(
      this.#foldText,
      this.#cliffText,
      this.#known,
      this.#truth,
      this.#handle.element,
      this.#ghost.element,
    );
    plot.onLayout(() => {
      this.#draw();
      if (this.#last) this.paint(this.#last.guessing, this.#last.told);
    });
  }

  paint(guessing: boolean, told: boolean): void {
    this.#last = { guessing, told };
    const { rate, needed, ghost, ghostRate } = this.#options;
    const now = rate();
    this.#handle.enable(!guessing);
    this.#handle.place(now, Math.min(MOST, needed(now) ?? MOST));
    this.#ghost.enable(guessing || told);
    if (!guessing) this.#ghost.element.setAttribute("tabindex", "-1");
    this.#ghost.element.classList.toggle("settled", !guessing);
    this.#ghost.place(ghostRate, ghost());
    show(this.#curve, !guessing);
    show(this.#fold, !guessing);
    show(this.#foldText, !guessing);
    show(this.#known, guessing);
    show(this.#truth, told);
    put(this.#truth, { cx: this.plot.x(ghostRate), cy: this.plot.y(needed(ghostRate)!) });
  }

  #draw(): void {
    const { plot } = this;
    const { limit, fold, low, needed } = this.#options;
    let d = "";
    const pieces = 420;
    for (let i = 0; i <= pieces; i++) {
      const rate = low + ((limit * 0.99999 - low) * i) / pieces;
      const steps = Math.min(MOST * 3, needed(rate) ?? MOST * 3);
      d += `${d ? "L" : "M"}${plot.x(rate).toFixed(1)},${plot.y(steps).toFixed(1)}`;
    }
    put(this.#curve, { d });
    put(this.#cliff, {
      x: plot.x(limit),
      y: plot.top,
      width: Math.max(0, plot.right - plot.x(limit)),
      height: plot.bottom - plot.top,
    });
    put(this.#cliffLine, { x1: plot.x(limit), x2: plot.x(limit), y1: plot.top, y2: plot.bottom });
    put(this.#fold, { x1: plot.x(fold), x2: plot.x(fold), y1: plot.top, y2: plot.bottom });
    write(this.#foldText, fixed(fold, 5));
    put(this.#foldText, { x: plot.x(fold), y: plot.top - 6 });
    write(this.#cliffText, `▲ ${fixed(limit, 5)}`);
    put(this.#cliffText, { x: Math.min(plot.x(limit), plot.right - 30), y: plot.top - 6 });
    put(this.#known, { transform: `translate(${plot.x(0.01)},${plot.y(30)})` });
    write(this.#known.lastElementChild!, t("known-rate"));
  }
}

export function words(steps: number | null): string {
  return steps === null ? t("never") : t("steps-count", { steps: String(steps) });
}
