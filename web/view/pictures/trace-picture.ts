/** L(w) of three losses: drawn where the hand has been, then whole, then all three at once. */

import { put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import type { Interval } from "../kit/intervals.ts";
import { spread } from "../kit/labels.ts";
import { clamp, fixed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import { LOSS_NAMES, perLoss, type Judged, type LossName, type PerLoss } from "../losses.ts";

export const LOW = 0;
export const HIGH = 1.6;
const TOP = 7;
const PIECES = 200;

export type Drawn = "traced" | "whole" | "all";

export interface TraceOptions {
  readonly w: () => number;
  readonly roll: (w: number, how: "drag" | "key") => void;
  readonly rolled: () => void;
}

export interface TraceState {
  readonly losses: PerLoss<Judged>;
  readonly looked: LossName;
  readonly w: number;
  readonly been: readonly Interval[];
  readonly drawn: Drawn;
  readonly guessing: boolean;
}

export class TracePicture {
  readonly plot: Plot;
  #ball: Handle;
  #curves = perLoss((name) =>
    s("path", { class: `loss-line loss-${name}`, "data-kedou": `curve-of-${name}` }),
  );
  #names = perLoss((name) =>
    s("text", { class: "loss-label", "text-anchor": "end" }, t(`loss-${name}`)),
  );
  #marks = perLoss((name) => s("path", { class: `loss-mark mark-${name}` }));
  #drop = s("line", { class: "drop" });
  #hint = s("text", { class: "trace-hint", "text-anchor": "middle" });
  #em = 15;
  #last: TraceState | null = null;

  constructor(options: TraceOptions) {
    this.plot = new Plot({
      label: t("loss-trace"),
      name: "trace-picture",
      x: [LOW, HIGH],
      y: [0, TOP],
      xTitle: t("axis-w"),
      yTitle: t("axis-loss"),
    });
    const { plot } = this;
    this.#ball = new Handle(plot, {
      name: "ball",
      label: t("loss-ball"),
      low: LOW,
      high: HIGH,
      step: 0.005,
      bigStep: 0.05,
      fromPointer: (x) => x,
      value: options.w,
      text: (w) => t("ball-text", { w: fixed(w, 3), loss: fixed(this.#height(w), 3) }),
      change: options.roll,
      end: options.rolled,
    });
    write(this.#hint, t("loss-trace-hint"));
    for (const name of LOSS_NAMES) {
      plot.data.append(this.#curves[name]);
      plot.over.append(this.#marks[name], this.#names[name]);
    }
    plot.data.append(this.#drop);
    plot.over.append(this.#hint, this.#ball.element);
    plot.onLayout(() => {
      this.#em = Number.parseFloat(getComputedStyle(plot.svg).fontSize) || 15;
      if (this.#last) this.paint(this.#last);
    });
  }

  paint(state: TraceState): void {
    this.#last = state;
    const { plot } = this;
    const { losses, looked, w, been, drawn, guessing } = state;
    for (const name of LOSS_NAMES) {
      const isLooked = name === looked;
      const curve = this.#curves[name];
      const isShown = !guessing && (drawn === "all" || isLooked);
      const parts: readonly Interval[] = drawn === "traced" ? been : [[LOW, HIGH]];
      put(curve, { d: isShown ? this.#path(losses[name], parts) : "" });
      curve.classList.toggle("looked", isLooked);
      const { best } = losses[name];
      show(this.#marks[name], isShown && best >= LOW && best <= HIGH);
      put(this.#marks[name], { d: `M${plot.x(best).toFixed(1)},${plot.bottom}l-6,11h12z` });
      this.#marks[name].classList.toggle("looked", isLooked);
      this.#names[name].classList.toggle("looked", isLooked);
      show(this.#names[name], isShown && drawn === "all");
    }
    if (drawn === "all") this.#placeNames(losses);
    const px = plot.x(clamp(w, LOW, HIGH));
    const py = Math.max(plot.top, plot.y(losses[looked].height(w)));
    this.#ball.enable(!guessing);
    this.#ball.place(clamp(w, LOW, HIGH), plot.y.invert(py));
    show(this.#drop, !guessing);
    put(this.#drop, { x1: px, x2: px, y1: py, y2: plot.bottom });
    show(this.#hint, !guessing && drawn === "traced" && been.length === 0);
    put(this.#hint, { x: (plot.left + plot.right) / 2, y: (plot.top + plot.bottom) / 2 });
  }

  #height(w: number): number {
    return this.#last?.losses[this.#last.looked].height(w) ?? 0;
  }

  #path(loss: Judged, parts: readonly Interval[]): string {
    return parts
      .map(([from, to]) => {
        const pieces = Math.max(2, Math.ceil(((to - from) / (HIGH - LOW)) * PIECES));
        return this.plot.curve(loss.height, from, to, pieces);
      })
      .join("");
  }

  #placeNames(losses: PerLoss<Judged>): void {
    const { plot } = this;
    const em = this.#em;
    const at = HIGH - 0.04;
    const wanted = LOSS_NAMES.map((name) => {
      const y = plot.y(losses[name].height(at));
      return Math.max(plot.top + em, Math.min(plot.bottom - em, y)) - em * 0.8;
    });
    const places = spread(wanted, em * 1.2);
    LOSS_NAMES.forEach((name, i) => {
      put(this.#names[name], { x: plot.right - 4, y: places[i]!.toFixed(1) });
    });
  }
}
