/** Tadpoles and a line: the tails are the errors, and the line turns by its end. */

import { focusedBy, put, s, show } from "../kit/dom.ts";
import { grab, Handle } from "../kit/handle.ts";
import { fixed, signed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import type { Moving } from "../kit/points.ts";
import { t } from "../kit/words.ts";
import type { Point } from "../lesson.ts";
import { RunnerLines } from "./runner-lines.ts";
import { letAdd, letMove, tailPath } from "./tadpoles.ts";

export interface LinePictureOptions {
  readonly w: () => number;
  readonly b?: () => number;
  /** How a hand turns the line; without it the line only shows. */
  readonly turn?: (w: number, how: "drag" | "key") => void;
  readonly lift?: (b: number, how: "drag" | "key") => void;
  readonly turned?: () => void;
  readonly valueText?: (w: number) => string;
  readonly pick?: (index: number) => void;
  /** How tadpoles are moved, added and removed; without it they stay where they are. */
  readonly moving?: Moving;
  readonly x?: readonly [number, number];
  readonly y?: readonly [number, number];
  readonly bare?: boolean;
  readonly kind?: "model" | "guess";
  /** The x at which the line ends; without it, the picture's edge. */
  readonly until?: number;
  readonly xTicks?: readonly number[];
}

export interface LineState {
  readonly points: readonly Point[];
  readonly w: number;
  readonly b: number;
  /** A second line, dashed: what was guessed. */
  readonly ghost?: number | null;
  readonly tails?: boolean;
  readonly picked?: number | null;
  readonly guessing?: boolean;
  /** Further lines through the origin, by weight: those of a race. */
  readonly runners?: readonly number[];
  /** Where the line has been, step by step. */
  readonly fan?: readonly number[];
  /** Whether an arrow shows which way the handle goes. */
  readonly hint?: boolean;
}

export const LOW_W = 0;
export const HIGH_W = 2;

export class LinePicture {
  readonly plot: Plot;
  readonly handle: Handle | null = null;
  readonly lifter: Handle | null = null;
  #options: LinePictureOptions;
  #line = s("line", { class: "model-line" });
  #hit = s("line", { class: "line-hit" });
  #ghost = s("line", { class: "ghost-line" });
  #tails: SVGPathElement[] = [];
  #dots: SVGGElement[] = [];
  #tadpoles = s("g");
  #fan = s("g");
  #hint = s("path", { class: "turn-hint" });
  #runners = new RunnerLines();
  #last: LineState | null = null;

  constructor(options: LinePictureOptions) {
    this.#options = options;
    this.plot = new Plot({
      label: t("line-picture"),
      name: "line-picture",
      x: options.x ?? [0, 5],
      y: options.y ?? [-0.5, 7],
      xTitle: t("axis-time"),
      yTitle: t("axis-volume"),
      bare: options.bare ?? false,
      ...(options.xTicks ? { xTicks: options.xTicks } : {}),
    });
    const { lines, letters } = this.#runners;
    this.plot.data.append(this.#fan, this.#ghost, this.#tadpoles, lines, this.#line);
    this.plot.over.append(this.#hint, letters);
    const b = options.b ?? (() => 0);
    const { turn, lift } = options;
    if (turn) {
      const fromPointer = (x: number, y: number): number => (x > 0.05 ? (y - b()) / x : 2);
      const turning = {
        low: LOW_W,
        high: HIGH_W,
        step: 0.001,
        fromPointer,
        change: turn,
        ...(options.turned ? { end: options.turned } : {}),
      };
      this.plot.data.append(this.#hit);
      grab(this.#hit, this.plot, turning);
      this.handle = new Handle(this.plot, {
        ...turning,
        name: "line-end",
        label: t("turn-the-line"),
        step: 0.01,
        fromPointer: (x, y) => Math.round(fromPointer(x, y) * 1000) / 1000,
        bigStep: 0.1,
        value: options.w,
        text: options.valueText ?? ((w) => `w = ${fixed(w, 3)}`),
      });
      this.plot.over.append(this.handle.element);
    }
    if (lift) {
      this.lifter = new Handle(this.plot, {
        name: "line-start",
        label: t("lift-the-line"),
        low: -2,
        high: 4,
        step: 0.01,
        fromPointer: (_, y) => y,
        value: b,
        text: (value) => `b = ${fixed(value, 2)}`,
        change: lift,
        ...(options.turned ? { end: options.turned } : {}),
      });
      this.plot.over.append(this.lifter.element);
    }
    const { moving } = options;
    if (moving) letAdd(this.plot, moving);
    this.plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  paint(state: LineState): void {
    this.#last = state;
    const { plot } = this;
    const { points, w, b } = state;
    const [x0, edge] = plot.x.domain() as [number, number];
    const x1 = this.#options.until ?? edge;
    const ends = { x1: plot.x(x0), y1: plot.y(w * x0 + b), x2: plot.x(x1), y2: plot.y(w * x1 + b) };
    put(this.#line, ends);
    put(this.#hit, ends);
    this.#line.classList.toggle("guess", state.guessing === true);
    show(this.#ghost, typeof state.ghost === "number");
    if (typeof state.ghost === "number") {
      put(this.#ghost, {
        x1: plot.x(x0),
        y1: plot.y(state.ghost * x0),
        x2: plot.x(x1),
        y2: plot.y(state.ghost * x1),
      });
    }
    this.#runners.paint(plot, state.runners ?? []);
    const fan = state.fan ?? [];
    while (this.#fan.childElementCount > fan.length) this.#fan.lastChild!.remove();
    while (this.#fan.childElementCount < fan.length) {
      this.#fan.append(s("line", { class: "fan-line" }));
    }
    fan.forEach((each, i) => {
      const end = { x1: plot.x(x0), y1: plot.y(each * x0), x2: plot.x(x1), y2: plot.y(each * x1) };
      put(this.#fan.children[i]!, end);
    });
    show(this.#hint, state.hint === true);
    if (state.hint) put(this.#hint, { d: this.#turningDown(w, b) });
    if (this.#tails.length !== points.length) this.#makeTadpoles(points.length);
    points.forEach(([x, y], i) => {
      const e = y - (w * x + b);
      const tail = this.#tails[i]!;
      put(tail, { d: state.tails === false ? "" : tailPath(plot, x, y, y - e) });
      put(tail, { class: e >= 0 ? "tail plus" : "tail minus" });
      if (e < 0) put(tail, { fill: `url(#${plot.id}-hatch)` });
      else tail.removeAttribute("fill");
      const dot = this.#dots[i]!;
      put(dot, { transform: `translate(${plot.x(x).toFixed(2)},${plot.y(y).toFixed(2)})` });
      dot.classList.toggle("picked", state.picked === i);
      put(dot, { "data-x": x, "data-y": y });
      const { pick, moving } = this.#options;
      if (pick) put(dot, { "aria-pressed": String(state.picked === i) });
      if (pick || moving) {
        const place =
          state.tails === false
            ? t("tadpole-place", { x: fixed(x, 1), y: fixed(y, 1) })
            : t("tadpole-error", { x: fixed(x, 1), y: fixed(y, 1), e: signed(e) });
        put(dot, { "aria-label": moving ? `${place}. ${t("tadpole-keys")}` : place });
      }
    });
    if (this.handle) this.handle.place(...this.#end(w, b));
    this.lifter?.place(0, b);
  }

  /** An arrow from the handle down, the way its line is to be turned. */
  #turningDown(w: number, b: number): string {
    const { plot } = this;
    const [x, y] = this.#end(w, b);
    const px = Math.min(plot.x(x) + 8, plot.right - 6);
    const py = plot.y(y) + 26;
    const head = `m-7,-9l7,10l7,-10`;
    return `M${px.toFixed(1)},${py.toFixed(1)}q7,24 0,50${head}`;
  }

  /** Where the handle sits: on the line, just inside the picture. */
  #end(w: number, b: number): [number, number] {
    const { plot } = this;
    const right = plot.x.invert(plot.right - 18);
    const top = plot.y.invert(plot.top + 18);
    const x = w > 0 ? Math.min(right, (top - b) / w) : right;
    return [x, w * x + b];
  }

  #makeTadpoles(count: number): void {
    const { plot } = this;
    const { pick, moving } = this.#options;
    const focused = this.#dots.findIndex((dot) => dot === focusedBy(dot));
    for (const dot of this.#dots) dot.remove();
    this.#tails = Array.from({ length: count }, () => s("path", { class: "tail" }));
    this.#dots = Array.from({ length: count }, (_, i) => {
      const dot = s("g", { class: "tadpole", "data-kedou": `tadpole-${i}` });
      if (pick || moving) {
        put(dot, { role: "button", tabindex: 0 });
        dot.append(s("circle", { class: "tadpole-hit", r: 22 }));
      }
      if (moving) {
        dot.classList.add("movable");
        letMove(dot, i, plot, moving, (index) => this.#options.pick?.(index));
      } else if (pick) dot.addEventListener("click", () => pick(i));
      if (pick) {
        dot.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          pick(i);
        });
      }
      dot.append(s("circle", { class: "tadpole-dot", r: 7 }));
      return dot;
    });
    this.#tadpoles.replaceChildren(...this.#tails);
    if (pick || moving) this.plot.over.prepend(...this.#dots);
    else this.#tadpoles.append(...this.#dots);
    if (focused >= 0) this.#dots[Math.min(focused, count - 1)]?.focus({ preventScroll: true });
  }
}
