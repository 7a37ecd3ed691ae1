/** Runs that were pinned, to be seen beside the one on screen: two at most. */

import { ModelError } from "../../model/errors.ts";
import type { Settings, Training } from "../../model/training.ts";
import { button } from "../kit/controls.ts";
import { write } from "../kit/dom.ts";
import { short } from "../kit/numbers.ts";
import type { Stage } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import type { RunLine } from "../pictures/run-curves.ts";
import { settingsOf, type State } from "./state.ts";

const MOST = 2;

export class Pins {
  readonly button: HTMLButtonElement;
  #training: Training | null = null;
  #lines = new Map<string, RunLine | null>();

  /** `rate` is the one of the run on screen, chosen or automatic. */
  constructor(stage: Stage<State>, rate: () => number) {
    this.button = button("pin", t("own-pin"), () => {
      const { state, store } = stage;
      if (state.pins.length >= MOST) return store.set({ pins: [] });
      const settings = { ...settingsOf(state), rate: rate() };
      store.set({ pins: [...state.pins, { label: short(rate(), 3), settings }] });
    });
  }

  paint({ pins }: State, isEnabled: boolean): void {
    write(this.button, pins.length < MOST ? t("own-pin") : t("own-unpin"));
    this.button.disabled = !isEnabled;
  }

  /** The error of each on rows left out, or its loss where no rows were. */
  lines({ pins }: State, training: Training): RunLine[] {
    if (training !== this.#training) this.#lines.clear();
    this.#training = training;
    return pins.flatMap(({ settings }) => {
      const key = JSON.stringify(settings);
      if (!this.#lines.has(key)) this.#lines.set(key, lineOf(training, settings));
      return this.#lines.get(key) ?? [];
    });
  }
}

/** Null where the settings do not fit what was read since. */
function lineOf(training: Training, settings: Settings): RunLine | null {
  try {
    const trained = training.trained(settings);
    if (!training.hasFolds) return { steps: trained.run.steps, values: trained.run.loss };
    const { steps, leftOut } = training.drawn(trained);
    return { steps, values: leftOut };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return null;
  }
}
