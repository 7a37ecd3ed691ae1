/** The riddle of the locked b: a rate that arrives on one axis, and not in the plane. */

import { button } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { t } from "../kit/words.ts";
import type { Riddle } from "./state.ts";

export class RiddleCard {
  readonly element: HTMLElement;
  #choices: HTMLElement;
  #said = h("p", { "data-kedou": "riddle-verdict" });

  constructor(answer: (riddle: "holds" | "breaks") => void) {
    this.#choices = h(
      "div",
      { class: "row" },
      button("riddle-holds", t("gradient-riddle-holds"), () => answer("holds")),
      button("riddle-breaks", t("gradient-riddle-breaks"), () => answer("breaks")),
    );
    this.element = h(
      "section",
      { class: "guess", "aria-label": t("gradient-riddle") },
      h("p", { class: "question" }, t("gradient-riddle-question")),
      this.#choices,
      this.#said,
    );
  }

  paint(riddle: Riddle): void {
    const told = riddle === "holds" || riddle === "breaks";
    show(this.element, riddle !== "closed");
    show(this.#choices, riddle === "open");
    show(this.#said, told);
    write(this.#said, told ? this.said(riddle) : "");
  }

  said(riddle: "holds" | "breaks"): string {
    return t(riddle === "breaks" ? "gradient-riddle-right" : "gradient-riddle-wrong");
  }
}
