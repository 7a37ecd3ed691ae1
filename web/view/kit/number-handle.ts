/**
 * A number in a picture that a hand can change: dragged up or to the right it grows, and as a Tab
 * stop it follows the arrow keys. A short drag is fine, a long one fast.
 */

import { put, s, write } from "./dom.ts";
import { clamp } from "./numbers.ts";

export interface NumberHandleOptions {
  readonly name: string;
  readonly label: string;
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly value: () => number;
  readonly text: (value: number) => string;
  /** The hand, or the focus, has come to it: what it was before is its value now. */
  readonly take: () => void;
  readonly change: (value: number, how: "drag" | "key") => void;
  readonly end: () => void;
}

/** Pixels for one step, and how many are fine before a drag gets fast. */
const PER_STEP = 3;
const FINE = 60;

export class NumberHandle {
  readonly element: SVGGElement;
  #options: NumberHandleOptions;
  #hit = s("rect", { class: "handle-hit" });
  #ring = s("rect", { class: "handle-ring" });
  #pill = s("rect", { class: "handle-dot" });
  #text = s("text", { "text-anchor": "middle" });
  #on = true;

  constructor(options: NumberHandleOptions) {
    this.#options = options;
    this.element = s(
      "g",
      { class: "handle number-handle", "data-kedou": options.name },
      this.#hit,
      this.#ring,
      this.#pill,
      this.#text,
    );
    this.#grab();
    this.element.addEventListener("focus", () => this.#on && options.take());
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Put it at a place in pixels; `enabled` says whether a hand may change it. */
  place(x: number, y: number, width: number, height: number, em: number, enabled: boolean): void {
    const { value, text, label, low, high } = this.#options;
    const now = value();
    const said = text(now);
    this.#on = enabled;
    put(this.element, {
      transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`,
      "data-value": now,
    });
    this.element.classList.toggle("fixed", !enabled);
    if (enabled) {
      put(this.element, {
        role: "slider",
        tabindex: 0,
        "aria-label": label,
        "aria-valuemin": Math.min(low, now),
        "aria-valuemax": Math.max(high, now),
        "aria-valuenow": now,
        "aria-valuetext": said,
      });
    } else {
      for (const name of ["role", "tabindex", "aria-label", "aria-valuetext"] as const) {
        this.element.removeAttribute(name);
      }
      for (const name of ["aria-valuemin", "aria-valuemax", "aria-valuenow"] as const) {
        this.element.removeAttribute(name);
      }
    }
    cover(this.#pill, width, height);
    cover(this.#ring, width + 5, height + 5);
    cover(this.#hit, Math.max(width, 44), Math.max(height, 28));
    write(this.#text, said);
    put(this.#text, { y: (em * 0.35).toFixed(1) });
  }

  pulse(on: boolean): void {
    this.#ring.classList.toggle("pulse", on);
  }

  /** A step from here, without the digits that adding leaves behind. */
  #moved(from: number, steps: number): number {
    const { low, high, step } = this.#options;
    return Number(
      clamp(from + steps * step, Math.min(low, from), Math.max(high, from)).toFixed(10),
    );
  }

  #key(event: KeyboardEvent): void {
    if (!this.#on) return;
    const { value, change, low, high } = this.#options;
    const size = event.shiftKey ? 10 : 1;
    const now = value();
    const ways: Readonly<Record<string, number>> = {
      ArrowUp: this.#moved(now, size),
      ArrowRight: this.#moved(now, size),
      ArrowDown: this.#moved(now, -size),
      ArrowLeft: this.#moved(now, -size),
      Home: low,
      End: high,
    };
    const next = ways[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.pulse(false);
    change(next, "key");
  }

  #grab(): void {
    const { element } = this;
    const { value, take, change, end } = this.#options;
    let from: { x: number; y: number; value: number } | null = null;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.#on) return;
      from = { x: event.clientX, y: event.clientY, value: value() };
      take();
      element.setPointerCapture(event.pointerId);
      element.classList.add("held");
      element.focus({ preventScroll: true });
      this.pulse(false);
      event.preventDefault();
    });
    element.addEventListener("pointermove", (event) => {
      if (!from) return;
      const way = event.clientX - from.x - (event.clientY - from.y);
      change(this.#moved(from.value, stepsOf(way)), "drag");
    });
    const stop = (): void => {
      if (!from) return;
      from = null;
      element.classList.remove("held");
      end();
    };
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      element.addEventListener(name, stop);
    }
  }
}

/** How many steps a drag of so many pixels is. */
function stepsOf(way: number): number {
  const size = Math.abs(way);
  const fast = Math.max(0, size - FINE);
  return Math.sign(way) * Math.round(size / PER_STEP + (fast * fast) / 150);
}

function cover(rect: SVGRectElement, width: number, height: number): void {
  put(rect, { x: -width / 2, y: -height / 2, width, height, rx: height / 2 });
}
