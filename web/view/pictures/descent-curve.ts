/**
 * Loss against step, both on scales of factors: a walk that takes millions of steps fits beside
 * one that takes ten. The same walk in the other coordinates is drawn for comparison.
 */

import { put, s, show, write } from "../kit/dom.ts";
import { clamp, fixed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import type { Descent } from "../powers.ts";

export interface DescentCurveState {
  readonly descent: Descent;
  readonly other: Descent;
  readonly names: readonly [own: string, other: string];
  readonly steps: number;
}

const LOSSES = [0.05, 20] as const;
/** Places of the curve in every factor of ten. */
const PIECES = 24;

export class DescentCurve {
  readonly plot: Plot;
  #most: number;
  #least = s("line", { class: "best-line" });
  #other = s("path", { class: "loss-curve" });
  #way = s("path", { class: "loss-curve way" });
  #path = s("path", { class: "loss-curve chosen" });
  #dot = s("circle", { class: "ball", r: 6 });
  #key = ["loss-curve chosen", "loss-curve", "best-line"].map((name) => ({
    line: s("path", { class: name }),
    text: s("text", { class: "title", "text-anchor": "end" }),
  }));
  #last: DescentCurveState | null = null;

  constructor(most: number) {
    this.#most = most;
    this.plot = new Plot({
      label: t("descent-curve"),
      name: "descent-curve",
      x: [1, most],
      y: LOSSES,
      logX: true,
      logY: true,
      xTicks: [1, 100, 1e4, 1e6],
      yTicks: [0.1, 1, 10],
      xTitle: t("axis-step"),
      yTitle: t("axis-loss"),
    });
    this.plot.under.append(this.#least);
    this.plot.data.append(this.#other, this.#way, this.#path);
    this.plot.over.append(this.#dot);
    this.plot.over.append(...this.#key.flatMap(({ line, text }) => [line, text]));
    this.plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  paint(state: DescentCurveState): void {
    this.#last = state;
    const { plot } = this;
    const { descent, other, steps } = state;
    const least = this.#y(descent.least);
    put(this.#least, { x1: plot.left, x2: plot.right, y1: least, y2: least });
    put(this.#other, { d: this.#line(other, this.#most) });
    put(this.#way, { d: this.#line(descent, this.#most) });
    put(this.#path, { d: this.#line(descent, steps) });
    const size = Number.parseFloat(getComputedStyle(plot.svg).fontSize) || 13;
    const names = [...state.names, t("descent-least", { loss: fixed(descent.least, 3) })];
    this.#key.forEach(({ line, text }, i) => {
      const y = plot.top + size * (1 + 1.6 * i);
      write(text, names[i]!);
      put(text, { x: plot.right - 36, y: y + size * 0.35 });
      put(line, { d: `M${plot.right - 28},${y}h28` });
    });
    const loss = descent.lossAfter(steps);
    show(this.#dot, loss <= LOSSES[1]);
    put(this.#dot, { cx: plot.x(steps), cy: this.#y(loss) });
  }

  #line(descent: Descent, last: number): string {
    let d = "";
    const end = Math.log10(last);
    const pieces = Math.max(1, Math.ceil(end * PIECES));
    for (let i = 0; i <= pieces; i++) {
      const step = Math.round(10 ** ((end * i) / pieces));
      const loss = descent.lossAfter(step);
      d += `${d ? "L" : "M"}${this.plot.x(step).toFixed(1)},${this.#y(loss).toFixed(1)}`;
      if (!(loss < LOSSES[1] * 1e6)) break;
    }
    return d;
  }

  #y(loss: number): number {
    const far = Number.isFinite(loss) ? loss : Number.MAX_VALUE;
    return clamp(this.plot.y(far), -this.plot.height, this.plot.bottom);
  }
}
