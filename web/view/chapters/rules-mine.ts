/**
 * A learner's own Python function in the race: Python runs it and says how it did; here its runner
 * stands at the start until what Python found is about the points and the start on screen.
 */

import type { Outcome } from "../../model/outcome.ts";
import { h, show, write } from "../kit/dom.ts";
import type { Ending } from "../kit/endings.ts";
import type { Mine } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import type { Point } from "../lesson.ts";

/** What Python found: see `kedou.widgets.mine.race`. */
interface Found {
  readonly points: readonly Point[];
  readonly start: number;
  readonly weights: readonly number[];
  readonly stopped: string | null;
  readonly outcome: Outcome | null;
  readonly advice: string;
  readonly verdict: string;
  readonly right: boolean | null;
}

export interface OwnRun {
  readonly title: string;
  readonly weights: readonly number[];
  readonly hasStopped: boolean;
  readonly ending: Ending;
}

export class OwnFunction {
  readonly element: HTMLElement;
  #mine: Mine;
  #name = h("code", { "data-kedou": "mine-name" });
  #asStep = h("p", { class: "label" }, t("mine-as-step"));
  #verdict = h("p", { "data-kedou": "mine-verdict" });
  #stopped = h("p", { class: "trouble", role: "alert", "data-kedou": "mine-stopped" });
  #silence: () => void;

  constructor(mine: Mine, repaint: () => void) {
    this.#mine = mine;
    this.#silence = mine.hear(repaint);
    this.element = h(
      "section",
      { class: "mine", "aria-label": t("mine-title") },
      h("p", { class: "label" }, t("mine-title"), " ", this.#name),
      this.#asStep,
      this.#verdict,
      this.#stopped,
    );
  }

  /** Its run for a state; null where no function was given. */
  run({ points, start }: { points: readonly Point[]; start: number }): OwnRun | null {
    const now = this.#mine.now();
    if (now === null) return null;
    const found = now.found as Found;
    const isNow = found.start === start && JSON.stringify(found.points) === JSON.stringify(points);
    const { weights, stopped, outcome, advice } = isNow ? found : { ...found, weights: [start] };
    return {
      title: t("mine-title"),
      weights,
      hasStopped: isNow && stopped !== null,
      ending: {
        name: "fifth",
        title: t("mine-title"),
        outcome: outcome ?? "stopped",
        messages: [],
        said: stopped ?? advice,
      },
    };
  }

  paint(): void {
    const now = this.#mine.now();
    show(this.element, now !== null);
    if (now === null) return;
    const { verdict, right, stopped } = now.found as Found;
    write(this.#name, now.name);
    show(this.#asStep, verdict !== "");
    show(this.#verdict, verdict !== "");
    write(this.#verdict, verdict);
    this.#verdict.setAttribute("class", right === null ? "" : right ? "mine-right" : "mine-wrong");
    show(this.#stopped, stopped !== null);
    write(this.#stopped, stopped ?? "");
  }

  destroy(): void {
    this.#silence();
  }
}
