/** Which rule the fifth runner has: chosen from a list, typed, with its rate. */

import { Slider } from "../kit/controls.ts";
import { h, show, unique } from "../kit/dom.ts";
import type { Stage } from "../kit/stage.ts";
import { TypedField } from "../kit/typed-field.ts";
import { t } from "../kit/words.ts";
import { bowlOf } from "../lesson.ts";
import { typedRule } from "../typed/rule.ts";
import * as fifth from "./rules-fifth.ts";
import { FIRST, STEPS, type State } from "./rules-state.ts";

export class FifthPanel {
  readonly element: HTMLElement;
  #stage: Stage<State>;
  #select: HTMLSelectElement;
  #field: TypedField;
  #about = h("p", { class: "muted" }, t("own-about"));
  #rate: Slider;

  constructor(stage: Stage<State>) {
    this.#stage = stage;
    const { store } = stage;
    const change = (patch: Partial<fifth.Fifth>, tag: string | null = null): void => {
      const open = stage.state.guess.stage === "open";
      const closed = open ? { guess: FIRST.guess } : {};
      store.set({ fifth: { ...stage.state.fifth, ...patch }, ...closed }, tag);
    };
    const id = unique("fifth");
    this.#select = h(
      "select",
      {
        class: "field select",
        id,
        "data-kedou": "fifth",
        onchange: () => {
          const rule = this.#select.value as fifth.Fifth["rule"];
          const { points, start } = stage.state;
          const rate = fifth.chosenRate(rule, bowlOf(points), start, STEPS);
          change(rate === null ? { rule } : { rule, rate });
        },
      },
      ...fifth.FIFTHS.map((name) => h("option", { value: name }, t(label(name)))),
    );
    this.#field = new TypedField({
      name: "own-rule",
      label: t("own-label"),
      example: FIRST.fifth.own,
      text: () => stage.state.fifth.own,
      take: (own) => {
        typedRule(own);
        change({ own }, "own-rule");
      },
      end: () => store.seal(),
    });
    this.#rate = new Slider({
      name: "fifth-rate",
      label: t("fifth-rate"),
      get low() {
        return Math.min(0.001, stage.state.fifth.rate);
      },
      get high() {
        return Math.max(2, stage.state.fifth.rate);
      },
      step: 0.001,
      decimals: 4,
      log: true,
      value: () => stage.state.fifth.rate,
      change: (rate) => change({ rate }, "fifth-rate"),
      end: () => store.seal(),
    });
    this.element = h(
      "div",
      { class: "fifth" },
      h("div", { class: "row" }, h("label", { for: id }, t("rules-fifth")), this.#select),
      this.#field.element,
      this.#about,
      this.#rate.element,
    );
  }

  paint(): void {
    const { rule } = this.#stage.state.fifth;
    this.#select.value = rule;
    show(this.#field.element, rule === "own");
    show(this.#about, rule === "own");
    show(this.#rate.element, fifth.hasRateOf(rule));
    this.#field.paint();
    this.#rate.paint();
  }
}

function label(name: fifth.Fifth["rule"]) {
  return name === "none" ? "fifth-none" : name === "own" ? "fifth-own" : (`rule-${name}` as const);
}
