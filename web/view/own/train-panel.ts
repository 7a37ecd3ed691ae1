/**
 * Train: every picture of one run, painted in the same frame, retrained whenever a setting moves.
 */

import { makeLoss } from "../../model/losses/registry.ts";
import type { Training } from "../../model/training.ts";
import { bestStep, type LeftOut } from "../../model/validation.ts";
import { clear, enter, h, paragraphs, put, show, write } from "../kit/dom.ts";
import { Readout } from "../kit/controls.ts";
import { clipped, isolated } from "../kit/names.ts";
import { short } from "../kit/numbers.ts";
import type { Stage } from "../kit/stage.ts";
import { Unseen } from "../kit/unseen.ts";
import { t } from "../kit/words.ts";
import { RateCurve } from "../pictures/rate-curve.ts";
import { FitScatter } from "../pictures/fit-scatter.ts";
import { RunCurves, type RunLine, valueAt } from "../pictures/run-curves.ts";
import { SlicePicture } from "../pictures/slice-picture.ts";
import { WeightCurves } from "../pictures/weight-curves.ts";
import { Coefficients } from "./coefficients.ts";
import type { Held, Sample } from "./engine.ts";
import type { Facts } from "./facts.ts";
import { drawnRecords, lastStep, placeOf, type ShownRun } from "./shown.ts";
import type { LossName, State } from "./state.ts";
import { named, parameterName } from "./words.ts";

/** What there is to train on: all of it, or as much as has been read. */
export interface Material {
  readonly training: Training;
  readonly sample: Sample | null;
  readonly target: string;
  /** How many rows; while a scan goes on, so far. */
  readonly rows: number;
  readonly whole: boolean;
}

/** One run, and what its pictures show besides. */
export interface Scene {
  readonly facts: Facts;
  readonly run: ShownRun;
  readonly validation: Pick<LeftOut, "steps" | "leftOut" | "baseline"> | null;
  readonly held: Held | null;
  /** Runs that were pinned, as lines beside this one's. */
  readonly pins: readonly RunLine[];
  readonly sample: Sample | null;
  readonly target: string;
  readonly loss: LossName;
  /** Who computed it, in words. */
  readonly by: string;
  /** Whether a hand drags: what has many parts is then drawn of fewer. */
  readonly isHeld: boolean;
}

/** Letters of a name in the equation. */
const LONGEST = 40;

/** A gap below this part of the loss is what rounding leaves. */
const ROUNDING = 1e-12;

export class TrainPanel {
  readonly curves = new RunCurves();
  readonly scatter: FitScatter;
  readonly residuals: FitScatter;
  readonly weights = new WeightCurves();
  readonly slice = new SlicePicture();
  readonly rates = new RateCurve();
  /** The pictures beside and below the curves. */
  readonly gallery: HTMLElement;
  readonly summary: HTMLElement;
  #error = new Readout("left-out-error", 4, "big");
  #errorLabel = h("span", { class: "label" });
  #errorMore = h("p", { class: "muted", "data-kedou": "error-more" });
  #outcome = h("p", { class: "own-outcome", "data-kedou": "outcome" });
  #advice = h("div", { class: "own-advice", "data-kedou": "advice" });
  #gap = h("p", { class: "formula", "data-kedou": "gap" });
  #equation = h("p", { class: "formula own-equation", "data-kedou": "equation" });
  #by = h("p", { class: "muted", "data-kedou": "computed-by" });
  #coefficients = new Coefficients();
  #pair: readonly [HTMLSelectElement, HTMLSelectElement];
  #gallery: Unseen;
  #table = new Unseen(this.#coefficients.element);
  #pairNames = "";
  #chosen: readonly [number, number] = [-1, -1];
  #isHeld = false;
  #cache: { key: Sample; names: string; X: Float64Array; y: Float64Array } | null = null;
  #predicted = new Float64Array(0);

