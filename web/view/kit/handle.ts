/**
 * A point that a hand can move: with the pointer, and as a Tab stop with the arrow keys (Shift for
 * bigger steps, Home and End for the ends).
 */

import { put, s } from "./dom.ts";
import { clamp, snap } from "./numbers.ts";
import type { Plot } from "./plot.ts";

export interface HandleOptions {
  readonly name: string;
  readonly label: string;
  readonly kind?: "model" | "guess" | "ink";
  /** The ends; where the data can change, these are getters. */
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly bigStep?: number;
  /** Turn a place of the pointer, in data, into the value. */
  readonly fromPointer: (x: number, y: number) => number;
  readonly value: () => number;
  readonly text: (value: number) => string;
  readonly change: (value: number, how: "drag" | "key") => void;
  readonly end?: () => void;
  /** Which arrow keys raise the value: all by default ("up" and "right"). */
  readonly radius?: number;
}

export class Handle {
  readonly element: SVGGElement;
  #options: HandleOptions;
  #plot: Plot;
  #ring: SVGCircleElement;
  #dot: SVGCircleElement;

  constructor(plot: Plot, options: HandleOptions) {
    this.#plot = plot;
    this.#options = options;
    const { kind = "model", radius = 9 } = options;
    this.#dot = s("circle", { class: "handle-dot", r: radius });
    this.#ring = s("circle", { class: "handle-ring", r: radius + 6 });
    this.element = s(
      "g",
      {
        class: `handle handle-${kind}`,
        role: "slider",
        tabindex: 0,
        "aria-label": options.label,
        "data-kedou": options.name,
      },
      s("circle", { class: "handle-hit", r: 24 }),
      this.#ring,
      this.#dot,
    );
    grab(this.element, plot, options);
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Put the handle at a place in data and say its value. */
  place(x: number, y: number): void {
    const { low, high, value, text } = this.#options;
    const now = value();
    put(this.element, {
      "aria-valuemin": low,
      "aria-valuemax": high,
      transform: `translate(${this.#plot.x(x).toFixed(2)},${this.#plot.y(y).toFixed(2)})`,
      "aria-valuenow": now,
      "aria-valuetext": text(now),
      "data-value": now,
    });
  }

  pulse(): void {
    this.#ring.classList.add("pulse");
  }

  enable(on: boolean): void {
    this.element.classList.toggle("gone", !on);
    put(this.element, { tabindex: on ? "0" : "-1", "aria-hidden": String(!on) });
  }

  #key(event: KeyboardEvent): void {
    const { low, high, step, bigStep = step * 10, value, change } = this.#options;
    const size = event.shiftKey ? bigStep : step;
    const now = value();
    const next = keyed(event.key, now, size, low, high);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#ring.classList.remove("pulse");
    change(snap(clamp(next, low, high), step), "key");
  }
}

function keyed(key: string, now: number, size: number, low: number, high: number): number | null {
  if (key === "ArrowUp" || key === "ArrowRight") return now + size;
  if (key === "ArrowDown" || key === "ArrowLeft") return now - size;
  if (key === "Home") return low;
  if (key === "End") return high;
  return null;
}

type Grabbing = Pick<HandleOptions, "fromPointer" | "low" | "high" | "step" | "change" | "end">;

/** Let a pointer that goes down on `element` drag a value until it goes up. */
export function grab(element: SVGElement, plot: Plot, options: Grabbing): void {
  const move = (x: number, y: number): void => {
    const value = options.fromPointer(x, y);
    if (!Number.isFinite(value)) return;
    options.change(snap(clamp(value, options.low, options.high), options.step), "drag");
  };
  hold(element, plot, move, options.end);
}

/**
 * Follow a pointer from where it goes down on `element` until it goes up: `move` gets each place
 * in data, as if the pointer held the element by its middle.
 */
export function hold(
  element: SVGElement,
  plot: Plot,
  move: (x: number, y: number) => void,
  end?: () => void,
): void {
  let box: DOMRect | null = null;
  let shift: [number, number] = [0, 0];
  const moved = (event: PointerEvent): void => {
    if (box === null) return;
    const x = plot.x.invert(event.clientX - box.left - shift[0]);
    const y = plot.y.invert(event.clientY - box.top - shift[1]);
    move(x, y);
  };
  const stop = (): void => {
    if (box === null) return;
    box = null;
    element.classList.remove("held");
    end?.();
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    box = plot.svg.getBoundingClientRect();
    shift = [0, 0];
    const transform = /translate\(([-\d.]+),([-\d.]+)\)/.exec(
      element.getAttribute("transform") ?? "",
    );
    if (transform) {
      shift = [
        event.clientX - box.left - Number(transform[1]),
        event.clientY - box.top - Number(transform[2]),
      ];
    }
    element.setPointerCapture(event.pointerId);
    element.classList.add("held");
    element.querySelector(".pulse")?.classList.remove("pulse");
    if (element.tabIndex >= 0) element.focus({ preventScroll: true });
    event.preventDefault();
  });
  element.addEventListener("pointermove", moved);
  element.addEventListener("pointerup", stop);
  element.addEventListener("pointercancel", stop);
  element.addEventListener("lostpointercapture", stop);
}
