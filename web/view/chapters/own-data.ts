/** The last step of the lesson: the same machine on a file of one's own, retrained live. */

import { ModelError } from "../../model/errors.ts";
import type { Trained } from "../../model/training.ts";
import { button } from "../kit/controls.ts";
import { clear, h, put, show, write } from "../kit/dom.ts";
import { RateTrack } from "../kit/rate-track.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t, tell } from "../kit/words.ts";
import { Best } from "../own/best.ts";
import { Bring } from "../own/bring.ts";
import type { Engine } from "../own/engine.ts";
import { factsOf, factsOfBatches, factsOfPasses } from "../own/facts.ts";
import { Loading, type Loaded } from "../own/loading.ts";
import { LookTable } from "../own/look-table.ts";
import { PassesRow } from "../own/passes-row.ts";
import { Pins } from "../own/pins.ts";
import { ownSnippet } from "../own/python.ts";
import { ScanBar } from "../own/scan-bar.ts";
import { lastStep, pageRun, passingRun, placeOf, pythonRun, type ShownRun } from "../own/shown.ts";
import {
  FIRST,
  overRows,
  PHASES,
  readState,
  scanOptions,
  settingsOf,
  targetOf,
  type Phase,
  type State,
} from "../own/state.ts";
import { Tools } from "../own/tools.ts";
import { TrainPanel, type Material } from "../own/train-panel.ts";
import { featuresOf, UsePanel } from "../own/use-panel.ts";
import { warmUp } from "../own/warm-up.ts";
import { Warnings } from "../own/warnings.ts";

/** What a state and its data can do; `phases` are those that can be reached. */
function reachable(loaded: Loaded, state: State): ReadonlySet<Phase> {
  const phases = new Set<Phase>(["bring"]);
  if (loaded.table && loaded.look) {
    phases.add("look");
    if (scanOptions(state, loaded.table, loaded.look)) phases.add("train");
  }
  if (loaded.training && loaded.scanned) phases.add("use");
  return phases;
}

const COMMANDS = "pip install kedou\nkedou lab";
const SNIPPET = `import kedou as kd

model = kd.fit("your-file.csv", target="column to predict")
print(model.fit)
print(model.predict("your-file.csv"))
`;

function open(stage: Stage<State>): View<State> {
  const { engine } = stage.services;
  if (!engine) return withoutEngine(stage);
  return new OwnData(stage, engine);
}

/** A page without Python behind it says so, and how to get it. */
function withoutEngine(stage: Stage<State>): View<State> {
  const note = h(
    "section",
    { class: "own-none", "data-kedou": "needs-python" },
    h("p", {}, t("own-needs-python")),
    h("pre", { lang: "en", tabindex: 0, role: "group", "aria-label": t("own-command") }, COMMANDS),
    h("p", { class: "muted" }, t("own-all-else")),
  );
  stage.element.insertBefore(note, stage.scene);
  show(stage.side, false);
  show(stage.scene, false);
  return { paint: () => undefined, snippet: () => SNIPPET };
}

class OwnData implements View<State> {
  #stage: Stage<State>;
  #loading: Loading;
  #bring: Bring;
  #look: LookTable;
  #scan: ScanBar;
  #tools: Tools;
  #panel: TrainPanel | null = null;
  #use: UsePanel;
  #track: RateTrack;
  #steps: HTMLButtonElement[];
  #trouble = h("p", { class: "trouble own-trouble", role: "alert", "data-kedou": "trouble" });
  #again: HTMLButtonElement;
  #warnings = new Warnings();
  #actions: HTMLElement;
  #pins: Pins;
  #best: Best;
  #below = h("div", { class: "own-below" });
  #kept: { key: string; trained: Trained; run: ShownRun } | null = null;
  #passing: PassesRow;
  #said = "";
  #offered: unknown = null;
  #panelTarget: string | null = null;

