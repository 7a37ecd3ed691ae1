/** What is set while training: the rule, steps, start, scaling, penalty, and features on or off. */

import { button, Slider } from "../kit/controls.ts";
import { clear, enter, h, put, show } from "../kit/dom.ts";
import type { Stage } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { RULES } from "../../model/rules/registry.ts";
import { LOSSES, MOST_BATCH, MOST_EPOCHS, MOST_STEPS, type LossName, type State } from "./state.ts";
import { named } from "./words.ts";

/** How many rows a batch has at first. */
const FIRST_BATCH = 32;

export class Tools {
  readonly elements: HTMLElement[];
  #stage: Stage<State>;
  #rule = h("select", { class: "field select", id: "own-rule", "data-kedou": "rule" });
  #loss = h("select", { class: "field select", id: "own-loss", "data-kedou": "loss-name" });
  #rows = h("select", { class: "field select", id: "own-rows", "data-kedou": "rows" });
  #sliders: Slider[];
  #steps: Slider;
  /** What mini-batches are set by, in the place of steps. */
  #batches: Slider[];
  #flags: { key: "standardize" | "hasIntercept" | "log"; button: HTMLButtonElement }[];
  #features = h("div", {
    class: "row own-features",
    role: "group",
    "aria-label": t("own-features"),
  });
  #sources = "";
  #count = 0;

  /** `hasRows`: whether there is somebody who can go over the rows again. */
  constructor(stage: Stage<State>, hasRows: boolean) {
    this.#stage = stage;
    const { store } = stage;
    for (const rule of Object.keys(RULES)) {
      if (rule === "slope" || rule === "exact-line-search") continue;
      this.#rule.append(h("option", { value: rule }, t(named("rule", rule))));
    }
    this.#rule.addEventListener("change", () =>
      store.set({ rule: this.#rule.value, rate: null, step: null }),
    );
    for (const loss of LOSSES) {
      this.#loss.append(h("option", { value: loss }, t(named("own-loss", loss))));
    }
    this.#loss.addEventListener("change", () =>
      store.set({ loss: this.#loss.value as LossName, rate: null, step: null }),
    );
    for (const rows of ["all", "batches"] as const) {
      this.#rows.append(h("option", { value: rows }, t(`own-rows-${rows}`)));
    }
    this.#rows.addEventListener("change", () =>
      store.set({
        batchSize: this.#rows.value === "batches" ? FIRST_BATCH : null,
        rate: null,
        step: null,
      }),
    );
    const slider = (
      key: "steps" | "ridge" | "start" | "batchSize" | "epochs",
      low: number,
      high: number,
      more: { step: number; decimals: number; log?: boolean },
    ): Slider =>
      new Slider({
        name: key,
        label: t(`own-${key}`),
        low,
        high,
        ...more,
        value: () => stage.state[key] ?? FIRST_BATCH,
        change: (value) =>
          store.set({ [key]: more.decimals === 0 ? Math.round(value) : value, step: null }, key),
        end: () => store.seal(),
      });
    const whole = { step: 1, decimals: 0, log: true };
    this.#steps = slider("steps", 1, MOST_STEPS, whole);
    this.#batches = [
      slider("batchSize", 1, MOST_BATCH, whole),
      slider("epochs", 1, MOST_EPOCHS, whole),
    ];
    this.#sliders = [
      this.#steps,
      ...(hasRows ? this.#batches : []),
      slider("ridge", 0, 10, { step: 0.001, decimals: 6 }),
      slider("start", -100, 100, { step: 0.1, decimals: 3 }),
    ];
    const flag = (key: "standardize" | "hasIntercept" | "log") => ({
      key,
      button: button(key, t(`own-${key}`), () =>
        store.set({ [key]: !stage.state[key], step: null }),
      ),
    });
    this.#flags = [flag("log"), flag("standardize"), flag("hasIntercept")];
    this.elements = [
      h(
        "div",
        { class: "row" },
        h("label", { for: "own-rule" }, t("own-rule")),
        this.#rule,
        ...(hasRows
          ? [
              h(
                "div",
                { class: "row" },
                h("label", { for: "own-loss" }, t("own-loss")),
                this.#loss,
              ),
              h(
                "div",
                { class: "row" },
                h("label", { for: "own-rows" }, t("own-rows")),
                this.#rows,
              ),
            ]
          : []),
        ...this.#flags.map((each) => each.button),
      ),
      ...this.#sliders.map((each) => each.element),
      this.#features,
    ];
  }

  paint(state: State, sources: readonly string[]): void {
    enter(this.#rule, state.rule);
    enter(this.#loss, state.loss);
    const isBatches = state.batchSize !== null;
    enter(this.#rows, isBatches ? "batches" : "all");
    show(this.#steps.element, !isBatches);
    for (const each of this.#batches) show(each.element, isBatches);
    for (const each of this.#sliders) each.paint();
    for (const { key, button: element } of this.#flags) {
      put(element, { "aria-pressed": String(state[key]) });
    }
    show(this.#features, sources.length > 1);
    const key = JSON.stringify(sources);
    if (key !== this.#sources) {
      this.#sources = key;
      this.#count = sources.length;
      clear(
        this.#features,
        h("span", { class: "muted" }, t("own-features")),
        ...sources.map((source, i) => button(`feature-${i}`, source, () => this.#toggle(source))),
      );
    }
    sources.forEach((source, i) => {
      const element = this.#features.children[i + 1]!;
      put(element, { "aria-pressed": String(!state.off.includes(source)) });
    });
  }

  #toggle(source: string): void {
    const { off } = this.#stage.state;
    const next = off.includes(source) ? off.filter((each) => each !== source) : [...off, source];
    // One feature stays: without any there is nothing to learn.
    if (next.length < this.#count) {
      this.#stage.store.set({ off: next, step: null });
    }
  }
}
