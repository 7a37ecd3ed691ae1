/** The rules that go down the same bowl: choose one, set its rate, let others run along. */

import { button } from "../kit/controls.ts";
import { focusedBy, h, write } from "../kit/dom.ts";
import { clamp } from "../kit/numbers.ts";
import { stepsWithin } from "../kit/outcome.ts";
import { t } from "../kit/words.ts";
import { LETTERS, RATE, rateOf, RULES, type RatedRule, type Rule, type State } from "./state.ts";
import type { Track } from "./tracks.ts";

export interface RulesTableOptions {
  readonly choose: (rule: Rule) => void;
  readonly rate: (rule: RatedRule, rate: number) => void;
  readonly auto: (rule: RatedRule) => void;
  readonly along: (rule: Rule) => void;
}

interface Row {
  readonly rule: Rule;
  readonly choose: HTMLButtonElement;
  readonly along: HTMLButtonElement;
  readonly field: HTMLInputElement | null;
  readonly steps: HTMLElement;
  readonly element: HTMLElement;
}

export class RulesTable {
  readonly element: HTMLElement;
  #rows: readonly Row[];

  constructor(options: RulesTableOptions) {
    this.#rows = RULES.map((rule) => row(rule, options));
    const heads = [t("rules-head"), t("learning-rate"), "", t("rules-within"), t("rules-along")];
    this.element = h(
      "div",
      { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("rules-caption") },
      h(
        "table",
        { class: "rules-table" },
        h("caption", {}, t("rules-caption")),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...heads.map((head) => h(head ? "th" : "td", head ? { scope: "col" } : {}, head)),
          ),
        ),
        h("tbody", {}, ...this.#rows.map((each) => each.element)),
      ),
    );
  }

  paint(state: State, tracks: readonly Track[]): void {
    for (const { rule, choose, along, field, steps } of this.#rows) {
      const isChosen = state.rule === rule;
      choose.setAttribute("aria-pressed", String(isChosen));
      along.setAttribute("aria-pressed", String(state.race.includes(rule)));
      along.disabled = isChosen;
      const rate = rateOf(state, rule);
      if (field && focusedBy(field) !== field) field.value = String(Number(rate!.toPrecision(6)));
      const track = tracks.find((each) => each.rule === rule && each.rate === rate);
      const within = track && stepsWithin(track.trajectory, 0.01, track.trajectory.exact!.loss);
      write(steps, track === undefined ? "" : (within ?? "—").toString());
      if (typeof within === "number") steps.setAttribute("data-value", String(within));
      else steps.removeAttribute("data-value");
    }
  }
}

function row(rule: Rule, options: RulesTableOptions): Row {
  const name = t(`rule-${rule}`);
  const choose = button(`rule-${rule}`, `${LETTERS[rule]}  ${name}`, () => options.choose(rule));
  const along = button(`race-${rule}`, "⚑", () => options.along(rule));
  along.setAttribute("aria-label", t("rules-race", { rule: name }));
  const steps = h("output", { "data-kedou": `steps-${rule}` });
  const [field, auto] = rule === "exact-line-search" ? [null, null] : rated(rule, name, options);
  const cells = [choose, field ?? t("rules-own-rate"), auto, steps, along];
  const element = h("tr", {}, ...cells.map((cell) => h("td", {}, cell)));
  return { rule, choose, along, field, steps, element };
}

function rated(
  rule: RatedRule,
  name: string,
  options: RulesTableOptions,
): [HTMLInputElement, HTMLButtonElement] {
  const field: HTMLInputElement = h("input", {
    type: "number",
    step: "any",
    min: RATE[0],
    max: RATE[1],
    inputmode: "decimal",
    class: "field",
    "data-kedou": `rate-${rule}-field`,
    "aria-label": t("number-field", { name: t("rules-rate-of", { rule: name }) }),
    onchange: () => {
      const rate = Number(field.value);
      if (field.value.trim() !== "" && Number.isFinite(rate)) {
        options.rate(rule, clamp(rate, ...RATE));
      }
    },
  });
  const auto = button(`auto-${rule}`, t("rules-auto"), () => options.auto(rule));
  auto.setAttribute("aria-label", t("rules-auto-of", { rule: name }));
  return [field, auto];
}
