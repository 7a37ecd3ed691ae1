/** Descent on powers: its controls, its loss against step, and what came of it in words. */

import { run } from "../../model/descend.ts";
import type { Message } from "../../model/message.ts";
import { button, Readout, Slider } from "../kit/controls.ts";
import { h, write } from "../kit/dom.ts";
import { fixed, short } from "../kit/numbers.ts";
import { Player } from "../kit/player.ts";
import type { Stage } from "../kit/stage.ts";
import { currentLanguage, t, tell, tied } from "../kit/words.ts";
import { DescentCurve } from "../pictures/descent-curve.ts";
import { descentOf, kept, type Descent, type DescentSettings } from "../powers.ts";
import { MOST_STEPS, RATES, type State } from "./train-state.ts";

/** The step numbers that a walk shows: every one at first, then eight in every factor of ten. */
const SHOWN = [
  ...new Set(
    Array.from({ length: 8 * Math.log10(MOST_STEPS) + 1 }, (_, i) => Math.round(10 ** (i / 8))),
  ),
];
/** How long a setting must rest before its run is judged, in ms. */
const REST = 150;

export class DescentPanel {
  /** Under the pictures. */
  readonly controls: HTMLElement;
  /** Beside the pictures. */
  readonly report: HTMLElement;
  readonly picture = new DescentCurve(MOST_STEPS);
  #stage: Stage<State>;
  #player: Player;
  #walk: HTMLButtonElement;
  #scale: HTMLButtonElement;
  #taken: Slider;
  #rate: Slider;
  #condition = new Readout("condition");
  #limit = new Readout("rate-limit");
  #outcome = h("p", { "data-kedou": "outcome" });
  #own = kept(descentOf);
  #others = kept(descentOf);
  #judged = { key: "", timer: null as ReturnType<typeof setTimeout> | null, asked: "" };

  constructor(stage: Stage<State>) {
    this.#stage = stage;
    const { store } = stage;
    this.#player = new Player({
      step: () => SHOWN.filter((steps) => steps <= stage.state.taken).length - 1,
      last: () => SHOWN.length - 1,
      go: (at, how) => store.set({ taken: SHOWN[at]! }, how === "play" ? "quiet" : "taken"),
      paint: () => stage.repaint(),
    });
    this.#player.speed = 4;
    this.#walk = button("walk", "", () => this.#player.toggle(), "main");
    this.#scale = button("scale", t("train-scale"), () => {
      this.pause();
      store.set({ scaled: !stage.state.scaled, rate: null });
    });
    this.#taken = new Slider({
      name: "taken",
      label: t("train-steps"),
      low: 1,
      high: MOST_STEPS,
      step: 1,
      decimals: 0,
      log: true,
      value: () => stage.state.taken,
      change: (value) => {
        this.pause();
        store.set({ taken: Math.round(value) }, "taken");
      },
      end: () => store.seal(),
    });
    this.#rate = new Slider({
      name: "rate",
      label: t("learning-rate"),
      low: RATES[0],
      high: RATES[1],
      step: 1e-7,
      decimals: 7,
      log: true,
      value: () => this.descent(stage.state).rate,
      change: (rate) => store.set({ rate }, "rate"),
      end: () => store.seal(),
    });
    this.controls = h(
      "div",
      { class: "descent-controls" },
      h("div", { class: "row" }, this.#walk, this.#scale),
      this.#taken.element,
      this.#rate.element,
    );
    this.report = h(
      "div",
      { class: "descent-report" },
      h("p", { class: "formula" }, t("train-condition"), this.#condition.element),
      h("p", { class: "formula" }, t("train-limit"), this.#limit.element),
      this.#outcome,
    );
  }

  descent(state: State): Descent {
    return this.#own(settings(state, state.scaled, state.rate));
  }

  pause(): void {
    if (this.#player.playing) this.#player.pause();
  }

  paint(state: State): void {
    this.#player.follow();
    const descent = this.descent(state);
    const other = this.#others(settings(state, !state.scaled, null));
    const { condition, limit } = descent;
    this.picture.paint({
      descent,
      other,
      names: state.scaled
        ? [t("descent-scaled"), t("descent-raw")]
        : [t("descent-raw"), t("descent-scaled")],
      steps: state.taken,
    });
    write(this.#walk, this.#player.playing ? t("pause") : t("train-walk"));
    this.#scale.setAttribute("aria-pressed", String(state.scaled));
    this.#taken.paint();
    this.#rate.paint();
    this.#condition.set(
      condition,
      condition === null ? "?" : fixed(condition, condition < 1000 ? 1 : 0),
    );
    this.#limit.set(limit, limit === null ? "?" : short(limit, 3));
    this.#judge(state, descent);
  }

  destroy(): void {
    this.#player.destroy();
    if (this.#judged.timer !== null) clearTimeout(this.#judged.timer);
  }

  /** Say what came of the run: once its settings rest, for millions of steps take a while. */
  #judge(state: State, descent: Descent): void {
    const key = JSON.stringify([
      state.points,
      state.power,
      state.scaled,
      descent.rate,
      state.taken,
      currentLanguage(),
    ]);
    const { key: known, asked } = this.#judged;
    this.#outcome.classList.toggle("stale", key !== known);
    if (key === known || key === asked) return;
    if (this.#judged.timer !== null) clearTimeout(this.#judged.timer);
    this.#judged.asked = key;
    const judge = tied(() => {
      const { outcome, messages } = run(descent.started, {
        learningRate: descent.rate,
        steps: state.taken,
      });
      this.#judged = { key, timer: null, asked: "" };
      write(this.#outcome, told(messages));
      this.#outcome.setAttribute("data-outcome", outcome);
      this.#stage.live.say(told(messages));
      this.#stage.repaint();
    });
    this.#judged.timer = setTimeout(judge, REST);
  }
}

function settings(state: State, scaled: boolean, rate: number | null): DescentSettings {
  return { points: state.points, power: state.power, scaled, rate };
}

function told(messages: readonly Message[]): string {
  return messages.map(tell).join(" ");
}
