/** The three losses to look at, each with its line and its best w, before and now. */

import { Choice } from "../kit/choice.ts";
import { Readout } from "../kit/controls.ts";
import { h, s, write } from "../kit/dom.ts";
import { fixed } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import { LOSS_NAMES, perLoss, type Judged, type LossName, type PerLoss } from "../losses.ts";

export class Looks {
  readonly element: HTMLElement;
  #choice: Choice<LossName>;
  #rows = perLoss((name) => ({
    before: h("span", { class: "before" }),
    best: new Readout(`best-${name}`, 3, "best"),
  }));

  constructor(value: () => LossName, choose: (looked: LossName) => void) {
    this.#choice = new Choice<LossName>({
      name: "look",
      label: t("loss-look"),
      of: LOSS_NAMES.map((name) => ({
        value: name,
        label: t(`loss-${name}`),
        more: [
          s(
            "svg",
            { class: "sample", viewBox: "0 0 56 8", "aria-hidden": "true" },
            s("line", { class: `loss-line loss-${name}`, x1: 2, y1: 4, x2: 54, y2: 4 }),
          ),
          h(
            "span",
            { class: "bests" },
            "w = ",
            this.#rows[name].before,
            this.#rows[name].best.element,
          ),
        ],
      })),
      value,
      choose,
    });
    this.element = this.#choice.element;
    this.element.classList.add("losses");
  }

  /** The best w of each; where the points were moved a little, also that before. */
  paint(now: PerLoss<Judged>, first: PerLoss<Judged> | null): void {
    for (const name of LOSS_NAMES) {
      const { before, best } = this.#rows[name];
      best.set(now[name].best);
      write(before, first ? `${fixed(first[name].best, 3)} → ` : "");
    }
    this.#choice.paint();
  }
}
