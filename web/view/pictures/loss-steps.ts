/** Loss against step for one recorded run and its rivals, from the first step to the last. */

import { put, s, show, write } from "../kit/dom.ts";
import { along } from "../kit/player.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import { TrackLines, type Line, type Rival } from "./track-lines.ts";

export interface LossState {
  readonly main: Line;
  readonly rivals: readonly Rival[];
  readonly shown: number;
  readonly last: number;
  readonly least: number;
  readonly untold: boolean;
  /** Where the run is within 1 % for good. */
  readonly arrived: number | null;
}

const POWERS = Array.from({ length: 28 }, (_, i) => Number(`1e${i - 12}`));
/** So that the axis stands still while a hand makes the run a little longer. */
const WIDTHS = [10, 20, 40, 60, 100, 150, 200, 250, 300];
/** A run that explodes may leave the picture: so many decades above its start. */
const ABOVE = 3;
/** And one that comes near to nothing is followed so many decades down. */
const BELOW = 4;

export class LossSteps {
  readonly plot: Plot;
  #tracks = new TrackLines(() => this.plot.bottom - 8);
  #least = s("line", { class: "best-line" });
  #arrived = s("line", { class: "arrived-line" });
  #arrivedText = s("text", { class: "tick", "text-anchor": "middle" });
  #dot = s("circle", { class: "ball", r: 6 });
  #last: LossState | null = null;

  constructor() {
    this.plot = new Plot({
      label: t("loss-steps"),
      name: "loss-steps",
      x: [0, 10],
      y: [0.1, 10],
      logY: true,
      yTicks: POWERS,
      xTitle: t("axis-step"),
      yTitle: t("axis-loss"),
    });
    this.plot.under.append(this.#least, this.#arrived);
    this.plot.data.append(this.#tracks.element);
    this.plot.over.append(this.#tracks.marks, this.#arrivedText, this.#dot);
    this.plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  paint(state: LossState): void {
    this.#last = state;
    const { plot } = this;
    const { main, rivals, shown, last, least, untold } = state;
    plot.setDomain([0, WIDTHS.find((each) => each >= last) ?? last], this.#heights(state));
    const [low, high] = plot.y.domain() as [number, number];
    const floor = (loss: number): number => Math.min(Math.max(loss, low), high * 1e4);
    const place = (x: number, y: number): readonly [number, number] => [
      plot.x(x),
      plot.y(floor(y)),
    ];
    this.#tracks.paint(main, rivals, shown, last, !untold, place);
    const [cx, cy] = place(along(main.x, shown), along(main.y, shown));
    put(this.#dot, { cx: cx.toFixed(1), cy: Math.max(plot.top - 8, cy).toFixed(1) });
    show(this.#least, least >= low);
    put(this.#least, {
      x1: plot.left,
      x2: plot.right,
      y1: plot.y(floor(least)),
      y2: plot.y(floor(least)),
    });
    const at = untold || state.arrived === 0 ? null : state.arrived;
    show(this.#arrived, at !== null);
    show(this.#arrivedText, at !== null);
    if (at === null) return;
    put(this.#arrived, { x1: plot.x(at), x2: plot.x(at), y1: plot.top, y2: plot.bottom });
    put(this.#arrivedText, { x: Math.min(plot.x(at), plot.right - 16), y: plot.top - 6 });
    write(this.#arrivedText, `1 %`);
  }

  /** Whole decades that hold the losses, as far as they make a picture. */
  #heights({ main, rivals, last, least }: LossState): readonly [number, number] {
    const start = main.y[0]!;
    const most = start * 10 ** ABOVE;
    let high = Math.max(start, least);
    for (const { y } of [main, ...rivals]) {
      for (let i = 0; i <= last && i < y.length; i++) high = Math.max(high, Math.min(most, y[i]!));
    }
    const low = Math.max(least, high / 10 ** BELOW, 1e-11);
    const decade = (value: number, way: "floor" | "ceil"): number =>
      Number(`1e${Math[way](Math.log10(value))}`);
    const bottom = decade(low, "floor");
    return [bottom, Math.max(bottom * 10, decade(high, "ceil"))];
  }
}
