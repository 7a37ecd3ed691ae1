/** What stands beside the pictures of chapter 9: hidden tadpoles, predictions, and what is lacking. */

import { freedomOf, type Polynomial, type Prediction } from "../../model/powers.ts";
import { button, Readout } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { fixed, signed } from "../kit/numbers.ts";
import { t, tell } from "../kit/words.ts";
import { lossText } from "../pictures/power-losses.ts";
import { highestPower, type Tested } from "../powers.ts";
import { everything, type State } from "./train-state.ts";
import { hiddenWords, powerNote } from "./train-words.ts";

/** What the state alone does not tell. */
export interface Findings {
  readonly test: Tested;
  /** The curve that is shown, where it is fitted exactly. */
  readonly fit: Polynomial | null;
  /** What it says at the place to predict. */
  readonly prediction: Prediction | null;
  /** An edit has just been refused. */
  readonly refused: boolean;
}

export class Report {
  readonly element: HTMLElement;
  #hiddenText = h("span");
  #hiddenError = new Readout("hidden-error", 2);
  #leftOut = new Readout("left-out", 3);
  #tested: HTMLElement;
  #showAll: HTMLButtonElement;
  #at = h("span");
  #prediction = new Readout("prediction", 2);
  #low = new Readout("interval-low", 2);
  #high = new Readout("interval-high", 2);
  #interval = h("p", { class: "formula" });
  #noInterval = h("p", { class: "formula" });
  #predictions: HTMLElement;
  #note = h("p", { class: "trouble", "data-kedou": "power-note" });

  constructor(showAll: () => void) {
    this.#showAll = button("show-all", t("train-show-all"), showAll);
    this.#tested = h(
      "div",
      { class: "tested" },
      h("p", { class: "formula" }, this.#hiddenText, this.#hiddenError.element),
      h("p", { class: "formula" }, t("train-loss-left-out"), this.#leftOut.element),
      h("div", { class: "row" }, this.#showAll),
    );
    this.#interval.append(
      t("train-interval"),
      this.#low.element,
      t("train-to"),
      this.#high.element,
    );
    this.#predictions = h(
      "div",
      { class: "predictions" },
      h("p", { class: "formula" }, this.#at, this.#prediction.element),
      this.#interval,
      this.#noInterval,
    );
    this.element = h("div", { class: "report" }, this.#tested, this.#predictions, this.#note);
  }

  paint(state: State, findings: Findings): void {
    const isAsking = state.guess.stage === "open";
    show(this.#tested, state.way === "exact" && !isAsking);
    this.#paintTested(state, findings.test);
    show(this.#predictions, findings.prediction !== null);
    this.#paintPrediction(state, findings);
    write(
      this.#note,
      findings.refused ? t("train-too-few") : powerNote(highestPower(state.points)),
    );
    show(this.#note, this.#note.textContent !== "");
  }

  #paintTested(state: State, test: Tested): void {
    const { points, power, step, seen } = state;
    const error = step === 0 ? null : test.errors[step - 1]!;
    write(this.#hiddenText, error === null ? t("train-none-hidden") : hiddenWords(state, error));
    this.#hiddenError.set(error, error === null ? "" : signed(error));
    const met = seen[power - 1]?.length ?? 0;
    if (met === points.length) this.#leftOut.set(test.leftOut, lossText(test.leftOut));
    else {
      const counts = { seen: String(met), all: String(points.length) };
      this.#leftOut.set(null, t("train-so-far", counts));
    }
    const hasBegun = seen.some((each) => each !== null && each.length > 0);
    const isDone = JSON.stringify(seen) === JSON.stringify(everything(points));
    show(this.#showAll, hasBegun && !isDone);
  }

  #paintPrediction({ place }: State, { fit, prediction }: Findings): void {
    if (prediction === null || place === null) return;
    const { value, low, high } = prediction;
    write(this.#at, t("train-at", { x: fixed(place, 1) }));
    this.#prediction.set(value);
    this.#low.set(low);
    this.#high.set(high);
    show(this.#interval, low !== null);
    const isTight = fit !== null && freedomOf(fit) <= 0;
    show(this.#noInterval, isTight);
    if (isTight) write(this.#noInterval, tell(noFreedom(fit)));
  }
}

function noFreedom({ count, degree }: Polynomial) {
  const values = { rows: { count }, parameters: { count: degree + 1 } };
  return { code: "solution.no-freedom", values };
}
