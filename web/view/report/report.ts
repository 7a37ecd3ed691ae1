/**
 * The report of one run: the equation, how far to trust it, what to mind; then the run, which can
 * be retrained where its moments are here; then the parameters, the residuals and the data.
 */

import { ModelError } from "../../model/errors.ts";
import { momentsFromContent } from "../../model/moments-document.ts";
import { Training } from "../../model/training.ts";
import { clear, h, show, write } from "../kit/dom.ts";
import { short } from "../kit/numbers.ts";
import { RateTrack } from "../kit/rate-track.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t, tell } from "../kit/words.ts";
import { factsOf, type Facts } from "../own/facts.ts";
import { ownSnippet } from "../own/python.ts";
import { lastStep, pageRun, pythonRun, type ShownRun } from "../own/shown.ts";
import { FIRST, readState, settingsOf, type State } from "../own/state.ts";
import { Tools } from "../own/tools.ts";
import { TrainPanel } from "../own/train-panel.ts";
import { featuresOf } from "../own/use-panel.ts";
import { warmUp } from "../own/warm-up.ts";
import { named, rowsText } from "../own/words.ts";
import { ResidualGroups } from "../pictures/residual-groups.ts";
import type { ReportContent } from "./content.ts";

/** So many warnings stand on the first screen; all of them further down. */
const FIRST_WARNINGS = 3;

export function reportLesson(content: ReportContent): Lesson<State> {
  const first: State = {
    ...FIRST,
    ...content.settings,
    phase: "train",
    source: content.source,
    target: content.target,
  };
  return {
    name: "report",
    title: () => content.title,
    lead: () => t("report-lead", { target: content.target, version: content.kedou }),
    read: readState,
    first,
    beats: [{}],
    open: (stage) => new Report(stage, content),
  };
}

class Report implements View<State> {
  #content: ReportContent;
  #panel: TrainPanel;
  #training: Training | null;
  #track: RateTrack | null = null;
  #tools: Tools | null = null;
  #given: ShownRun;
  #givenKey: string;
  #now: ShownRun;
  #facts: Facts;
  #trouble = h("p", { class: "trouble", role: "alert" });

