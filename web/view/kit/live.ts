/** A live region for screen readers: the newest sentence, at most one a second. */

import { h } from "./dom.ts";

export class Live {
  readonly element = h("div", { class: "sr-only", role: "status", "aria-live": "polite" });
  #next: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  say(sentence: string): void {
    this.#next = sentence;
    this.#timer ??= setTimeout(() => this.#speak(), 400);
  }

  #speak(): void {
    if (this.#next !== null && this.element.textContent !== this.#next) {
      this.element.textContent = this.#next;
    }
    this.#next = null;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#next !== null) this.#speak();
    }, 1000);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