  constructor(stage: Stage<State>, engine: Engine) {
    this.#stage = stage;
    const { store } = stage;
    this.#loading = new Loading(engine, () => stage.repaint());
    this.#bring = new Bring({
      choose: (source) => this.#choose({ ...FIRST, phase: "look", source }),
      upload: (file) =>
        this.#loading.upload(file, (source) => this.#choose({ ...FIRST, phase: "look", source })),
      cancelUpload: () => this.#loading.cancelUpload(),
    });
    this.#look = new LookTable({
      target: (target) => store.set({ target, roles: {}, powers: {}, off: [], row: {} }),
      role: (name, role) =>
        store.set({ roles: { ...stage.state.roles, [name]: role }, off: [], row: {} }),
      power: (name, degree) =>
        store.set({ powers: { ...stage.state.powers, [name]: degree }, row: {} }),
      train: () => store.set({ phase: "train" }),
    });
    this.#scan = new ScanBar(() => this.#loading.cancelScan());
    this.#tools = new Tools(stage, true);
    this.#use = new UsePanel({
      row: (name, value, how) => store.set({ row: { ...stage.state.row, [name]: value } }, how),
      seal: () => store.seal(),
      save: (kind) => {
        const { scanned } = this.#loading.loaded;
        const { state } = stage;
        return engine.save(scanned!.scan, settingsOf(state), overRows(state), kind);
      },
    });
    this.#track = new RateTrack({
      rate: () => this.#rate(),
      change: (rate, how) => store.set({ rate, step: null }, `rate-${how}`),
      end: () => {
        store.seal();
        stage.repaint();
      },
      auto: () => store.set({ rate: null, step: null }),
      ahead: (told) => stage.repaintAhead(told),
    });
    this.#steps = PHASES.map((phase, i) => {
      const element = button(`phase-${phase}`, `${i + 1}  ${t(`own-${phase}`)}`, () =>
        store.set({ phase }),
      );
      element.classList.add("own-step");
      return element;
    });
    this.#again = button("try-again", t("own-again"), () => {
      this.#loading.forget();
      this.#loading.follow(stage.state);
    });
    this.#passing = new PassesRow(() => this.#loading.cancelPasses());
    this.#pins = new Pins(stage, () => this.#rate());
    this.#best = new Best(stage, () => this.#loading.loaded.training);
    this.#actions = h("div", { class: "row own-actions" }, this.#best.button, this.#pins.button);
    const top = h("nav", { class: "own-steps", "aria-label": t("own-phases") }, ...this.#steps);
    const panels = h(
      "div",
      { class: "own-panels" },
      top,
      h("div", { class: "row" }, this.#trouble, this.#again),
      this.#bring.element,
      this.#look.element,
      this.#scan.element,
      this.#use.element,
    );
    stage.element.insertBefore(panels, stage.scene);
    stage.dock.append(this.#track.element, this.#passing.element);
    stage.addPlayer("step", () => (this.#kept ? lastStep(this.#kept.run) : 0), t("one-step"), {
      after: (step) => Math.max(step + 1, Math.round(step * 1.12)),
    });
    stage.extras.append(...this.#tools.elements);
    stage.element.querySelector(".drawers")!.after(this.#below);
    this.#loading.follow(stage.state);
  }

  paint(state: State): void {
    this.#loading.follow(state);
    const { loaded } = this.#loading;
    const phases = reachable(loaded, state);
    if (loaded.offers) this.#offer(loaded);
    this.#nameTable(loaded);
    this.#bring.sent(loaded.sending?.share ?? null, loaded.sending?.name ?? "");
    // Where what was brought is gone, it can be brought again.
    const isGone = loaded.table === null && loaded.trouble !== "";
    const here = isGone ? "bring" : state.phase;
    this.#steps.forEach((element, i) => {
      const phase = PHASES[i]!;
      element.disabled = !phases.has(phase);
      if (phase === here) put(element, { "aria-current": "step" });
      else element.removeAttribute("aria-current");
    });
    write(this.#trouble, loaded.trouble);
    show(this.#trouble, loaded.trouble !== "");
    show(this.#again, loaded.trouble !== "" && state.source !== null);
    show(this.#bring.element, here === "bring");
    const looks = state.phase === "look" && loaded.table !== null && loaded.look !== null;
    show(this.#look.element, looks);
    if (looks) this.#look.paint(state, loaded.table!, loaded.look!, phases.has("train"));
    const trains = state.phase === "train" || state.phase === "use";
    this.#scan.paint(trains && loaded.scanning, loaded.progress);
    const material = trains ? this.#material(loaded, state) : null;
    const isTraining = material !== null && state.phase === "train";
    show(this.#stage.scene, isTraining);
    show(this.#stage.side, isTraining);
    show(this.#stage.dock, isTraining);
    show(this.#below, isTraining);
    show(this.#use.element, material !== null && state.phase === "use" && material.whole);
    if (material) this.#train(state, material, loaded);
  }

  snippet(state: State): string {
    const { table, look } = this.#loading.loaded;
    const options = table && look ? scanOptions(state, table, look) : null;
    const rate = this.#kept?.run.learningRate ?? null;
    return ownSnippet(state, options, rate, table?.name);
  }

  destroy(): void {
    this.#loading.destroy();
    this.#track.destroy();
  }

  #offer({ offers }: Loaded): void {
    if (offers === this.#offered || !offers) return;
    this.#offered = offers;
    this.#bring.offer(offers);
    const { state } = this.#stage;
    if (offers.opened && state.source === null) {
      this.#stage.store.set({ source: offers.opened, phase: "look" }, "quiet");
    }
  }

  /** A link says what its table is called, so that no other one is taken for it. */
  #nameTable({ table }: Loaded): void {
    const { source } = this.#stage.state;
    if (!table || !source || !("table" in source) || source.name !== undefined) return;
    this.#stage.store.set({ source: { ...source, name: table.name } }, "quiet");
  }

  #choose(state: State): void {
    this.#stage.store.set(state);
    this.#loading.forget();
    this.#loading.follow(this.#stage.state);
  }

  #material({ training, scanned, progress, table, look }: Loaded, state: State): Material | null {
    if (!training || !table || !look) return null;
    return {
      training,
      sample: scanned?.sample ?? null,
      target: targetOf(state, look) ?? "",
      rows: scanned?.used ?? progress?.rows ?? 0,
      whole: scanned !== null,
    };
  }

  #train(state: State, material: Material, loaded: Loaded): void {
    const settings = settingsOf(state);
    let trained: Trained;
    try {
      trained = material.training.trained(settings, this.#track.isHeld);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      write(this.#trouble, tell(error));
      show(this.#trouble, true);
      return;
    }
    const panel = this.#panelFor(material.target);
    const key = JSON.stringify(settings);
    const over = overRows(state);
    const passes = over ? loaded.passes : null;
    show(this.#passing.element, over !== null && material.whole);
    if (over) {
      this.#passing.paint(passes, over, state.steps);
      if (!passes || passes.news.length === 0) return;
    }
    const python = !passes && loaded.python?.key === key ? loaded.python.run : null;
    const run = passes
      ? passes.run
        ? pythonRun(passes.run)
        : passingRun(passes.news)
      : python
        ? pythonRun(python)
        : pageRun(trained);
    const facts = factsOf(trained);
    const isSquared = over === null;
    panel.paint(state, {
      facts: isSquared
        ? facts
        : over.loss === "squared"
          ? factsOfBatches(facts)
          : factsOfPasses(facts, passes?.run?.exact ?? null),
      run,
      validation:
        isSquared && material.training.hasFolds
          ? material.training.drawn(trained, this.#track.isHeld)
          : null,
      held: python?.held ?? null,
      pins: material.whole && isSquared ? this.#pins.lines(state, material.training) : [],
      sample: material.sample,
      target: material.target,
      loss: state.loss,
      isHeld: this.#track.isHeld,
      by: t(
        !material.whole
          ? "own-so-far"
          : over
            ? over.batchSize === null
              ? "own-by-passes"
              : "own-by-batches"
            : python
              ? "own-by-python"
              : "own-by-page",
      ),
    });
    this.#kept = { key, trained, run };
    if (material.whole && isSquared) warmUp(material.training, settings, run.learningRate);
    const { rates } = trained.started;
    // Of mini-batches the best rate of all rows is none; the limit stays one.
    const isPlain = state.rule === "gradient-descent" && (!over || over.loss === "squared");
    this.#track.paint(rates.limit, rates.best, state.rate === null, {
      limit: isPlain,
      best: isPlain && over === null,
    });
    this.#tools.paint(
      state,
      featuresOf(material.training.data.moments).map(({ source }) => source),
    );
    this.#best.paint(state, material.training.hasFolds && isSquared);
    this.#pins.paint(state, isSquared);
    this.#warnings.paint(loaded.scanned, loaded.look, state.roles);
    if (state.phase === "use") {
      const place = placeOf(run, lastStep(run));
      this.#use.paint(state, trained, run.theta(place), material.target);
    }
    const outcome = run.outcome;
    if (outcome !== "" && outcome !== this.#said) {
      this.#said = outcome;
      this.#stage.live.say(t(`outcome-${outcome}` as "outcome-converged"));
    }
  }

  /** The pictures are made for a target; another target has others. */
  #panelFor(target: string): TrainPanel {
    if (this.#panel && this.#panelTarget === target) return this.#panel;
    this.#panelTarget = target;
    for (const frame of [...this.#stage.scene.children]) frame.remove();
    this.#panel = new TrainPanel(this.#stage, target);
    clear(this.#below, this.#panel.gallery, this.#panel.coefficients);
    clear(
      this.#stage.side,
      this.#panel.summary,
      this.#actions,
      this.#best.words,
      this.#warnings.element,
    );
    return this.#panel;
  }

  #rate(): number {
    const { rate } = this.#stage.state;
    return rate ?? this.#kept?.trained.run.learningRate ?? 0.1;
  }
}

export const ownData: Lesson<State> = {
  name: "own-data",
  title: () => t("own-title"),
  lead: () => t("own-lead"),
  read: readState,
  first: FIRST,
  beats: [{}],
  returns: true,
  open,
};