  constructor(stage: Stage<State>, content: ReportContent) {
    this.#content = content;
    const { store } = stage;
    this.#given = this.#now = pythonRun(content.run);
    this.#givenKey = JSON.stringify(content.settings);
    this.#facts = factsOfContent(content);
    this.#training = content.moments && trainingOf(content);
    this.#panel = new TrainPanel(stage, content.target);
    show(this.#panel.scatter.plot.svg.parentElement!, false);
    stage.side.append(
      this.#panel.summary,
      this.#warnings(content.warnings.slice(0, FIRST_WARNINGS)),
    );
    if (this.#training) {
      this.#track = new RateTrack({
        rate: () => stage.state.rate ?? this.#now.learningRate ?? 0.1,
        change: (rate, how) => store.set({ rate, step: null }, `rate-${how}`),
        end: () => {
          store.seal();
          stage.repaint();
        },
        auto: () => store.set({ rate: null, step: null }),
        ahead: (told) => stage.repaintAhead(told),
      });
      this.#tools = new Tools(stage, false);
      stage.dock.append(this.#track.element, this.#trouble);
      stage.extras.append(...this.#tools.elements);
    } else if (content.without) {
      stage.dock.append(h("p", { class: "muted", "data-kedou": "without" }, content.without.text));
    }
    stage.addPlayer("step", () => lastStep(this.#now), t("one-step"), {
      after: (step) => Math.max(step + 1, Math.round(step * 1.12)),
    });
    const below = h(
      "div",
      { class: "own-below" },
      this.#panel.gallery,
      this.#panel.coefficients,
      this.#data(),
    );
    if (content.residuals) {
      const residuals = new ResidualGroups(content.residuals, content.target);
      stage.keepPlot(residuals.plot);
      this.#panel.gallery.append(h("div", { class: "picture small" }, residuals.plot.svg));
    }
    stage.element.querySelector(".drawers")!.after(below);
  }

  paint(state: State): void {
    const { target, held, validation } = this.#content;
    const settings = settingsOf(state);
    const isGiven = JSON.stringify(settings) === this.#givenKey;
    write(this.#trouble, "");
    let run = this.#given;
    let facts = this.#facts;
    let errors: { steps: Float64Array; leftOut: Float64Array; baseline: number } | null =
      validation && {
        steps: Float64Array.from(validation.steps),
        leftOut: Float64Array.from(validation.left_out, (error) => error ?? Infinity),
        baseline: validation.baseline,
      };
    if (this.#training) {
      try {
        const trained = this.#training.trained(settings, this.#track?.isHeld);
        facts = factsOf(trained);
        if (!isGiven) run = pageRun(trained);
        // Folds of few rows are not here; of the run as it was given, their error is.
        if (this.#training.hasFolds) errors = this.#training.drawn(trained, this.#track?.isHeld);
        else if (!isGiven) errors = null;
        warmUp(this.#training, settings, trained.run.learningRate);
        const { limit, best } = trained.started.rates;
        const isPlain = settings.rule === "gradient-descent";
        const known = { limit: isPlain, best: isPlain };
        this.#track?.paint(limit, best, state.rate === null, known);
        const sources = featuresOf(this.#training.data.moments).map(({ source }) => source);
        this.#tools?.paint(state, sources);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        write(this.#trouble, tell(error));
      }
    }
    this.#now = run;
    this.#panel.paint(state, {
      facts,
      run,
      validation: errors,
      held: isGiven ? held : null,
      pins: [],
      sample: null,
      target,
      loss: this.#content.loss,
      isHeld: this.#track?.isHeld ?? false,
      by: t(isGiven ? "report-given" : "report-retrained"),
    });
  }

  snippet(state: State): string {
    const options = { ...this.#content.options, table: "" };
    return ownSnippet(state, options, this.#now.learningRate);
  }

  destroy(): void {
    this.#track?.destroy();
  }

  #warnings(said: ReportContent["warnings"]): HTMLElement {
    return h(
      "div",
      { class: "own-warnings", "data-kedou": "warnings" },
      ...(said.length > 0
        ? said.map(({ text }) => h("p", {}, text))
        : [h("p", {}, t("report-no-warnings"))]),
    );
  }

  #data(): HTMLElement {
    const { data, warnings, command } = this.#content;
    const heads = ["name", "role", "mean", "spread", "missing"] as const;
    const body = h("tbody");
    clear(
      body,
      ...data.columns.map(({ name, role, mean, spread, skipped }) =>
        h(
          "tr",
          {},
          h("th", { scope: "row", class: "own-name", title: name }, h("span", {}, name)),
          h("td", {}, role === "target" ? t("own-is-target") : t(named("own-role", role))),
          h("td", { "data-head": t("report-head-mean") }, mean === null ? "–" : short(mean, 5)),
          h(
            "td",
            { "data-head": t("report-head-spread") },
            spread === null ? "–" : short(spread, 4),
          ),
          h("td", { "data-head": t("report-head-missing") }, rowsText(skipped)),
        ),
      ),
    );
    return h(
      "section",
      { class: "report-data", "aria-label": t("report-data") },
      h("h2", {}, t("report-data")),
      h("p", {}, t("own-used", { used: rowsText(data.used), read: rowsText(data.read) })),
      h(
        "div",
        { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("report-data") },
        h(
          "table",
          { class: "own-columns" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              ...heads.map((each) => h("th", { scope: "col" }, t(`report-head-${each}`))),
            ),
          ),
          body,
        ),
      ),
      ...data.notes.map(({ text }) => h("p", { class: "muted" }, text)),
      warnings.length > FIRST_WARNINGS && this.#warnings(warnings),
      command !== null &&
        h(
          "pre",
          { lang: "en", tabindex: 0, role: "group", "aria-label": t("report-command") },
          command,
        ),
    );
  }
}

function factsOfContent({ parameters, least }: ReportContent): Facts {
  const { names, features, exact, errors, ranges, spread } = parameters;
  return {
    names,
    k: features,
    exact: Float64Array.from(exact),
    least,
    errors,
    ranges,
    scale: Float64Array.from(spread),
    slice: null,
    started: null,
  };
}

function trainingOf({ moments, only_last: onlyLast }: ReportContent): Training {
  return new Training({
    moments: momentsFromContent(moments!.whole),
    folds: moments!.folds.map((fold) => momentsFromContent(fold)),
    onlyLast,
  });
}
