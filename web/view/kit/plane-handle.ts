/**
 * A point that a hand can move in two directions: with the pointer, and as a Tab stop with the
 * arrow keys along both axes (Shift for bigger steps, Home and End for the ends of x).
 */

import { put, s } from "./dom.ts";
import { hold } from "./handle.ts";
import { clamp } from "./numbers.ts";
import type { Plot } from "./plot.ts";
import { t } from "./words.ts";

export interface PlaneHandleOptions {
  readonly name: string;
  readonly label: string;
  readonly kind?: "model" | "guess" | "ink";
  readonly radius?: number;
  /** What an arrow key adds, in the coordinates of the picture; with Shift ten times that. */
  readonly step: number;
  readonly at: () => readonly [x: number, y: number];
  /** How far it may go: the lowest and the highest x, and the same of y. */
  readonly reach: () => {
    readonly x: readonly [number, number];
    readonly y: readonly [number, number];
  };
  /** Its place in words. */
  readonly text: () => string;
  readonly change: (x: number, y: number, how: "drag" | "key") => void;
  readonly end?: () => void;
}

export class PlaneHandle {
  readonly element: SVGGElement;
  #options: PlaneHandleOptions;
  #plot: Plot;

  constructor(plot: Plot, options: PlaneHandleOptions) {
    this.#plot = plot;
    this.#options = options;
    const { kind = "model", radius = 9 } = options;
    this.element = s(
      "g",
      {
        class: `handle handle-${kind}`,
        role: "slider",
        tabindex: 0,
        "aria-label": options.label,
        "aria-roledescription": t("plane-handle"),
        "data-kedou": options.name,
      },
      s("circle", { class: "handle-hit", r: 24 }),
      s("circle", { class: "handle-ring", r: radius + 6 }),
      s("circle", { class: "handle-dot", r: radius }),
    );
    hold(this.element, plot, (x, y) => this.#offer(x, y, "drag"), options.end);
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  get held(): boolean {
    return this.element.classList.contains("held");
  }

  /** Put the handle where its value is, and say it. */
  paint(): void {
    const { at, reach, text } = this.#options;
    const [x, y] = at();
    const [low, high] = reach().x;
    put(this.element, {
      transform: `translate(${this.#plot.x(x).toFixed(2)},${this.#plot.y(y).toFixed(2)})`,
      "aria-valuemin": low,
      "aria-valuemax": high,
      "aria-valuenow": x,
      "aria-valuetext": text(),
      "data-x": x,
      "data-y": y,
    });
  }

  enable(on: boolean): void {
    this.element.classList.toggle("gone", !on);
    this.settle(!on);
    this.element.setAttribute("aria-hidden", String(!on));
  }

  /** Leave it in the picture, out of reach. */
  settle(on: boolean): void {
    this.element.classList.toggle("settled", on);
    this.element.setAttribute("tabindex", on ? "-1" : "0");
  }

  #offer(x: number, y: number, how: "drag" | "key"): void {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    const { change, reach } = this.#options;
    const ends = reach();
    change(clamp(x, ...ends.x), clamp(y, ...ends.y), how);
  }

  #key(event: KeyboardEvent): void {
    const { at, reach, step } = this.#options;
    const by = event.shiftKey ? 10 * step : step;
    const [x, y] = at();
    const ways: Readonly<Record<string, readonly [number, number]>> = {
      ArrowRight: [x + by, y],
      ArrowLeft: [x - by, y],
      ArrowUp: [x, y + by],
      ArrowDown: [x, y - by],
      Home: [reach().x[0], y],
      End: [reach().x[1], y],
    };
    const to = ways[event.key];
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    this.#offer(...to, "key");
  }
}
