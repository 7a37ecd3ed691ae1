/**
 * The guess: asked first, never in the way. What counts is the state, not the clicks; a wrong
 * guess gets the reason that belongs to it, and "show me" always works.
 */

import { h, show, write } from "./dom.ts";
import { button } from "./controls.ts";
import { number, oneOf, record, type Shape } from "./shape.ts";
import { t } from "./words.ts";

export interface Guess<V = number> {
  readonly stage: "closed" | "open" | "done" | "shown";
  readonly value: V;
}

export function guessShape(low: number, high: number): Shape<Guess> {
  return guessOf(number(low, high));
}

export function guessOf<V>(value: Shape<V>): Shape<Guess<V>> {
  return record({ stage: oneOf("closed", "open", "done", "shown"), value }) as Shape<Guess<V>>;
}

export interface Verdict {
  /** right, typical, or another name of a wrong guess. */
  readonly kind: string;
  readonly text: string;
}

export interface GuessOptions {
  readonly question: string;
  readonly hint: string;
  readonly begin: () => void;
  readonly lock: () => void;
  readonly reveal: () => void;
  readonly lockLabel?: string;
  readonly stays: string;
}

export class GuessCard {
  readonly element: HTMLElement;
  #start: HTMLButtonElement;
  #lock: HTMLButtonElement;
  #show: HTMLButtonElement;
  #hint = h("p", { class: "guess-hint" });
  #verdict = h("p", { class: "verdict", "data-kedou": "guess-verdict" });
  #stays: HTMLElement;

  constructor(options: GuessOptions) {
    this.#start = button("guess-start", t("guess-start"), options.begin);
    this.#lock = button("guess-lock", options.lockLabel ?? t("guess-lock"), options.lock, "main");
    this.#show = button("guess-show", t("guess-show"), options.reveal, "quiet");
    this.#hint.textContent = options.hint;
    this.#stays = h(
      "p",
      { class: "stays", "data-kedou": "stays" },
      h("strong", {}, t("what-stays")),
      options.stays,
    );
    this.element = h(
      "section",
      { class: "guess", "data-kedou": "guess", "aria-label": t("guess-title") },
      h("p", { class: "question" }, options.question),
      this.#hint,
      this.#verdict,
      h("div", { class: "row" }, this.#start, this.#lock, this.#show),
      this.#stays,
    );
  }

  paint({ stage }: Pick<Guess<unknown>, "stage">, verdict: () => Verdict): void {
    const open = stage === "open";
    const told = stage === "done" || stage === "shown";
    show(this.#hint, open);
    show(this.#lock, open);
    show(this.#show, open || stage === "closed");
    show(this.#start, !open);
    write(this.#start, told ? t("guess-again") : t("guess-start"));
    show(this.#verdict, told);
    show(this.#stays, told);
    if (told) {
      const { kind, text } = verdict();
      write(this.#verdict, text);
      this.#verdict.setAttribute("data-verdict", kind);
    } else this.#verdict.removeAttribute("data-verdict");
    this.element.setAttribute("data-stage", stage);
  }
}
