/** A finished run, to be looked through: its loss and its parameters against step. */

import { BigNumber } from "../kit/controls.ts";
import { clear, h, show, write } from "../kit/dom.ts";
import { isolated } from "../kit/names.ts";
import { powered, short } from "../kit/numbers.ts";
import { flag, maybe, record, whole, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t, type Key } from "../kit/words.ts";
import { RunCurves } from "../pictures/run-curves.ts";
import { WeightCurves } from "../pictures/weight-curves.ts";

/** What Python writes of a run (`kedou.widgets.finished`): its recorded steps, thinned. */
export interface RunContent {
  /** The rule it was descended by: one of the lesson's names, or a name of its own. */
  readonly rule: string;
  readonly lead: string;
  readonly names: readonly string[];
  readonly steps: readonly number[];
  /** Parameters at every step that is here. */
  readonly theta: readonly (readonly number[])[];
  readonly loss: readonly number[];
  readonly least: number | null;
  /** The exact answer beside it, where there is one. */
  readonly exact: readonly number[] | null;
  readonly outcome: string;
  readonly said: string;
  /** What the loss is called. */
  readonly loss_name: string;
}

interface State {
  /** null: the last one. */
  readonly step: number | null;
  readonly log: boolean;
}

const read: Shape<State> = record({ step: maybe(whole(0, 1e12)), log: flag }) as Shape<State>;

export function runLesson(content: RunContent): Lesson<State> {
  const last = content.steps.at(-1)!;
  return {
    name: "run",
    title: () => t("run-title", { rule: ruleName(content.rule), steps: String(last) }),
    lead: () => content.lead,
    read: (value) => {
      const state = read(value);
      return { ...state, step: state.step === null ? null : Math.min(state.step, last) };
    },
    first: { step: null, log: canBeLog(content) },
    beats: [{ step: 0 }, {}],
    open: (stage) => new Run(stage, content),
  };
}

const RULES = [
  ...["gradient-descent", "sign", "fixed-step", "slope", "momentum", "nesterov"],
  ...["adagrad", "rmsprop", "adam", "exact-line-search"],
];

function ruleName(rule: string): string {
  return RULES.includes(rule) ? t(`rule-${rule}` as Key) : isolated(rule);
}

/** A loss that is 0 somewhere, or no number, has no place on a log scale. */
function canBeLog({ loss }: RunContent): boolean {
  return loss.every((each) => each > 0 && Number.isFinite(each));
}

class Run implements View<State> {
  #content: RunContent;
  #curves = new RunCurves();
  #weights = new WeightCurves();
  #loss: BigNumber;
  #outcome = h("p", { "data-kedou": "outcome" });
  #rows: readonly HTMLElement[];
  #log: HTMLButtonElement;
  #last: number;

  constructor(stage: Stage<State>, content: RunContent) {
    this.#content = content;
    this.#last = content.steps.at(-1)!;
    stage.addPlot(this.#curves.plot, "run-curves");
    stage.addPlot(this.#weights.plot, "run-weights");
    stage.addPlayer("step", () => this.#last, t("one-step"), {
      after: (step) => Math.max(step + 1, Math.round(step * 1.12)),
    });
    this.#loss = new BigNumber("loss", "loss", content.loss_name, 5, () => stage.repaint());
    write(this.#outcome, content.said);
    this.#outcome.setAttribute("data-outcome", content.outcome);
    this.#rows = content.names.map((_, i) => h("td", { "data-kedou": `parameter-${i}` }));
    this.#log = h(
      "button",
      {
        type: "button",
        class: "button plain",
        "data-kedou": "log",
        onclick: () => stage.store.set({ log: !stage.state.log }),
      },
      t("own-log"),
    );
    show(this.#log, canBeLog(content));
    stage.side.append(this.#loss.element, this.#outcome, this.#table());
    stage.extras.append(this.#log);
  }

  paint(state: State): void {
    const { steps, theta, loss, least, loss_name: title, names } = this.#content;
    const step = Math.min(state.step ?? this.#last, this.#last);
    const at = recordAt(steps, step);
    this.#curves.paint({
      training: { steps, values: loss },
      leftOut: null,
      pins: [],
      least: least ?? 0,
      baseline: null,
      isAlone: true,
      bestStep: null,
      step,
      log: state.log && canBeLog(this.#content),
      title,
    });
    this.#weights.plot.nameAxes(t("axis-step"), t("run-parameters"));
    this.#weights.paint({
      steps,
      lines: names.map((name, i) => ({ name, values: theta.map((each) => each[i]!) })),
      step,
    });
    const gap = least === null ? null : loss[at]! - least;
    this.#loss.set(loss[at]!, () => [
      t("step-number", { step: String(steps[at]!) }),
      ...(gap === null ? [] : [t("run-gap", { gap: powered(Math.max(0, gap)) })]),
    ]);
    this.#rows.forEach((cell, i) => {
      const value = theta[at]![i]!;
      write(cell, short(value, 6));
      cell.setAttribute("data-value", String(value));
    });
    this.#log.setAttribute("aria-pressed", String(state.log));
  }

  snippet(state: State): string {
    const { steps } = this.#content;
    const at = recordAt(steps, state.step ?? this.#last);
    return `# run is what kd.show was given
step = run.at(${steps[at]})
print("loss", step.loss)
print("theta", step.theta)
`;
  }

  /** Every parameter now, and the exact one. */
  #table(): HTMLElement {
    const { names, exact } = this.#content;
    const body = h("tbody");
    clear(
      body,
      ...names.map((name, i) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, isolated(name)),
          this.#rows[i]!,
          exact !== null && h("td", { class: "muted" }, short(exact[i]!, 6)),
        ),
      ),
    );
    const head = (key: "run-name" | "run-now" | "run-exact"): HTMLElement =>
      h("th", { scope: "col" }, t(key));
    return h(
      "div",
      {
        class: "table-scroll run-table",
        tabindex: 0,
        role: "group",
        "aria-label": t("run-parameters"),
      },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h("tr", {}, head("run-name"), head("run-now"), exact !== null && head("run-exact")),
        ),
        body,
      ),
    );
  }
}

/** The place of the last record at or before a step. */
function recordAt(steps: readonly number[], step: number): number {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle]! <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}
