/** What a stated chance of rain costs, once the day is over: log loss and Brier score. */

import { put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { spread } from "../kit/labels.ts";
import { clamp, fixed, short } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import { COMPARED, forecastCost, SCORES, type Day, type Score } from "../forecast.ts";

export interface RainOptions {
  readonly chance: () => number;
  readonly say: (chance: number, how: "drag" | "key") => void;
  readonly said: () => void;
}

export interface RainState {
  readonly chance: number;
  readonly day: Day;
}

const TOP = 4.2;
/** Below zero is the rail of the handle. */
const RAIL = -0.45;

export class RainPicture {
  readonly plot: Plot;
  #handle: Handle;
  #zero = s("line", { class: "zero-line" });
  #drop = s("line", { class: "drop" });
  #parts = SCORES.map((score) => ({
    score,
    curve: s("path", { class: `loss-line score-${score} looked`, "data-kedou": `curve-${score}` }),
    name: s("text", { class: `loss-label name-${score}` }, t(`rain-${score}`)),
    marks: COMPARED.map(() => s("circle", { class: "compared", r: 4.5 })),
    dot: s("circle", { class: `dot-${score}`, r: 7 }),
    cost: s("text", { class: `loss-label name-${score}` }),
  }));
  #days: Record<Day, SVGTextElement> = {
    sun: s("text", { class: "day", "text-anchor": "start" }, `← ${t("rain-axis-sun")}`),
    rain: s("text", { class: "day", "text-anchor": "end" }, `${t("rain-axis-rain")} →`),
  };
  #em = 15;
  #last: RainState | null = null;

  constructor(options: RainOptions) {
    this.plot = new Plot({
      label: t("rain-picture"),
      name: "rain-picture",
      x: [0, 100],
      y: [RAIL, TOP],
      xTicks: [0, 5, 20, 40, 60, 80, 100],
      yTicks: [0, 1, 2, 3, 4],
      xTitle: t("axis-chance"),
      yTitle: t("axis-loss"),
    });
    const { plot } = this;
    this.#handle = new Handle(plot, {
      name: "chance",
      label: t("rain-chance"),
      low: 0,
      high: 100,
      step: 1,
      bigStep: 10,
      fromPointer: (x) => x,
      value: options.chance,
      text: (chance) => `${short(chance)}%`,
      change: options.say,
      end: options.said,
    });
    plot.under.append(this.#zero);
    plot.data.append(this.#drop, ...this.#parts.map((part) => part.curve));
    for (const { name, marks, dot, cost } of this.#parts) {
      plot.over.append(name, ...marks, dot, cost);
    }
    plot.over.append(this.#days.sun, this.#days.rain, this.#handle.element);
    plot.onLayout(() => {
      this.#em = Number.parseFloat(getComputedStyle(plot.svg).fontSize) || 15;
      if (this.#last) this.paint(this.#last);
    });
  }

  paint(state: RainState): void {
    this.#last = state;
    const { plot } = this;
    const { chance, day } = state;
    const px = plot.x(chance);
    put(this.#zero, { x1: plot.left, x2: plot.right, y1: plot.y(0), y2: plot.y(0) });
    for (const { score, curve, marks, dot } of this.#parts) {
      put(curve, { d: plot.curve((at) => cost(score, at, day), 0, 100, 200) });
      marks.forEach((mark, i) => {
        const at = COMPARED[i]!;
        put(mark, { cx: plot.x(at), cy: plot.y(cost(score, at, day)) });
      });
      const py = plot.y(cost(score, chance, day));
      show(dot, py >= plot.top);
      put(dot, { cx: px, cy: py });
    }
    const highest = Math.max(plot.top, plot.y(cost("log", chance, day)));
    put(this.#drop, { x1: px, x2: px, y1: highest, y2: plot.bottom });
    this.#handle.place(chance, RAIL);
    this.#paintWords(state);
  }

  #paintWords({ chance, day }: RainState): void {
    const { plot } = this;
    const em = this.#em;
    // The names stand where each curve is highest, on the side from which it rises.
    const up = day === "sun" ? 1 : -1;
    const end = day === "sun" ? 100 : 0;
    for (const { score, name } of this.#parts) {
      const at = score === "log" ? end - 5 * up : end - 2 * up;
      put(name, {
        x: plot.x(at) - up * (score === "log" ? 10 : 0),
        y: plot.y(cost(score, at, day)) - (score === "log" ? 0 : em * 0.7),
        "text-anchor": up > 0 ? "end" : "start",
      });
    }
    // The costs stand beside their dots, downhill; where no room is left there, uphill and higher.
    const width = em * 3.6;
    const px = plot.x(chance);
    const hasRoom = up > 0 ? px - width > plot.left : px + width < plot.right;
    const beside = hasRoom ? chance : clamp(plot.x.invert(px + up * width), 0, 100);
    const wanted = this.#parts.map(({ score }) => {
      const over = hasRoom ? score : "log";
      return Math.max(plot.top + em * 0.6, plot.y(cost(over, beside, day))) - em * 0.5;
    });
    const places = spread(wanted, em * 1.3);
    const low = hasRoom ? plot.y(0) - em * 0.6 : Math.min(...wanted);
    const lift = Math.max(0, Math.max(...places) - low);
    const way = hasRoom ? -up : up;
    this.#parts.forEach(({ score, cost: text }, i) => {
      const value = forecastCost(score, chance, day);
      write(text, score === "brier" ? short(value) : fixed(value, 3));
      put(text, {
        x: px + way * 13,
        y: (places[i]! + em * 0.35 - lift).toFixed(1),
        "text-anchor": way > 0 ? "start" : "end",
      });
    });
    for (const each of ["sun", "rain"] as const) {
      this.#days[each].classList.toggle("happened", each === day);
      put(this.#days[each], {
        x: each === "sun" ? plot.left + 10 : plot.right - 10,
        y: plot.y(RAIL / 2) + em * 0.35,
      });
    }
  }
}

/** The cost as far as a picture can show it. */
function cost(score: Score, chance: number, day: Day): number {
  return Math.min(10 * TOP, forecastCost(score, chance, day));
}
