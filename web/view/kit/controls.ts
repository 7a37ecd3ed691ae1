/** Buttons, sliders with a number field, the transport bar, numbers that can be read by a script. */

import { enter, focusedBy, h, paragraphs, put, show, unique, write, type Child } from "./dom.ts";
import { clamp, fixed } from "./numbers.ts";
import type { Player } from "./player.ts";
import { t } from "./words.ts";

export function button(
  name: string,
  label: Child,
  press: () => void,
  kind: "plain" | "main" | "quiet" = "plain",
): HTMLButtonElement {
  return h(
    "button",
    { type: "button", class: `button ${kind}`, "data-kedou": name, onclick: press },
    label,
  );
}

export interface SliderOptions {
  readonly name: string;
  readonly label: string;
  /** The ends; where the data can change, these are getters. */
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly decimals: number;
  /** Equal ways on the slider are equal factors. */
  readonly log?: boolean;
  readonly value: () => number;
  readonly change: (value: number) => void;
  readonly end?: () => void;
}

/** A slider and a number field for one value; whichever is used, the other follows. */
export class Slider {
  readonly element: HTMLElement;
  #options: SliderOptions;
  #range: HTMLInputElement;
  #field: HTMLInputElement;

  constructor(options: SliderOptions) {
    this.#options = options;
    const { name, label, step, log } = options;
    const id = unique(name);
    this.#range = h("input", {
      type: "range",
      id,
      "data-kedou": `${name}-slider`,
      step: log ? 1 : step,
    });
    this.#field = h("input", {
      type: "number",
      class: "field",
      "data-kedou": `${name}-field`,
      "aria-label": t("number-field", { name: label }),
      step: "any",
      inputmode: "decimal",
    });
    this.#range.addEventListener("input", () => options.change(this.#fromRange()));
    this.#range.addEventListener("change", () => options.end?.());
    const take = (): void => {
      const value = Number(this.#field.value);
      if (this.#field.value.trim() === "" || !Number.isFinite(value)) return this.paint();
      options.change(clamp(value, options.low, options.high));
      options.end?.();
      this.paint();
    };
    this.#field.addEventListener("change", take);
    this.element = h(
      "div",
      { class: "slider" },
      h("label", { for: id }, label),
      this.#range,
      this.#field,
    );
  }

  paint(): void {
    const { value, decimals, low, high, log } = this.#options;
    const now = value();
    put(this.#range, log ? { min: 0, max: 1000 } : { min: low, max: high });
    put(this.#field, { min: low, max: high });
    const at = String(this.#toRange(now));
    enter(this.#range, at);
    put(this.#range, { "aria-valuetext": fixed(now, decimals) });
    if (focusedBy(this.#field) !== this.#field || this.#field.matches(":not(:focus-visible)")) {
      const text = String(Number(now.toFixed(decimals)));
      enter(this.#field, text);
    }
  }

  enable(on: boolean): void {
    this.#range.disabled = !on;
    this.#field.disabled = !on;
  }

  #fromRange(): number {
    const { low, high, log, decimals } = this.#options;
    const at = Number(this.#range.value);
    if (!log) return at;
    return Number((low * (high / low) ** (at / 1000)).toPrecision(Math.max(3, decimals)));
  }

  #toRange(value: number): number {
    const { low, high, log } = this.#options;
    if (!log) return value;
    return Math.round((1000 * Math.log(clamp(value, low, high) / low)) / Math.log(high / low));
  }
}

/** A number on screen with a name: the text is for people, data-value for scripts. */
export class Readout {
  readonly element: HTMLOutputElement;
  #decimals: number;

  constructor(name: string, decimals = 2, className = "readout") {
    this.#decimals = decimals;
    this.element = h("output", { class: className, "data-kedou": name });
  }

  set(value: number | null, text?: string): void {
    write(this.element, text ?? (value === null ? "?" : fixed(value, this.#decimals)));
    if (value === null) this.element.removeAttribute("data-value");
    else put(this.element, { "data-value": value });
  }
}

/** The one big number of a chapter; tapped, it shows the arithmetic behind it. */
export class BigNumber {
  readonly element: HTMLElement;
  /** The same number inside the picture, where a small screen has no room beside it. */
  readonly echo: HTMLElement;
  #echoed = h("span", { class: "echo-value" });
  #value: Readout;
  #lines = h("div", { class: "arithmetic", "data-kedou": "arithmetic", hidden: true });
  #button: HTMLButtonElement;
  #open = false;
  #symbol: string;
  #paint: () => void;

  constructor(name: string, symbol: string, label: string, decimals: number, paint: () => void) {
    this.#symbol = symbol;
    this.#paint = paint;
    this.#value = new Readout(name, decimals, "big");
    this.#button = h(
      "button",
      {
        type: "button",
        class: "big-number",
        "aria-expanded": "false",
        "data-kedou": "show-arithmetic",
        onclick: () => this.#toggle(),
      },
      h("span", { class: "label" }, label),
      this.#value.element,
      h("span", { class: "hint" }, t("tap-for-arithmetic")),
    );
    this.echo = h("div", { class: "echo", "aria-hidden": "true" }, this.#echoed);
    this.element = h("div", { class: "number-block" }, this.#button, this.#lines);
  }

  set(value: number | null, lines: () => string[], text?: string): void {
    this.#value.set(value, text);
    write(this.#echoed, `${this.#symbol} = ${this.#value.element.textContent ?? ""}`);
    if (!this.#open) return;
    const isHidden = value === null && text === undefined;
    const texts = isHidden ? [t("hidden-for-now")] : lines();
    paragraphs(this.#lines, texts);
  }

  #toggle(): void {
    this.#open = !this.#open;
    this.#button.setAttribute("aria-expanded", String(this.#open));
    show(this.#lines, this.#open);
    this.#paint();
  }
}

/** Play, pause, step, step back, scrub. Back and scrub come with the first step. */
export class Transport {
  readonly element: HTMLElement;
  #player: Player;
  #step: () => number;
  #last: () => number;
  #play: HTMLButtonElement;
  #forth: HTMLButtonElement;
  #back: HTMLButtonElement;
  #scrub: HTMLInputElement;
  #count = h("output", { class: "step-count", "data-kedou": "step" });

  constructor(player: Player, step: () => number, last: () => number, stepLabel: string) {
    this.#player = player;
    this.#step = step;
    this.#last = last;
    this.#back = button("step-back", "‹", () => player.stepBy(-1));
    this.#back.setAttribute("aria-label", t("step-back"));
    this.#forth = button("step-forward", stepLabel, () => player.stepBy(1), "main");
    this.#play = button("play", "", () => player.toggle());
    this.#scrub = h("input", {
      type: "range",
      min: 0,
      step: 1,
      "aria-label": t("scrub"),
      "data-kedou": "scrub",
    });
    this.#scrub.addEventListener("input", () => {
      if (player.playing) player.pause();
      player.jump(Number(this.#scrub.value));
    });
    this.element = h(
      "div",
      { class: "transport" },
      this.#forth,
      this.#play,
      this.#back,
      this.#scrub,
      this.#count,
    );
  }

  paint(): void {
    const step = this.#step();
    const last = this.#last();
    const isOver = step >= last;
    write(this.#play, this.#player.playing ? t("pause") : isOver ? t("replay") : t("play"));
    if (this.#forth.disabled !== isOver) this.#forth.disabled = isOver;
    show(this.#back, step > 0);
    show(this.#scrub, step > 0);
    put(this.#scrub, { max: last, "aria-valuetext": t("step-number", { step: String(step) }) });
    enter(this.#scrub, String(step));
    write(this.#count, t("step-number", { step: String(step) }));
    put(this.#count, { "data-value": step });
  }
}
