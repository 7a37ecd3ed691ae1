/**
 * One loop: input, forward, error, loss, and back through the slope to a new w. It never lights by
 * itself; the learner moves the number from station to station.
 */

import { h, show, write } from "./dom.ts";
import { t, type Key } from "./words.ts";

export interface Station {
  readonly name: string;
  readonly title: Key;
}

export const FRONT: readonly Station[] = [
  { name: "input", title: "station-input" },
  { name: "forward", title: "station-forward" },
  { name: "error", title: "station-error" },
  { name: "loss", title: "station-loss" },
];

export const BACK: readonly Station[] = [
  { name: "slope", title: "station-slope" },
  { name: "update", title: "station-update" },
];

export class Loop {
  readonly element: HTMLElement;
  #buttons: HTMLButtonElement[];
  #values: HTMLElement[];
  #hint = h("p", { class: "loop-hint" });

  constructor(stations: readonly Station[], choose: (station: number) => void, hint: string) {
    this.#values = stations.map(({ name }) =>
      h("span", { class: "station-value", "data-kedou": `station-${name}-value` }),
    );
    this.#buttons = stations.map(({ name, title }, i) =>
      h(
        "button",
        {
          type: "button",
          class: "station",
          "data-kedou": `station-${name}`,
          onclick: () => choose(i),
        },
        h("span", { class: "station-title" }, t(title)),
        this.#values[i],
      ),
    );
    this.#hint.textContent = hint;
    this.element = h(
      "section",
      { class: "loop-block", "aria-label": t("loop-title") },
      this.#hint,
      h(
        "ol",
        { class: stations.length > FRONT.length ? "loop whole" : "loop", "data-kedou": "loop" },
        ...this.#buttons.map((each) => h("li", {}, each)),
      ),
    );
  }

  /** `station` is where the number is: null before it set out. */
  paint(station: number | null, values: readonly string[]): void {
    show(this.#hint, station === null);
    this.#buttons.forEach((each, i) => {
      const reached = station !== null && i <= station;
      each.disabled = station === null;
      each.classList.toggle("reached", reached);
      each.classList.toggle("here", i === station);
      if (i === station) each.setAttribute("aria-current", "step");
      else each.removeAttribute("aria-current");
      write(this.#values[i]!, reached ? (values[i] ?? "") : "");
    });
  }
}
