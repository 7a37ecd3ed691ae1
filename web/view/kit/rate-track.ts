/**
 * The learning rate as a place on a log scale, with what is known before the run marked on it: the
 * best rate from this start, and the limit beyond which every run diverges.
 */

import { enter, focusedBy, h, put, s, show, write } from "./dom.ts";
import { clamp, short } from "./numbers.ts";
import { t, tied } from "./words.ts";

export interface RateTrackOptions {
  readonly rate: () => number;
  readonly change: (rate: number, how: "drag" | "key") => void;
  readonly end: () => void;
  readonly auto: () => void;
  /** Paint what a drag has changed before the next frame is due; without it, in that frame. */
  readonly ahead?: (told: number) => void;
}

/** How far the track reaches below and beyond the limit. */
const BELOW = 1e-4;
const BEYOND = 2;
/** Pixels at the usual size of type. */
const HEIGHT = 64;

export class RateTrack {
  readonly element: HTMLElement;
  #options: RateTrackOptions;
  #svg = s("svg", { class: "rate-track", role: "presentation" });
  #rail = s("line", { class: "rail" });
  #cliff = s("rect", { class: "cliff" });
  #limit = s("line", { class: "cliff-line" });
  #limitText = s("text", { class: "tick bad" });
  #best = s("path", { class: "best-mark" });
  #bestText = s("text", { class: "tick", "text-anchor": "end" });
  #handle: SVGGElement;
  #field = h("input", {
    type: "number",
    class: "field wide",
    step: "any",
    min: 0,
    inputmode: "decimal",
    "data-kedou": "rate-field",
    "aria-label": t("number-field", { name: t("learning-rate") }),
  });
  #auto: HTMLButtonElement;
  #marks = { limit: 1, best: 0.5 };
  #width = 0;
  /** How much larger type is, on a projector. */
  #scale = 1;
  /** Where the track is while a hand holds it. */
  #box: DOMRect | null = null;
  #observer: ResizeObserver;

  constructor(options: RateTrackOptions) {
    this.#options = options;
    this.#handle = s(
      "g",
      {
        class: "handle handle-model",
        role: "slider",
        tabindex: 0,
        "aria-label": t("learning-rate"),
        "data-kedou": "rate",
      },
      s("circle", { class: "handle-hit", r: 24 }),
      s("circle", { class: "handle-ring", r: 15 }),
      s("circle", { class: "handle-dot", r: 9 }),
    );
    this.#svg.append(
      this.#cliff,
      this.#rail,
      this.#limit,
      this.#limitText,
      this.#best,
      this.#bestText,
      this.#handle,
    );
    this.#auto = h(
      "button",
      { type: "button", class: "button plain", "data-kedou": "rate-auto", onclick: options.auto },
      t("own-rate-auto"),
    );
    this.element = h(
      "div",
      { class: "rate-track-row" },
      h("span", { class: "rate-label" }, t("learning-rate")),
      this.#svg,
      this.#field,
      this.#auto,
    );
    this.#listen();
    // Measured when it changes: to measure during a drag costs a layout.
    this.#observer = new ResizeObserver(
      tied(() => {
        this.#width = this.#svg.clientWidth;
        this.#scale = this.#svg.clientHeight / HEIGHT;
        this.#draw();
      }),
    );
    this.#observer.observe(this.#svg);
  }

  /** `known`: whether limit and best rate are those of this rule, this loss, this way of stepping. */
  paint(
    limit: number | null,
    best: number,
    isAuto: boolean,
    known: { readonly limit: boolean; readonly best: boolean } = { limit: true, best: true },
  ): void {
    this.#marks = { limit: limit ?? 2 * best, best };
    const isLimited = known.limit && limit !== null;
    put(this.#auto, { "aria-pressed": String(isAuto) });
    const rate = this.#options.rate();
    if (focusedBy(this.#field) !== this.#field || !this.#field.matches(":focus-visible")) {
      enter(this.#field, String(Number(rate.toPrecision(6))));
    }
    put(this.#handle, {
      "aria-valuemin": 0,
      "aria-valuemax": BEYOND * this.#marks.limit,
      "aria-valuenow": rate,
      "aria-valuetext": !isLimited
        ? short(rate)
        : rate > limit
          ? t("own-rate-beyond", { rate: short(rate), limit: short(limit) })
          : t("own-rate-text", { rate: short(rate), limit: short(limit) }),
      "data-value": rate,
    });
    for (const mark of [this.#limitText, this.#limit, this.#cliff]) show(mark, isLimited);
    for (const mark of [this.#best, this.#bestText]) show(mark, known.best);
    this.#draw();
  }

  get isHeld(): boolean {
    return this.#box !== null;
  }

  destroy(): void {
    this.#observer.disconnect();
  }

  get #ends(): readonly [number, number] {
    return [BELOW * this.#marks.limit, BEYOND * this.#marks.limit];
  }

  #x(rate: number): number {
    const [low, high] = this.#ends;
    const share = Math.log(clamp(rate, low, high) / low) / Math.log(high / low);
    return 20 + share * (this.#width - 40);
  }

  #rateAt(x: number): number {
    const [low, high] = this.#ends;
    const share = clamp((x - 20) / (this.#width - 40), 0, 1);
    return Number((low * (high / low) ** share).toPrecision(4));
  }

  #draw(): void {
    const width = this.#width;
    if (width === 0) return;
    const { limit, best } = this.#marks;
    const k = this.#scale;
    const middle = 34 * k;
    const at = this.#x(limit);
    put(this.#svg, { viewBox: `0 0 ${width} ${HEIGHT * k}` });
    put(this.#rail, { x1: 20, x2: width - 20, y1: middle, y2: middle });
    put(this.#cliff, { x: at, y: 14 * k, width: Math.max(0, width - at), height: 40 * k });
    put(this.#limit, { x1: at, x2: at, y1: 14 * k, y2: 54 * k });
    write(this.#limitText, `▲ ${short(limit, 3)}`);
    const isTight = width - at < 76 * k;
    put(this.#limitText, { x: isTight ? width - 2 : at, y: 11 * k });
    put(this.#limitText, { "text-anchor": isTight ? "end" : "start" });
    const good = this.#x(best);
    put(this.#best, { d: `M${good},${middle + 12 * k}l-6,11h12z` });
    write(this.#bestText, t("own-rate-best", { rate: short(best, 3) }));
    // Left of its mark: the limit is never far to the right of the best rate.
    put(this.#bestText, { x: good - 10, y: middle + 23 * k });
    put(this.#handle, {
      transform: `translate(${this.#x(this.#options.rate()).toFixed(1)},${middle})`,
    });
  }

  #listen(): void {
    const { change, end, ahead } = this.#options;
    const move = (event: PointerEvent): void => {
      if (this.#box) change(this.#rateAt(event.clientX - this.#box.left), "drag");
    };
    this.#svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.#box = this.#svg.getBoundingClientRect();
      this.#svg.setPointerCapture(event.pointerId);
      this.#handle.focus({ preventScroll: true });
      event.preventDefault();
      move(event);
    });
    // Told at once; a pointermove is held back until the frame begins. It still comes, and is the
    // only one where a browser has no raw ones.
    this.#svg.addEventListener("pointerrawupdate", (event) => {
      if (!this.#box) return;
      move(event as PointerEvent);
      ahead?.(event.timeStamp);
    });
    this.#svg.addEventListener("pointermove", move);
    for (const stop of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      this.#svg.addEventListener(stop, () => {
        if (!this.#box) return;
        this.#box = null;
        end();
      });
    }
    this.#handle.addEventListener("keydown", (event) => {
      const factor = event.shiftKey ? 2 : 1.05;
      const now = this.#options.rate();
      const [low, high] = this.#ends;
      const next: Readonly<Record<string, number>> = {
        ArrowRight: now * factor,
        ArrowUp: now * factor,
        ArrowLeft: now / factor,
        ArrowDown: now / factor,
        Home: low,
        End: high,
      };
      const to = next[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      change(Number(clamp(to, low, high).toPrecision(4)), "key");
    });
    this.#field.addEventListener("change", () => {
      const value = Number(this.#field.value);
      if (Number.isFinite(value) && value > 0) {
        change(clamp(value, 1e-12, 1e6), "key");
        end();
      }
    });
  }
}
