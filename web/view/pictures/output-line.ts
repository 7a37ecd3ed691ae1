/** The output's number line: where it was, where it is, and where a guess says it will be. */

import { clear, put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { fixed, short, signed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export interface OutputLineOptions {
  /** The furthest a guess can say that the output moves, either way. */
  readonly reach: number;
  readonly guess: () => number;
  readonly say: (moved: number, how: "drag" | "key") => void;
  readonly said: () => void;
}

export interface OutputLineState {
  readonly was: number;
  readonly now: number;
  /** How far a guess says it moves; null where there is none. */
  readonly guess: number | null;
  readonly guessing: boolean;
}

export class OutputLine {
  readonly plot: Plot;
  #reach: number;
  #axis = s("path", { class: "axis" });
  #ticks = s("g");
  #title = s("text", { class: "title" }, t("output-axis"));
  #was = s("line", { class: "was" });
  #arrow = s("g", { class: "step-arrow" });
  #shaft = s("line");
  #head = s("path");
  #ball = s("circle", { class: "ball", r: 8 });
  #moved = s("text", { class: "net-text moved", "text-anchor": "middle", "data-kedou": "moved" });
  #ghostLine = s("line", { class: "ghost-line" });
  #ghostDot = s("circle", { class: "guess-dot", r: 7 });
  #ghostText = s("text", { class: "ghost-text", "text-anchor": "middle" });
  #ghost: Handle;
  #last: OutputLineState | null = null;

  constructor({ reach, guess, say, said }: OutputLineOptions) {
    this.#reach = reach;
    this.plot = new Plot({
      label: t("output-line"),
      name: "output-line",
      x: [-reach, reach],
      y: [0, 1],
      xTitle: "",
      yTitle: "",
      bare: true,
    });
    const { plot } = this;
    this.#ghost = new Handle(plot, {
      name: "guess-move",
      label: t("guess-move"),
      kind: "guess",
      low: -reach,
      high: reach,
      step: 0.0002,
      bigStep: 0.002,
      fromPointer: (x) => x - (this.#last?.was ?? 0),
      value: guess,
      text: (moved) => signed(moved, 4),
      change: say,
      end: said,
    });
    this.#arrow.append(this.#shaft, this.#head);
    plot.over.append(
      this.#axis,
      this.#ticks,
      this.#title,
      this.#was,
      this.#ghostLine,
      this.#ghostText,
      this.#ghostDot,
      this.#arrow,
      this.#ball,
      this.#moved,
      this.#ghost.element,
    );
    plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  paint(state: OutputLineState): void {
    this.#last = state;
    const { plot } = this;
    const { was, now, guess } = state;
    const moved = now - was;
    const em = Number.parseFloat(getComputedStyle(plot.svg).fontSize) || 13;
    const half = reachFor(moved, this.#reach * 1.08);
    plot.x.domain([was - half, was + half]);
    const base = plot.height - em * 1.9;
    this.#paintAxis(base, em);
    put(this.#title, { x: 4, y: em * 1.1 });

    const at = plot.x(was);
    const to = Math.max(plot.left, Math.min(plot.right, plot.x(now)));
    put(this.#was, { x1: at, x2: at, y1: base - em * 0.9, y2: base + em * 0.3 });
    put(this.#ball, { cx: to.toFixed(2), cy: base });
    const far = to - at;
    const isFar = Math.abs(far) > 12;
    show(this.#arrow, isFar);
    if (isFar) {
      const way = Math.sign(far);
      const y = base - em * 1.1;
      put(this.#shaft, { x1: at, x2: to - way * 8, y1: y, y2: y });
      put(this.#head, { d: `M${to},${y}l${-way * 10},-5v10z` });
    }
    show(this.#moved, moved !== 0);
    this.#moved.setAttribute("data-value", String(moved));
    write(this.#moved, signed(moved, Math.abs(moved) < 1 ? 4 : 2));
    const half3 = em * 2.2;
    const inside = (x: number): number => Math.max(half3, Math.min(plot.width - half3, x));
    put(this.#moved, { x: inside((at + to) / 2).toFixed(1), y: base - em * 1.6 });

    show(this.#ghostLine, guess !== null);
    show(this.#ghostText, guess !== null);
    show(this.#ghostDot, guess !== null && !state.guessing);
    this.#ghost.enable(state.guessing);
    if (guess !== null) {
      const x = plot.x(was + guess);
      put(this.#ghostLine, { x1: x, x2: x, y1: base - em * 2.8, y2: base });
      put(this.#ghostDot, { cx: x.toFixed(2), cy: base });
      write(this.#ghostText, signed(guess, 4));
      put(this.#ghostText, { x: inside(x).toFixed(1), y: base - em * 3.1 });
      this.#ghost.place(was + guess, plot.y.invert(base));
    }
  }

  #paintAxis(base: number, em: number): void {
    const { plot } = this;
    put(this.#axis, { d: `M0,${base}H${plot.width}` });
    const ticks = plot.x.ticks(Math.max(2, Math.floor(plot.width / (em * 7))));
    clear(
      this.#ticks,
      ...ticks.flatMap((tick) => {
        const x = plot.x(tick);
        const label = short(tick, 6);
        const room = label.length * em * 0.32;
        return [
          s("line", { class: "axis", x1: x, x2: x, y1: base, y2: base + em * 0.35 }),
          x > room && x < plot.width - room
            ? s("text", { class: "tick", x, y: base + em * 1.55, "text-anchor": "middle" }, label)
            : null,
        ];
      }),
    );
    this.plot.svg.setAttribute("aria-description", `ŷ = ${fixed(this.#last?.now ?? 0, 4)}`);
  }
}

/** Half the width of the number line: ten times wider as often as it must be. */
function reachFor(moved: number, least: number): number {
  let half = least;
  while (Math.abs(moved) > half * 0.94 && half < 1e12) half *= 10;
  return half;
}
