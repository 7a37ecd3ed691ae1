/** How far a descent over the rows has come, why it takes them, and a way to end it. */

import { button } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { t } from "../kit/words.ts";
import type { Passes } from "./loading.ts";
import { lastStep, pythonRun } from "./shown.ts";
import type { OverRows } from "./state.ts";

export class PassesRow {
  readonly element: HTMLElement;
  #words = h("p", { class: "muted", role: "status", "data-kedou": "passes" });
  #end: HTMLButtonElement;

  constructor(end: () => void) {
    this.#end = button("cancel-passes", t("own-cancel"), end);
    this.element = h("div", { class: "row" }, this.#words, this.#end);
  }

  /** `steps` stand for the total until a run says what it is. */
  paint(passes: Passes | null, { batchSize }: OverRows, steps: number): void {
    const step = passes?.news.at(-1)?.step ?? 0;
    const isDone = passes?.run != null;
    const values = {
      step: String(isDone ? lastStep(pythonRun(passes.run!)) : step),
      total: String(passes?.total ?? steps),
    };
    write(
      this.#words,
      batchSize === null
        ? t(isDone ? "own-passes-done" : "own-passes", values)
        : passes === null
          ? t("own-going-on")
          : t(isDone ? "own-batches-done" : "own-batches", { ...values, batch: String(batchSize) }),
    );
    show(this.#end, !isDone);
  }
}
