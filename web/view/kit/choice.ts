/**
 * One of a few: a single control and a single Tab stop, whose arrow keys choose (the radio group of
 * the ARIA practices).
 */

import { h, type Child } from "./dom.ts";

export interface Chosen<T extends string> {
  readonly value: T;
  readonly label: Child;
  /** What stands under or beside the label: a sample, a number. */
  readonly more?: readonly Child[];
}

export interface ChoiceOptions<T extends string> {
  /** Each of the few is called NAME-VALUE. */
  readonly name: string;
  readonly label: string;
  readonly of: readonly Chosen<T>[];
  /** Null where none of them is. */
  readonly value: () => T | null;
  readonly choose: (value: T) => void;
}

const WAYS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
};

export class Choice<T extends string> {
  readonly element: HTMLElement;
  #options: ChoiceOptions<T>;
  #items: HTMLElement[];

  constructor(options: ChoiceOptions<T>) {
    this.#options = options;
    const { name, label, of } = options;
    this.#items = of.map((each, i) =>
      h(
        "div",
        {
          class: "choice-item",
          role: "radio",
          "data-kedou": `${name}-${each.value}`,
          onclick: () => this.#take(i),
          onkeydown: (event: KeyboardEvent) => this.#key(event, i),
        },
        h("span", { class: "choice-label" }, each.label),
        ...(each.more ?? []),
      ),
    );
    this.element = h(
      "div",
      { class: "choice", role: "radiogroup", "aria-label": label },
      ...this.#items,
    );
    this.paint();
  }

  paint(): void {
    const { of, value } = this.#options;
    const at = of.findIndex((each) => each.value === value());
    this.#items.forEach((item, i) => {
      item.setAttribute("aria-checked", String(i === at));
      item.setAttribute("tabindex", i === Math.max(0, at) ? "0" : "-1");
    });
  }

  #take(i: number): void {
    this.#options.choose(this.#options.of[i]!.value);
    this.#items[i]!.focus({ preventScroll: true });
  }

  #key(event: KeyboardEvent, i: number): void {
    const way = WAYS[event.key];
    const count = this.#items.length;
    if (way !== undefined) this.#take((i + way + count) % count);
    else if (event.key === " " || event.key === "Enter") this.#take(i);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
