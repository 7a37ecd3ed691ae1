/**
 * Loss against power: on what the curve saw, and on each tadpole that was hidden from it. Only
 * what the learner has walked through is there; the ring chooses the power.
 */

import { put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { clamp, fixed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

/** What is known of one power; null where it has not been looked at. */
export interface PowerLosses {
  readonly training: number | null;
  /** The squares of the errors collected so far. */
  readonly squares: readonly number[];
  /** Which of the squares has just been collected. */
  readonly newest: number | null;
  readonly leftOut: number | null;
}

export interface PowerLossesOptions {
  readonly most: number;
  readonly power: () => number;
  readonly choose: (power: number, how: string) => void;
  readonly chosen: () => void;
  readonly text: (power: number) => string;
}

export interface PowerLossesState {
  readonly losses: readonly PowerLosses[];
  readonly power: number;
  /** The highest power that there are tadpoles enough for. */
  readonly highest: number;
}

const RANGE = [0.02, 100] as const;
const SMALL = 240;

interface Column {
  readonly ground: SVGRectElement;
  readonly squares: SVGGElement;
  readonly training: SVGCircleElement;
  readonly trainingText: SVGTextElement;
  readonly leftOut: SVGPathElement;
  readonly leftOutText: SVGTextElement;
}

export class PowerLossesPicture {
  readonly plot: Plot;
  #columns: readonly Column[];
  #trainingPath = s("path", { class: "training-path" });
  #leftOutPath = s("path", { class: "left-out-path" });
  #key = s("g", { class: "losses-key", "aria-hidden": "true" });
  #handle: Handle;
  #last: PowerLossesState | null = null;

  constructor(options: PowerLossesOptions) {
    const powers = Array.from({ length: options.most }, (_, i) => i + 1);
    this.plot = new Plot({
      label: t("power-losses"),
      name: "power-losses",
      x: [0.55, options.most + 0.65],
      y: RANGE,
      logY: true,
      xTicks: powers,
      yTicks: [0.1, 1, 10, 100],
      xTitle: t("axis-power"),
      yTitle: t("axis-loss"),
    });
    const { plot } = this;
    this.#columns = powers.map((power) => ({
      ground: s("rect", {
        class: "power-column",
        onclick: () => {
          options.choose(power, "tap");
          options.chosen();
        },
      }),
      squares: s("g", { class: "squares" }),
      training: s("circle", { class: "training-dot", r: 6 }),
      trainingText: s("text", { class: "number-label", "data-kedou": `training-${power}` }),
      leftOut: s("path", { class: "left-out-dot" }),
      leftOutText: s("text", { class: "number-label", "data-kedou": `left-out-${power}` }),
    }));
    plot.under.append(...this.#columns.map((each) => each.ground));
    plot.data.append(this.#trainingPath, this.#leftOutPath);
    for (const { squares, training } of this.#columns) {
      plot.data.append(squares);
      plot.over.append(training);
    }
    this.#key.append(
      s("circle", { class: "training-dot", r: 6 }),
      s("text", {}, t("train-training")),
      s("path", { class: "left-out-dot" }),
      s("text", {}, t("train-left-out")),
    );
    this.#handle = new Handle(plot, {
      name: "power",
      label: t("train-power"),
      low: 1,
      high: options.most,
      step: 1,
      bigStep: 1,
      fromPointer: (x) => x,
      value: options.power,
      text: options.text,
      change: options.choose,
      end: options.chosen,
    });
    plot.over.append(
      this.#key,
      this.#handle.element,
      ...this.#columns.flatMap((each) => [each.leftOut, each.trainingText, each.leftOutText]),
    );
    plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  pulse(): void {
    this.#handle.pulse();
  }

  paint(state: PowerLossesState): void {
    this.#last = state;
    const { plot } = this;
    // On a small screen the name of the axis would lie on the last column's loss.
    const isCrowded = plot.height < SMALL && state.losses.at(-1)?.training !== null;
    plot.nameX(isCrowded ? "" : t("axis-power"));
    const size = sizeOfType(plot);
    const half = (plot.x(2) - plot.x(1)) / 2;
    state.losses.forEach((losses, i) => {
      const column = this.#columns[i]!;
      const power = i + 1;
      const x = plot.x(power);
      const isChosen = power === state.power;
      put(column.ground, {
        x: x - half,
        y: plot.top,
        width: Math.max(0, 2 * half),
        height: Math.max(0, plot.bottom - plot.top),
        class: `power-column${isChosen ? " chosen" : ""}${power > state.highest ? " closed" : ""}`,
      });
      this.#paintSquares(column.squares, losses, x);
      const beside = x + (isChosen ? 19 : 11);
      const { training, leftOut } = losses;
      show(column.training, training !== null);
      if (training !== null) put(column.training, { cx: x, cy: this.#y(training) });
      // Beside its dot; lower where the other number is near, higher where the next column is.
      const isNear = this.#y(training ?? 1) - this.#y(leftOut ?? RANGE[1]) < 30;
      const isTight = 2 * half < 4 * size && power % 2 === 0;
      const down = isNear ? 15 : isTight ? -8 : 5;
      label(column.trainingText, training, beside, this.#y(training ?? 1) + down);
      show(column.leftOut, leftOut !== null);
      if (leftOut !== null) put(column.leftOut, { d: diamond(x, this.#y(leftOut)) });
      label(column.leftOutText, leftOut, beside, this.#y(leftOut ?? 1) - 4);
    });
    put(this.#trainingPath, { d: this.#path(state.losses.map((each) => each.training)) });
    put(this.#leftOutPath, { d: this.#path(state.losses.map((each) => each.leftOut)) });
    this.#paintKey();
    const chosen = state.losses[state.power - 1]?.training ?? RANGE[0];
    this.#handle.place(state.power, plot.y.invert(this.#y(chosen)));
  }

  #paintSquares(group: SVGGElement, { squares, newest }: PowerLosses, x: number): void {
    while (group.childElementCount > squares.length) group.lastChild!.remove();
    while (group.childElementCount < squares.length) group.append(s("circle", { r: 3.5 }));
    squares.forEach((square, i) => {
      put(group.children[i]!, {
        cx: x - 15,
        cy: this.#y(square),
        class: i === newest ? "square newest" : "square",
      });
    });
  }

  /** Above the picture, at its right. */
  #paintKey(): void {
    const { plot } = this;
    const [dot, training, mark, leftOut] = [...this.#key.children] as SVGGraphicsElement[];
    const size = sizeOfType(plot);
    const y = size * 0.75;
    let x = plot.right;
    put(leftOut!, { x, y: size * 1.1, "text-anchor": "end" });
    x -= leftOut!.getBBox().width + 14;
    put(mark!, { d: diamond(x, y) });
    x -= 20;
    put(training!, { x, y: size * 1.1, "text-anchor": "end" });
    x -= training!.getBBox().width + 11;
    put(dot!, { cx: x, cy: y });
  }

  /** A height in pixels, at the edge where a loss is off the scale. */
  #y(loss: number): number {
    return this.plot.y(clamp(loss, ...RANGE));
  }

  /** Between neighbours that are both known. */
  #path(values: readonly (number | null)[]): string {
    let d = "";
    let isDown = false;
    values.forEach((value, i) => {
      if (value !== null) d += `${isDown ? "L" : "M"}${this.plot.x(i + 1)},${this.#y(value)}`;
      isDown = value !== null;
    });
    return d;
  }
}

function sizeOfType({ svg }: Plot): number {
  return Number.parseFloat(getComputedStyle(svg).fontSize) || 13;
}

/** A loss with three digits that matter, as the lesson writes it. */
export function lossText(loss: number): string {
  return fixed(loss, loss < 1 ? 3 : loss < 10 ? 2 : loss < 100 ? 1 : 0);
}

function label(text: SVGTextElement, value: number | null, x: number, y: number): void {
  show(text, value !== null);
  if (value === null) return text.removeAttribute("data-value");
  write(text, lossText(value));
  put(text, { x, y, "data-value": value });
}

function diamond(x: number, y: number): string {
  return `M${x},${y - 8}l8,8l-8,8l-8,-8z`;
}
