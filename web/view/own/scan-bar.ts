/** The one pass over the rows: how far it has come, and a way to end it. */

import { button } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { t } from "../kit/words.ts";
import type { Progress } from "./engine.ts";
import { rowsText, secondsText } from "./words.ts";

export class ScanBar {
  readonly element: HTMLElement;
  #bar = h("progress", { class: "own-progress", max: 1, "aria-label": t("own-scanning") });
  #words = h("p", { class: "muted", "data-kedou": "scan-progress", role: "status" });

  constructor(cancel: () => void) {
    this.element = h(
      "section",
      { class: "own-scan", "aria-label": t("own-scanning") },
      this.#bar,
      h("div", { class: "row" }, this.#words, button("cancel-scan", t("own-cancel"), cancel)),
    );
    show(this.element, false);
  }

  /** `now` is null where no row has come yet; `under` whether a scan is under way. */
  paint(under: boolean, now: Progress | null): void {
    show(this.element, under);
    if (!under) return;
    if (now?.total) this.#bar.value = now.rows / now.total;
    else this.#bar.removeAttribute("value");
    if (!now) {
      write(this.#words, t("own-scan-begins"));
      return;
    }
    const speed = rowsText(Math.round(now.rows_per_second));
    const rows = rowsText(now.rows);
    write(
      this.#words,
      now.total === null || now.seconds_left === null
        ? t("own-scan-rows", { rows, speed })
        : t("own-scan-of", {
            rows,
            total: rowsText(now.total),
            speed,
            left: secondsText(now.seconds_left),
          }),
    );
    this.#words.setAttribute("data-value", String(now.rows));
  }
}
