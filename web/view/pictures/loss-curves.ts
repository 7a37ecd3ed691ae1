/** Loss against step, for several rates at once; the chosen one in front. */

import { put, s } from "../kit/dom.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export interface Curve {
  readonly label: string;
  readonly losses: readonly number[];
  /** The step beside which the label stands. */
  readonly at: number;
}

export class LossCurves {
  readonly plot: Plot;
  #others: { path: SVGPathElement; label: SVGTextElement; curve: Curve }[];
  #path = s("path", { class: "loss-curve chosen" });
  #dot = s("circle", { class: "ball", r: 6 });
  #last: { losses: readonly number[]; shown: number; loss: number } | null = null;

  constructor(others: readonly Curve[]) {
    this.plot = new Plot({
      label: t("loss-curves"),
      name: "loss-curves",
      x: [0, 40],
      y: [0.1, 1000],
      logY: true,
      yTicks: [0.1, 1, 10, 100, 1000],
      xTitle: t("axis-step"),
      yTitle: t("axis-loss"),
    });
    this.#others = others.map((curve) => ({
      curve,
      path: s("path", { class: "loss-curve" }),
      label: s("text", { class: "tick" }, curve.label),
    }));
    for (const each of this.#others) {
      this.plot.data.append(each.path);
      this.plot.over.append(each.label);
    }
    this.plot.data.append(this.#path);
    this.plot.over.append(this.#dot);
    this.plot.onLayout(() => {
      this.#drawOthers();
      if (this.#last) this.paint(this.#last.losses, this.#last.shown, this.#last.loss);
    });
  }

  paint(losses: readonly number[], shown: number, loss: number): void {
    this.#last = { losses, shown, loss };
    this.plot.setDomain([0, shown > 40 ? 100 : 40], [0.1, 1000]);
    put(this.#path, { d: this.#line(losses) });
    put(this.#dot, {
      cx: this.plot.x(shown),
      cy: Math.max(this.plot.top - 8, this.plot.y(Math.max(0.1, loss))),
    });
  }

  #line(losses: readonly number[]): string {
    const { plot } = this;
    const last = Math.min(losses.length - 1, plot.x.domain()[1]!);
    let d = "";
    for (let i = 0; i <= last; i++) {
      const y = Math.max(-500, plot.y(Math.max(0.1, losses[i]!)));
      d += `${i ? "L" : "M"}${plot.x(i).toFixed(1)},${y.toFixed(1)}`;
    }
    return d;
  }

  #drawOthers(): void {
    const { plot } = this;
    for (const { path, label, curve } of this.#others) {
      put(path, { d: this.#line(curve.losses) });
      const { at, losses } = curve;
      put(label, { x: plot.x(at) + 7, y: plot.y(losses[at]!) - 5 });
    }
  }
}
