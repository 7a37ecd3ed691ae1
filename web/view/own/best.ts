/** Find the best: penalty, rate and step with the smallest error on rows left out, and say why. */

import { ModelError } from "../../model/errors.ts";
import type { Training } from "../../model/training.ts";
import { findBest } from "../../model/validation.ts";
import { button } from "../kit/controls.ts";
import { h, write } from "../kit/dom.ts";
import type { Stage } from "../kit/stage.ts";
import { t, tell } from "../kit/words.ts";
import { FIRST_SETTINGS, settingsOf, type State } from "./state.ts";

export class Best {
  readonly button: HTMLButtonElement;
  readonly words = h("p", { class: "own-found", role: "status", "data-kedou": "found" });
  #stage: Stage<State>;
  /** What was found is said of these settings, and goes with them. */
  #of = "";

  constructor(stage: Stage<State>, training: () => Training | null) {
    this.#stage = stage;
    this.button = button("find-best", t("own-find-best"), () => {
      const known = training();
      if (known?.hasFolds) this.#find(known);
    });
  }

  paint(state: State, isEnabled: boolean): void {
    this.button.disabled = !isEnabled;
    if (this.#of !== JSON.stringify(settingsOf(state))) write(this.words, "");
  }

  #find(training: Training): void {
    const { state, store } = this.#stage;
    const settings = settingsOf(state);
    try {
      const { moments } = training.trained({ ...settings, ridge: 0 });
      const best = findBest(moments, training.parts(settings), settings);
      write(this.words, tell(best.message));
      store.set({
        ...FIRST_SETTINGS,
        ...settings,
        rule: "gradient-descent",
        ridge: best.ridge,
        rate: best.learningRate,
        steps: Math.max(1, best.step),
        step: null,
      });
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      write(this.words, tell(error));
    }
    this.#of = JSON.stringify(settingsOf(this.#stage.state));
  }
}
