/** Steps needed against learning rate: a V with its fold and its cliff. */

import { put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import type { Bowl } from "../lesson.ts";
import { arrived, START, stepsNeeded } from "../needed.ts";
import type { Window } from "../windows.ts";
import { learningRateMap, rateGrid } from "../../model/learning-rate-map.ts";

export interface RateMapOptions {
  readonly window: () => Window;
  readonly rate: () => number;
  readonly change: (rate: number, how: string) => void;
  readonly ghostRate: number;
  readonly ghost: () => number;
  readonly changeGhost: (steps: number, how: string) => void;
  readonly moved: () => void;
}

export interface RateMapState {
  readonly bowl: Bowl;
  readonly pins: readonly number[];
  readonly guessing: boolean;
  readonly told: boolean;
}

const MOST = 1000;
const PIECES = 420;

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
  #pins = s("g");
  #last: RateMapState | null = null;
  #drawn: Bowl | null = null;

  constructor(options: RateMapOptions) {
    this.#options = options;
    const { window, rate, change, moved } = options;
    this.plot = new Plot({
      label: t("rate-map"),
      name: "rate-map",
      x: [0, window()[1]],
      y: [1, MOST],
      logY: true,
      yTicks: [1, 3, 10, 30, 100, 300, 1000],
      xTitle: t("learning-rate"),
      xTitleBelow: true,
      yTitle: t("axis-needed"),
    });
    const { plot } = this;
    plot.under.append(this.#cliff, this.#fold, this.#cliffLine);
    plot.data.append(this.#curve);
    this.#handle = new Handle(plot, {
      name: "rate",
      label: t("learning-rate"),
      get low() {
        return window()[0];
      },
      get high() {
        return window()[1];
      },
      get step() {
        return rateStep(window());
      },
      get bigStep() {
        return 50 * rateStep(window());
      },
      fromPointer: (x) => x,
      value: rate,
      text: (value) => t("rate-text", { rate: String(value), steps: words(this.#needed(value)) }),
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
      this.#pins,
      this.#known,
      this.#truth,
      this.#handle.element,
      this.#ghost.element,
    );
    plot.onLayout(() => {
      this.#drawn = null;
      if (this.#last) this.paint(this.#last);
    });
  }

  #needed(rate: number): number | null {
    return this.#last ? stepsNeeded(this.#last.bowl, rate) : null;
  }

  paint(state: RateMapState): void {
    this.#last = state;
    const { guessing, told, bowl, pins } = state;
    const { rate, ghost, ghostRate, window } = this.#options;
    const { plot } = this;
    plot.setDomain([0, window()[1]], [1, MOST]);
    if (this.#drawn !== bowl) {
      this.#drawn = bowl;
      this.#draw(bowl);
    }
    const height = (of: number): number =>
      Math.max(1, Math.min(MOST, stepsNeeded(bowl, of) ?? MOST));
    const now = rate();
    this.#handle.enable(!guessing);
    this.#handle.place(now, height(now));
    this.#ghost.enable(guessing || told);
    if (!guessing) this.#ghost.element.setAttribute("tabindex", "-1");
    this.#ghost.element.classList.toggle("settled", !guessing);
    this.#ghost.place(ghostRate, ghost());
    for (const part of [this.#curve, this.#fold, this.#pins]) show(part, !guessing);
    // Above a narrow map there is room for one number.
    const apart = plot.x(bowl.limit) - plot.x(bowl.fold);
    show(this.#foldText, !guessing && apart > 8 * plot.em);
    show(this.#known, guessing);
    show(this.#truth, told);
    put(this.#truth, { cx: plot.x(ghostRate), cy: plot.y(height(ghostRate)) });
    while (this.#pins.childElementCount > pins.length) this.#pins.lastChild!.remove();
    while (this.#pins.childElementCount < pins.length) {
      this.#pins.append(s("circle", { class: "pin", r: 5 }));
    }
    pins.forEach((pin, i) => {
      put(this.#pins.children[i]!, { cx: plot.x(pin), cy: plot.y(height(pin)) });
      show(this.#pins.children[i]!, stepsNeeded(bowl, pin) !== null && pin <= window()[1]);
    });
  }

  #draw(bowl: Bowl): void {
    const { plot } = this;
    const { limit, fold } = bowl;
    const low = this.#options.window()[0];
    const { rates, steps } = learningRateMap(
      bowl.surface.shares(START),
      bowl.surface.eigenvalues,
      arrived(bowl),
      rateGrid(low, limit * 0.99999, PIECES + 1),
    );
    let d = "";
    rates.forEach((rate, i) => {
      const height = Math.max(
        1,
        Math.min(MOST * 3, Number.isNaN(steps[i]!) ? MOST * 3 : steps[i]!),
      );
      d += `${d ? "L" : "M"}${plot.x(rate).toFixed(1)},${plot.y(height).toFixed(1)}`;
    });
    put(this.#curve, { d });
    put(this.#cliff, {
      x: plot.x(limit),
      y: plot.top,
      width: Math.max(0, plot.right - plot.x(limit)),
      height: plot.bottom - plot.top,
    });
    put(this.#cliffLine, { x1: plot.x(limit), x2: plot.x(limit), y1: plot.top, y2: plot.bottom });
    put(this.#fold, { x1: plot.x(fold), x2: plot.x(fold), y1: plot.top, y2: plot.bottom });
    write(this.#foldText, rateText(fold));
    put(this.#foldText, { x: plot.x(fold), y: plot.top - 6 });
    write(this.#cliffText, `▲ ${rateText(limit)}`);
    const room = 2.3 * plot.em;
    put(this.#cliffText, { x: Math.min(plot.x(limit), plot.right - room), y: plot.top - 6 });
    put(this.#known, { transform: `translate(${plot.x(0.01)},${plot.y(30)})` });
    write(this.#known.lastElementChild!, t("known-rate"));
  }
}

/** How far one press of a key moves a rate: 0.0001 for the lesson's. */
export function rateStep([, high]: Window): number {
  return 10 ** Math.floor(Math.log10(high / 200));
}

/** A rate with four significant digits: 0.04998, 0.09996. */
export function rateText(rate: number): string {
  return String(Number(rate.toPrecision(4)));
}

export function words(steps: number | null): string {
  return steps === null ? t("never") : t("steps-count", { steps: String(steps) });
}
