/** How runs ended and what to try, in the model's own words. */

import type { Outcome } from "../../model/outcome.ts";
import type { Message } from "../../model/message.ts";
import { h, write } from "./dom.ts";
import { currentLanguage, t, tell } from "./words.ts";

export interface Ending {
  readonly name: string;
  readonly title: string;
  readonly outcome: Outcome | "stopped";
  readonly messages: readonly Message[];
  /** The advice in words already, where the page did not find it. */
  readonly said?: string;
}

/** The sentences of several messages as one paragraph. */
export function told(messages: readonly Message[]): string {
  return messages.map(tell).join(currentLanguage() === "en" ? " " : "");
}

/** A list behind a button: a runner, its outcome, the advice. */
export class Endings {
  readonly element: HTMLElement;
  #list = h("ul", { class: "endings" });

  constructor() {
    this.element = h(
      "details",
      { class: "drawer outcomes", "data-kedou": "outcomes" },
      h("summary", { class: "button plain" }, t("endings-title")),
      this.#list,
    );
  }

  paint(endings: readonly Ending[]): void {
    while (this.#list.childElementCount > endings.length) this.#list.lastChild!.remove();
    while (this.#list.childElementCount < endings.length) {
      this.#list.append(h("li", {}, h("b"), h("span"), h("p")));
    }
    endings.forEach(({ name, title, outcome, messages, said }, i) => {
      const [b, word, advice] = this.#list.children[i]!.children as unknown as Element[];
      write(b!, title);
      write(word!, t(`outcome-${outcome}`));
      word!.setAttribute("data-kedou", `outcome-${name}`);
      word!.setAttribute("data-outcome", outcome);
      write(advice!, said ?? told(messages));
    });
  }
}