  constructor(stage: Stage<State>, target: string) {
    this.scatter = new FitScatter(false, target);
    this.residuals = new FitScatter(true, target);
    stage.addPlot(this.curves.plot, "run-curves");
    stage.addPlot(this.scatter.plot, "scatter");
    const frame = (plot: { svg: SVGSVGElement }, ...more: Node[]): HTMLElement =>
      h("div", { class: "picture small" }, plot.svg, ...more);
    const choose = (place: 0 | 1): HTMLSelectElement => {
      const select = h("select", {
        class: "field select",
        "data-kedou": `pair-${place}`,
        "aria-label": t(place === 0 ? "own-pair-x" : "own-pair-y"),
      });
      select.addEventListener("change", () => {
        const pair = [...stage.state.pair] as [number, number];
        pair[place] = Number(select.value);
        this.#chosen = [-1, -1];
        stage.store.set({ pair });
      });
      return select;
    };
    this.#pair = [choose(0), choose(1)];
    this.gallery = h(
      "section",
      { class: "own-gallery", "aria-label": t("own-more-pictures") },
      frame(this.rates.plot),
      frame(this.weights.plot),
      h(
        "div",
        { class: "own-slice" },
        frame(this.slice.plot),
        h("div", { class: "row" }, ...this.#pair),
      ),
      frame(this.residuals.plot),
    );
    this.#gallery = new Unseen(this.gallery);
    for (const plot of [this.rates.plot, this.weights.plot, this.slice.plot, this.residuals.plot]) {
      stage.keepPlot(plot);
    }
    this.summary = h(
      "section",
      { class: "own-summary", "aria-label": t("own-result") },
      h("div", { class: "number-block own-error" }, this.#errorLabel, this.#error.element),
      this.#errorMore,
      this.#outcome,
      this.#advice,
      this.#equation,
      this.#gap,
      this.#by,
    );
  }

  get coefficients(): HTMLElement {
    return this.#coefficients.element;
  }

  paint(state: State, scene: Scene): void {
    const { facts, run, validation, pins, target, loss } = scene;
    const isSquared = loss === "squared";
    const last = lastStep(run);
    const step = Math.min(state.step ?? last, last);
    const theta = run.theta(placeOf(run, step));
    const best = validation && bestStep(validation);
    this.curves.paint({
      training: { steps: run.steps, values: run.loss },
      leftOut: validation && { steps: validation.steps, values: validation.leftOut },
      pins,
      least: facts.least,
      baseline: validation?.baseline ?? null,
      bestStep: best,
      step,
      log: state.log,
      title: isSquared ? t("own-axis-error") : t(`own-loss-${loss}`),
    });
    this.#paintSample(scene, theta);
    this.#gallery.paint(() => this.#paintGallery(state, scene, step));
    this.#paintSummary(scene, step, best);
    this.#keepRoom(scene.isHeld);
    write(this.#equation, equationOf(target, facts.names, theta, facts.k, isScore(loss)));
    this.#table.paint(() => this.#coefficients.paint(facts, theta), !scene.isHeld);
  }

  /** While a hand drags, words that come and go do not move what is below them. */
  #keepRoom(isHeld: boolean): void {
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    const { summary } = this;
    summary.style.minHeight = isHeld ? `${summary.offsetHeight}px` : "";
  }

  #paintGallery(state: State, { facts, run, sample, isHeld }: Scene, step: number): void {
    // The map is gradient descent's; other rules have none that is known before the run.
    show(this.rates.plot.svg.parentElement!, facts.started !== null);
    if (facts.started) this.rates.paint(facts.started, run.learningRate ?? 0);
    const all = drawnRecords(run);
    // While a hand drags, a line of half the points: a dozen lines are drawn of them.
    const places = isHeld ? all.filter((_, n) => n % 2 === 0 || n === all.length - 1) : all;
    const drawn = places.map((place) => run.theta(place));
    this.weights.paint({
      steps: places.map((place) => run.steps[place]!),
      lines: facts.names.slice(0, facts.k).map((name, j) => ({
        name,
        values: drawn.map((each) => each[j]! * facts.scale[j]!),
      })),
      step,
    });
    this.#paintSlice(state, facts, drawn, run.theta(placeOf(run, step)));
    if (sample && this.#cache) {
      this.residuals.paint({
        predicted: this.#predicted,
        actual: this.#cache.y,
        isMoving: isHeld,
      });
    }
  }

  #paintSlice(
    state: State,
    { names, k, slice }: Facts,
    drawn: readonly ArrayLike<number>[],
    theta: ArrayLike<number>,
  ): void {
    const p = names.length;
    show(this.slice.plot.svg.parentElement!.parentElement!, slice !== null && p >= 2);
    if (slice === null || p < 2) return;
    const key = JSON.stringify(names);
    const isNew = key !== this.#pairNames;
    if (isNew) {
      this.#pairNames = key;
      for (const select of this.#pair) {
        clear(
          select,
          ...names.map((_, j) => h("option", { value: j }, parameterName(names, k, j))),
        );
      }
    }
    let [i, j] = state.pair;
    if (i >= p) i = 0;
    if (j >= p || j === i) j = i === p - 1 ? 0 : p - 1;
    // To ask a choice what it is takes its time, at every frame of a drag.
    if (isNew || this.#chosen[0] !== i || this.#chosen[1] !== j) {
      this.#chosen = [i, j];
      enter(this.#pair[0], String(i));
      enter(this.#pair[1], String(j));
    }
    this.slice.paint({
      slice: slice(i, j),
      names: [parameterName(names, k, i), parameterName(names, k, j)],
      path: drawn.map((each) => [each[i]!, each[j]!] as const),
      at: [theta[i]!, theta[j]!],
    });
  }

  #paintSample(scene: Scene, theta: ArrayLike<number>): void {
    const { sample, isHeld } = scene;
    const { names, k } = scene.facts;
    const loss = makeLoss(scene.loss);
    show(this.scatter.plot.svg.parentElement!, sample !== null);
    show(this.residuals.plot.svg.parentElement!, sample !== null);
    if (!sample) return;
    const { X, y } = this.#sampleFor(sample, names.slice(0, k));
    const b = names.length > k ? theta[k]! : 0;
    const weights = Float64Array.from({ length: k }, (_, j) => theta[j]!);
    for (let i = 0, at = 0; i < y.length; i++) {
      let value = b;
      for (let j = 0; j < k; j++, at++) value += X[at]! * weights[j]!;
      this.#predicted[i] = loss.predict(value);
    }
    this.scatter.paint({ predicted: this.#predicted, actual: y, isMoving: isHeld });
  }

  /** The sample's cells in the order of the design's columns. */
  #sampleFor(sample: Sample, names: readonly string[]): { X: Float64Array; y: Float64Array } {
    const joined = JSON.stringify(names);
    if (this.#cache?.key === sample && this.#cache.names === joined) return this.#cache;
    const where = names.map((name) => sample.columns.indexOf(name));
    const X = new Float64Array(sample.X.length * where.length);
    sample.X.forEach((row, i) =>
      where.forEach((from, j) => {
        X[i * where.length + j] = from < 0 ? 0 : row[from]!;
      }),
    );
    const y = Float64Array.from(sample.y);
    this.#predicted = new Float64Array(y.length);
    this.#cache = { key: sample, names: joined, X, y };
    return this.#cache;
  }

  #paintSummary(
    { facts, run, validation, held, target, loss: name, by }: Scene,
    step: number,
    best: number | null,
  ): void {
    const line: RunLine | null = validation && {
      steps: validation.steps,
      values: validation.leftOut,
    };
    const loss = run.loss[placeOf(run, step)]!;
    const isSquared = name === "squared";
    const error = !isSquared ? loss : Math.sqrt(line ? valueAt(line, step) : loss);
    write(
      this.#errorLabel,
      isSquared
        ? t(line ? "own-error" : "own-error-seen", { target })
        : t("own-error-loss", { loss: t(`own-loss-${name}`) }),
    );
    this.#error.set(error, Number.isFinite(error) ? short(error, 4) : "∞");
    const more: string[] = [];
    if (validation) {
      more.push(t("own-baseline", { error: short(Math.sqrt(validation.baseline), 4) }));
      if (best !== null && best < step) more.push(t("own-best-step", { step: String(best) }));
    }
    if (held?.spread != null) more.push(t("own-spread", { spread: short(held.spread, 3) }));
    if (held?.mae != null) {
      more.push(
        held.mae_spread != null
          ? t("own-mae-spread", { mae: short(held.mae, 4), spread: short(held.mae_spread, 3) })
          : t("own-mae", { mae: short(held.mae, 4) }),
      );
    }
    write(this.#errorMore, more.join(t("own-joint")));
    const isGood = run.outcome === "converged";
    write(this.#outcome, run.outcome === "" ? t("own-going-on") : t(named("outcome", run.outcome)));
    put(this.#outcome, { "data-value": run.outcome });
    this.#outcome.classList.toggle("bad", run.outcome === "diverged");
    this.#outcome.classList.toggle("good", isGood);
    paragraphs(this.#advice, run.advice);
    const gap = run.gap ? run.gap[placeOf(run, step)]! : null;
    write(
      this.#gap,
      gap === null
        ? ""
        : t(gap <= ROUNDING * facts.least ? "own-gap-none" : "own-gap", {
            least: short(facts.least, 5),
            gap: short(gap, 3),
          }),
    );
    put(this.#gap, { "data-value": String(gap) });
    write(this.#by, by);
  }
}

/** Losses whose line is a score: what is predicted is a chance made of it. */
function isScore(loss: LossName): boolean {
  return loss === "log" || loss === "brier";
}

/** target = w1 · x1 + ... + b, the first terms of many; of a score, the chance and the score. */
export function equationOf(
  target: string,
  names: readonly string[],
  theta: ArrayLike<number>,
  k: number,
  score = false,
): string {
  const shown = Math.min(k, 6);
  const left = isolated(clipped(target, LONGEST));
  let text = score ? `${t("own-chance", { target: left })}, z = ` : `${left} = `;
  for (let j = 0; j < shown; j++) {
    const value = theta[j]!;
    const sign = j === 0 ? (value < 0 ? "−" : "") : value < 0 ? " − " : " + ";
    text += `${sign}${short(Math.abs(value), 4)} · ${isolated(clipped(names[j]!, LONGEST))}`;
  }
  if (k > shown) text += " + …";
  if (names.length > k) {
    const b = theta[k]!;
    text += k === 0 ? short(b, 4) : ` ${b < 0 ? "−" : "+"} ${short(Math.abs(b), 4)}`;
  }
  return text;
}
