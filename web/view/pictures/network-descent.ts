/** The loss against the step of a descent: the whole run, and how far it is shown. */

import { put, s } from "../kit/dom.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export class NetworkDescent {
  readonly plot: Plot;
  #run = s("path", { class: "loss-curve" });
  #been = s("path", { class: "loss-curve chosen" });
  #dot = s("circle", { class: "ball", r: 6 });
  #last: [readonly number[], number, number] | null = null;

  constructor(steps: number) {
    this.plot = new Plot({
      label: t("network-descent"),
      name: "network-descent",
      x: [0, steps],
      y: [0, 1],
      xTitle: t("axis-step"),
      yTitle: t("axis-loss"),
    });
    this.plot.data.append(this.#run, this.#been);
    this.plot.over.append(this.#dot);
    this.plot.onLayout(() => this.#last && this.paint(...this.#last));
  }

  /** `shown` may be between two steps, where the loss is `loss`. */
  paint(losses: readonly number[], shown: number, loss: number): void {
    this.#last = [losses, shown, loss];
    const { plot } = this;
    plot.setDomain(plot.x.domain() as [number, number], [0, roundUp(1.1 * losses[0]!)]);
    const at = (step: number, value: number): string =>
      `${plot.x(step).toFixed(1)},${Math.max(-plot.height, plot.y(value)).toFixed(1)}`;
    const whole = Math.floor(shown);
    const places = losses.map((value, step) => at(step, value));
    put(this.#run, { d: `M${places.join("L")}` });
    put(this.#been, { d: `M${[...places.slice(0, whole + 1), at(shown, loss)].join("L")}` });
    put(this.#dot, { cx: plot.x(shown), cy: Math.max(plot.top - 8, plot.y(loss)) });
  }
}

/** The next number of the form 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6)));
  return [1, 2, 5, 10].find((each) => each * power >= value)! * power;
}
