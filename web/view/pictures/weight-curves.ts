/** Weights against step, each in standard deviations of its column, so that they can be compared. */

import { put, s, show, write } from "../kit/dom.ts";
import { spread } from "../kit/labels.ts";
import { clipped } from "../kit/names.ts";
import { tenths } from "../kit/numbers.ts";
import { Plot, affine } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export interface WeightLine {
  readonly name: string;
  readonly values: readonly number[];
}

export interface WeightCurvesState {
  readonly steps: readonly number[];
  readonly lines: readonly WeightLine[];
  readonly step: number;
}

/** More lines than this cannot be told apart; the ones that move the prediction most are named. */
const NAMED = 6;
/** Letters that are twice as wide as Latin ones. */
const WIDE = /[\u2e80-\uffef]/;

export class WeightCurves {
  readonly plot: Plot;
  #lines = s("g");
  #names = s("g");
  #zero = s("line", { class: "best-line" });
  #cursor = s("line", { class: "drop" });
  #last: WeightCurvesState | null = null;

  constructor() {
    this.plot = new Plot({
      label: t("own-weight-curves"),
      name: "weight-curves",
      x: [0, 1000],
      y: [-1, 1],
      stepsX: true,
      xTitle: t("axis-step"),
      yTitle: t("own-axis-weights"),
      rightRoom: 6,
    });
    const { plot } = this;
    plot.under.append(this.#zero);
    plot.data.append(this.#cursor, this.#lines);
    plot.over.append(this.#names);
    plot.onLayout(() => this.#last && this.#draw(this.#last));
  }

  paint(state: WeightCurvesState): void {
    this.#last = state;
    let [low, high] = [0, 0];
    for (const { values } of state.lines) {
      // A run that diverges leaves the picture: its ends would flatten all that came before.
      const first = Math.max(...values.slice(0, 3).map(Math.abs));
      for (const value of values) {
        if (!Number.isFinite(value) || Math.abs(value) > 1e3 * (first + 1e-300)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    const room = 0.08 * (high - low || 1);
    // In steps, so that the axes stand still while a rate is dragged.
    const grid = 2 ** Math.floor(Math.log2(high - low || 1)) / 8;
    const ends: [number, number] = [
      grid * Math.floor((low - room) / grid),
      grid * Math.ceil((high + room) / grid),
    ];
    const last = Math.max(1, state.steps.at(-1)!);
    if (!this.plot.setDomain([0, last], ends)) this.#draw(state);
  }

  #draw({ steps, lines, step }: WeightCurvesState): void {
    const { plot } = this;
    while (this.#lines.childElementCount > lines.length) this.#lines.lastChild!.remove();
    while (this.#lines.childElementCount < lines.length) {
      const n = this.#lines.childElementCount;
      this.#lines.append(s("path", { class: `weight-line dash-${n % 4}` }));
    }
    const across = steps.map((step, i) => `${i ? "L" : "M"}${tenths(plot.x(step))},`);
    const [factor, shift] = affine(plot.y);
    lines.forEach(({ values }, n) => {
      let d = "";
      for (let i = 0; i < steps.length; i++) {
        const y = factor * values[i]! + shift;
        d += across[i]! + tenths(Math.max(-2 * plot.height, Math.min(3 * plot.height, y)));
      }
      put(this.#lines.children[n]!, { d });
    });
    put(this.#zero, { x1: plot.left, x2: plot.right, y1: plot.y(0), y2: plot.y(0) });
    const at = plot.x(step);
    put(this.#cursor, { x1: at, x2: at, y1: plot.top, y2: plot.bottom });
    this.#placeNames(lines);
  }

  #placeNames(lines: readonly WeightLine[]): void {
    const { plot } = this;
    const ends = lines
      .map(({ name, values }) => ({ name, end: values.at(-1)! }))
      .filter(({ end }) => Number.isFinite(end))
      .sort((a, b) => Math.abs(b.end) - Math.abs(a.end))
      .slice(0, NAMED)
      .sort((a, b) => b.end - a.end);
    while (this.#names.childElementCount < ends.length) {
      this.#names.append(s("text", { class: "tick" }));
    }
    const { em } = plot;
    const gap = em * 1.1;
    const wanted = ends.map(({ end }) => Math.max(plot.top, Math.min(plot.bottom, plot.y(end))));
    // Names that lie close stand one under another, and the last no lower than the picture.
    const places = spread(wanted, gap).map((y, n) =>
      Math.max(plot.top + n * gap, Math.min(plot.bottom - (ends.length - 1 - n) * gap, y)),
    );
    [...this.#names.children].forEach((text, n) => {
      const end = ends[n];
      show(text, end !== undefined);
      if (!end) return;
      write(text, clipped(end.name, WIDE.test(end.name) ? 5 : 9));
      // Moved, and not placed: a text whose x or y changes is laid out anew.
      const y = Math.round(places[n]! - gap * 0.05);
      put(text, { transform: `translate(${plot.right + 5},${y})` });
    });
  }
}
