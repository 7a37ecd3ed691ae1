/** Loss against step: on the rows learnt from, on the rows left out, and of runs that were pinned. */

import { clear, put, s, show } from "../kit/dom.ts";
import { short, tenths } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export interface RunLine {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface RunCurvesState {
  readonly training: RunLine;
  readonly leftOut: RunLine | null;
  readonly pins: readonly RunLine[];
  /** The smallest possible loss on the rows learnt from. */
  readonly least: number;
  /** "Always the mean" on the rows left out. */
  readonly baseline: number | null;
  readonly bestStep: number | null;
  readonly step: number;
  readonly log: boolean;
  /** One line alone needs no legend. */
  readonly isAlone?: boolean;
  /** What the loss is called, on the axis. */
  readonly title: string;
}

export class RunCurves {
  readonly plot: Plot;
  #least = s("line", { class: "best-line" });
  #baseline = s("line", { class: "baseline" });
  #training = s("path", { class: "run-line" });
  #leftOut = s("path", { class: "run-line left-out" });
  #pins = [s("path", { class: "run-line pin-0" }), s("path", { class: "run-line pin-1" })];
  #legend = s("g");
  #best = s("path", { class: "best-mark" });
  #cursor = s("line", { class: "drop" });
  #dot = s("circle", { class: "ball", r: 6 });
  #last: RunCurvesState | null = null;
  #legendKey = "";

  constructor() {
    this.plot = new Plot({
      label: t("own-run-curves"),
      name: "run-curves",
      x: [0, 1000],
      y: [0, 1],
      stepsX: true,
      xTitle: t("axis-step"),
      yTitle: t("own-axis-error"),
    });
    const { plot } = this;
    plot.under.append(this.#least, this.#baseline);
    plot.data.append(...this.#pins, this.#cursor, this.#training, this.#leftOut);
    plot.over.append(this.#legend, this.#best, this.#dot);
    plot.onLayout(() => this.#last && this.#draw(this.#last));
  }

  paint(state: RunCurvesState): void {
    this.#last = state;
    this.plot.setLogY(state.log);
    this.plot.nameAxes(t("axis-step"), state.title);
    const { x, y } = domains(state);
    if (!this.plot.setDomain(x, y)) this.#draw(state);
  }

  #draw(state: RunCurvesState): void {
    const { plot } = this;
    const { training, leftOut, pins, least, baseline, bestStep, step } = state;
    put(this.#training, { d: this.#path(training) });
    put(this.#leftOut, { d: leftOut ? this.#path(leftOut) : "" });
    this.#pins.forEach((path, i) => put(path, { d: pins[i] ? this.#path(pins[i]) : "" }));
    const level = (line: SVGLineElement, value: number | null): void => {
      show(line, value !== null && this.#inside(value));
      if (value === null) return;
      put(line, { x1: plot.left, x2: plot.right, y1: this.#y(value), y2: this.#y(value) });
    };
    level(this.#least, least);
    level(this.#baseline, baseline);
    this.#drawLegend([
      ...(state.isAlone ? [] : [{ words: t("own-training"), line: "run-line" }]),
      ...(leftOut ? [{ words: t("own-left-out"), line: "run-line left-out" }] : []),
      ...(baseline !== null ? [{ words: t("own-always-mean"), line: "baseline" }] : []),
      ...pins.map((_, i) => ({
        words: t("own-pinned", { name: i === 0 ? "A" : "B" }),
        line: `run-line pin-${i}`,
      })),
    ]);
    show(this.#best, leftOut !== null && bestStep !== null);
    if (leftOut && bestStep !== null) {
      const at = plot.x(bestStep);
      const up = this.#y(valueAt(leftOut, bestStep)) - 9;
      put(this.#best, { d: `M${at},${up}l-6,-11h12z` });
    }
    const at = plot.x(step);
    put(this.#cursor, { x1: at, x2: at, y1: plot.top, y2: plot.bottom });
    put(this.#dot, { cx: at, cy: this.#y(valueAt(training, step)) });
  }

  /** Which line is which, in the corner that a loss that falls leaves free. */
  #drawLegend(entries: readonly { words: string; line: string }[]): void {
    const { plot } = this;
    const { em } = plot;
    const key = JSON.stringify([entries, plot.right, plot.top, em]);
    if (key === this.#legendKey) return;
    this.#legendKey = key;
    clear(
      this.#legend,
      ...entries.flatMap(({ words, line }, i) => {
        const y = plot.top + em * (0.9 + 1.45 * i);
        const right = plot.right - em * 0.6;
        return [
          s("line", { class: line, x1: right - em * 2.6, x2: right, y1: y, y2: y }),
          s(
            "text",
            { class: "tick", x: right - em * 3.1, y: y + em * 0.35, "text-anchor": "end" },
            words,
          ),
        ];
      }),
    );
  }

  #inside(value: number): boolean {
    const [low, high] = this.plot.y.domain() as [number, number];
    return value >= low && value <= high;
  }

  #y(value: number): number {
    const { plot } = this;
    const [low] = plot.y.domain() as [number, number];
    if (!Number.isFinite(value)) return -2 * plot.height;
    return Math.max(-2 * plot.height, plot.y(Math.max(value, low)));
  }

  /**
   * The line, of steps that share a column of pixels the first, the ends of their span and the
   * last: more cannot be seen, and costs at every frame of a drag.
   */
  #path({ steps, values }: RunLine): string {
    const { plot } = this;
    let d = "";
    let column = NaN;
    let [at, first, low, high, last] = [0, 0, 0, 0, 0];
    const end = (): void => {
      if (low < Math.min(first, last) - 0.5) d += `L${tenths(at)},${tenths(low)}`;
      if (high > Math.max(first, last) + 0.5) d += `L${tenths(at)},${tenths(high)}`;
      if (last !== first) d += `L${tenths(at)},${tenths(last)}`;
    };
    for (let n = 0; n < steps.length; n++) {
      const x = plot.x(steps[n]!);
      const y = this.#y(values[n]!);
      if (Math.floor(x) === column) {
        [at, low, high, last] = [x, Math.min(low, y), Math.max(high, y), y];
        continue;
      }
      if (n > 0) end();
      column = Math.floor(x);
      at = x;
      first = low = high = last = y;
      d += `${n ? "L" : "M"}${tenths(x)},${tenths(y)}`;
    }
    end();
    return d;
  }
}

/** The value of a line at the last of its steps that is not after `step`. */
export function valueAt({ steps, values }: RunLine, step: number): number {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle]! <= step) low = middle;
    else high = middle - 1;
  }
  return values[low]!;
}

/** All of the runs' steps; losses from nothing (or the smallest) to the start of this one. */
function domains({ training, leftOut, pins, least, baseline, log }: RunCurvesState): {
  x: readonly [number, number];
  y: readonly [number, number];
} {
  const lines = [training, ...(leftOut ? [leftOut] : []), ...pins];
  const last = Math.max(1, ...lines.map(({ steps }) => steps[steps.length - 1]!));
  const tops = [training.values[0]!, leftOut?.values[0] ?? 0, baseline ?? 0, least];
  const top = Math.max(...tops.filter(Number.isFinite)) || 1;
  if (!log) return { x: [0, last], y: [0, 1.12 * top] };
  let low = least > 0 ? least : Infinity;
  for (const { values } of lines) {
    for (let n = 0; n < values.length; n++) if (values[n]! > 0) low = Math.min(low, values[n]!);
  }
  if (!Number.isFinite(low)) low = top / 10;
  // In steps, so that the axes stand still while a rate is dragged.
  const floor = 10 ** (Math.floor(4 * Math.log10(0.8 * low)) / 4);
  return { x: [0, last], y: [Math.max(floor, top * 1e-12), 3 * top] };
}

export function errorText(value: number | null): string {
  return value === null ? "?" : short(value, 4);
}
