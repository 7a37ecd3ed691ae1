/** Chapter 8: the gradient shows the steepest ground here, not the goal. */

import { degreesOffGoal } from "../../model/level-curves.ts";
import { Facts } from "../gradient/facts.ts";
import { arithmetic, LOOP, stations, stepLines } from "../gradient/formula.ts";
import { judge } from "../gradient/judge.ts";
import { Pictures } from "../gradient/pictures.ts";
import { RiddleCard } from "../gradient/riddle.ts";
import { RulesTable } from "../gradient/rules-table.ts";
import { snippet } from "../gradient/snippet.ts";
import {
  ASKED_RATE,
  FIRST,
  isUntold,
  RATE,
  rateOf,
  readState,
  SCALED_RATE,
  UNDRAWN,
  type RatedRule,
  type State,
} from "../gradient/state.ts";
import { autoRate, planeOf, recorder, startOf, trackOf, type Tracks } from "../gradient/tracks.ts";
import { BigNumber, button, Readout, Slider } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { GuessCard } from "../kit/guess.ts";
import { kept } from "../kit/kept.ts";
import { Loop } from "../kit/loop.ts";
import { clamp, fixed, short } from "../kit/numbers.ts";
import { OutcomeCard, stepsWithin } from "../kit/outcome.ts";
import { along, type Player } from "../kit/player.ts";
import { PointsEditor } from "../kit/points.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";

/** The first steps are played as slowly as ever, then the run gathers speed. */
const pace = (step: number): number => clamp(1 + (step - 4) / 2, 1, 16);
/** The slope is lit before a step only while there is time to see it. */
const LIT = 8;

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const runs = recorder();
  let player: Player;
  const change = (patch: Partial<State>, how: string | null = null): void => {
    const { last } = runs({ ...stage.state, ...patch });
    store.set({ ...patch, step: Math.min(patch.step ?? stage.state.step, last) }, how);
  };
  const setRate = (rule: RatedRule, rate: number, how: string | null = null): void =>
    change({ rates: { ...stage.state.rates, [rule]: rate } }, how);
  const editor = new PointsEditor({
    points: () => stage.state.points,
    change: (points, how) => {
      if (stage.state.guess.stage !== "open") change({ points, guess: FIRST.guess }, how);
    },
    seal: () => store.seal(),
    say: (sentence) => stage.live.say(sentence),
  });
  const pictures = new Pictures(stage, runs, change, editor, () => player);
  player = stage.addPlayer("step", (state) => runs(state).last, t("one-step"), { pace });

  const big = new BigNumber("angle", "∠", t("gradient-angle"), 1, () => stage.repaint());
  const values = [
    { name: "w", readout: new Readout("w", 4) },
    { name: "b", readout: new Readout("b", 4) },
    { name: "L", readout: new Readout("loss", 4) },
  ];
  const formula = h("div", { class: "formula", "data-kedou": "formula" }, h("p"), h("p"));
  const guess = new GuessCard({
    question: t("gradient-question"),
    hint: t("gradient-hint"),
    stays: t("gradient-stays"),
    begin: () => ask(stage, player, { stage: "open", value: UNDRAWN }),
    lock: () => ask(stage, player, { stage: "done", value: stage.state.guess.value }),
    reveal: () => ask(stage, player, { stage: "shown", value: stage.state.guess.value }),
  });
  const outcome = new OutcomeCard();
  const scale = button("scale", t("gradient-scale"), () => {
    const scaled = !stage.state.scaled;
    const rate = scaled ? SCALED_RATE : ASKED_RATE;
    player.pause();
    change({
      scaled,
      locked: false,
      step: 0,
      rates: { ...stage.state.rates, "gradient-descent": rate },
    });
  });
  const scaledSaid = h("p", { "data-kedou": "scaled-said" });
  const scaled = h("div", {}, scaledSaid, h("p", { class: "muted" }, t("gradient-scaled-axes")));
  const riddle = new RiddleCard((answer) => {
    change({ locked: false, step: 0, riddle: answer });
    stage.live.say(riddle.said(answer));
    player.play();
  });
  const askRiddle = button("riddle", t("gradient-riddle"), () => {
    change({ ...riddleStart(stage.state), riddle: "open" });
    player.play();
  });
  const walk = button("walk-loop", t("backward-walk"), () => store.set({ station: 0 }), "quiet");
  const loop = new Loop(LOOP, (station) => store.set({ station }), "");
  const after = h("div", { class: "row" }, scale, askRiddle, walk);
  pictures.frame.append(big.echo);
  stage.side.append(
    big.element,
    h(
      "dl",
      { class: "triple" },
      ...values.map(({ name, readout }) =>
        h("div", {}, h("dt", {}, name), h("dd", {}, readout.element)),
      ),
    ),
    formula,
    guess.element,
    loop.element,
  );
  const notes = h("section", { class: "run-notes", "aria-label": t("outcome-title") });
  notes.append(outcome.element, h("div", { class: "run-tries" }, after, scaled, riddle.element));
  stage.dock.after(notes);

  const slider = new Slider({
    name: "rate",
    label: t("learning-rate"),
    low: RATE[0],
    high: RATE[1],
    step: 0.0001,
    decimals: 6,
    log: true,
    value: () => rateOf(stage.state, stage.state.rule) ?? 1,
    change: (rate) => {
      const { rule } = stage.state;
      if (rule !== "exact-line-search") setRate(rule, Number(rate.toPrecision(4)), "rate");
    },
    end: () => store.seal(),
  });
  const limit = h("output", { class: "note", "data-kedou": "limit" });
  const rateRow = h("div", { class: "rate-row" }, slider.element, limit);
  stage.dock.append(rateRow);

  const toggles = [
    toggle("several", t("gradient-several"), (state) => state.several),
    toggle("field", t("gradient-field"), (state) => state.field),
    toggle("surface", t("gradient-surface"), (state) => state.surface),
  ];
  const lock = button("unlock-b", "", () => {
    const { locked, start } = stage.state;
    player.pause();
    change(
      locked
        ? { locked: false, step: 0 }
        : { locked: true, scaled: false, start: [start[0], 0], step: 0 },
    );
  });
  const rules = new RulesTable({
    choose: (rule) => change({ rule, step: 0 }),
    rate: (rule, rate) => setRate(rule, rate),
    auto: (rule) => {
      const rate = autoRate(runs(stage.state), rule);
      if (rate !== null) setRate(rule, clamp(rate, ...RATE));
    },
    along: (rule) => {
      const { race } = stage.state;
      const without = race.filter((each) => each !== rule);
      change({ race: without.length < race.length ? without : [...race, rule] });
    },
  });
  const facts = new Facts();
  stage.extras.append(
    h("div", { class: "row" }, ...toggles.map((each) => each.element), lock),
    rules.element,
    facts.element,
    editor.table.element,
  );

  /** How many steps it took before the input was scaled, from the same start. */
  const before = kept((points: State["points"], w: number, b: number) => {
    const plane = planeOf(points, false, false);
    return trackOf(plane, startOf(plane, [w, b]), "gradient-descent", ASKED_RATE);
  });

  let said = -1;
  return {
    paint(state) {
      const tracks = runs(state);
      const { main, plane, started } = tracks;
      const { step, points, guess: asked } = state;
      const { shown } = player;
      const moving = shown !== step;
      const place = Math.min(moving ? Math.floor(Math.min(shown, step)) : step, main.w.length - 1);
      const untold = isUntold(state);
      const [x, y] = [along(main.x, shown), along(main.y, shown)];
      const at = plane.locked ? Float64Array.of(x) : Float64Array.of(x, y);
      const angle = degreesOffGoal(plane.walked.surface, at);
      pictures.paint(state, tracks, shown, player.lit && step < LIT, angle);
      big.set(
        asked.stage === "open" ? null : angle,
        () => (angle === null ? ["—"] : arithmetic(tracks, points, place, angle)),
        asked.stage === "open" ? undefined : angle === null ? "—" : `${fixed(angle, 1)}°`,
      );
      const [w, b] = [along(main.w, shown), along(main.b, shown)];
      const loss = moving ? along(main.loss, shown) : main.loss[place]!;
      [w, b, loss].forEach((value, i) => values[i]!.readout.set(value));
      const lines = untold ? ["", ""] : stepLines(tracks, place, state.scaled);
      lines.forEach((line, i) => write(formula.children[i]!, line));
      show(formula, !untold);
      guess.paint(asked, () => judge(state));
      show(notes, !untold);
      if (!untold) outcome.paint(main.trajectory, place);
      show(walk, state.station === null);
      scale.setAttribute("aria-pressed", String(state.scaled));
      const isRound = state.scaled && state.rule === "gradient-descent";
      show(scaled, isRound);
      if (isRound) write(scaledSaid, scaledText(tracks, before(points, ...state.start).trajectory));
      riddle.paint(untold ? "closed" : state.riddle);
      loop.paint(state.station, stations(tracks, points, place));
      show(loop.element, state.station !== null && !untold);
      show(rateRow, !untold);
      slider.paint();
      slider.enable(state.rule !== "exact-line-search");
      paintLimit(limit, started.rates.limit, state);
      for (const each of toggles) each.paint(state);
      write(lock, state.locked ? t("unlock-b") : t("lock-b"));
      rules.paint(state, untold ? [] : [main, ...tracks.rivals]);
      facts.paint(tracks);
      editor.table.paint(points, w, b);
      if (!moving && step !== said) {
        said = step;
        stage.live.say(liveText(tracks, step));
      }
    },
    snippet,
    solved: (state) => state.guess.stage === "done" && judge(state).kind === "right",
  };

  function toggle(
    name: "several" | "field" | "surface",
    label: string,
    is: (state: State) => boolean,
  ): { element: HTMLElement; paint: (state: State) => void } {
    const element = button(name, label, () => change({ [name]: !is(stage.state) }));
    return {
      element,
      paint: (state) => element.setAttribute("aria-pressed", String(is(state))),
    };
  }
}

/** Go back to the question; what is shown beside it stays. */
function ask(stage: Stage<State>, player: Player, guess: State["guess"]): void {
  const { field, surface, view } = stage.state;
  player.pause();
  stage.store.set({ ...FIRST, field, surface, view, guess });
  if (guess.stage !== "open") stage.live.say(judge(stage.state).text);
}

/** Chapter 7's world: b stays 0, and 0.095 is below the limit. */
function riddleStart({ rates }: State): Partial<State> {
  return {
    points: FIRST.points,
    start: [0, 0],
    rule: "gradient-descent",
    rates: { ...rates, "gradient-descent": 0.095 },
    race: [],
    several: false,
    scaled: false,
    locked: true,
    step: 0,
    station: null,
  };
}

function paintLimit(element: HTMLElement, limit: number | null, state: State): void {
  const isPlain = state.rule === "gradient-descent";
  show(element, isPlain && limit !== null);
  if (!isPlain || limit === null) return;
  write(element, t("gradient-limit", { limit: short(limit, 4) }));
  element.setAttribute("data-value", String(limit));
  element.classList.toggle("alarm", state.rates["gradient-descent"] > limit);
}

function scaledText({ main }: Tracks, before: Tracks["main"]["trajectory"]): string {
  const steps = (run: Tracks["main"]["trajectory"]): string => {
    const within = stepsWithin(run, 0.001, run.exact!.loss);
    return within === null ? t("gradient-never") : String(within);
  };
  return t("gradient-scaled", {
    before: steps(before),
    now: steps(main.trajectory),
    rate: String(main.rate),
  });
}

function liveText({ main }: Tracks, step: number): string {
  return t("gradient-live", {
    step: String(step),
    w: fixed(main.w[step] ?? main.w.at(-1)!, 3),
    b: fixed(main.b[step] ?? main.b.at(-1)!, 3),
    loss: fixed(main.loss[step] ?? main.loss.at(-1)!, 4),
  });
}

export const gradient: Lesson<State> = {
  name: "gradient",
  title: () => t("gradient-title"),
  lead: () => t("gradient-lead"),
  read: (value) => {
    const state = readState(value);
    return { ...state, step: Math.min(state.step, recorder()(state).last) };
  },
  first: FIRST,
  beats: [
    {},
    { guess: { stage: "open", value: UNDRAWN } },
    { guess: { stage: "shown", value: UNDRAWN } },
    { step: 1, guess: { stage: "shown", value: UNDRAWN } },
    { step: 10, guess: { stage: "shown", value: UNDRAWN } },
    { step: 190, guess: { stage: "shown", value: UNDRAWN } },
    {
      scaled: true,
      rates: { ...FIRST.rates, "gradient-descent": SCALED_RATE },
      step: 1,
      guess: { stage: "shown", value: UNDRAWN },
    },
    {
      race: ["momentum", "nesterov", "adam"],
      step: 40,
      guess: { stage: "shown", value: UNDRAWN },
    },
    {
      ...riddleStart(FIRST),
      step: 40,
      riddle: "open",
      guess: { stage: "shown", value: UNDRAWN },
    },
    {
      ...riddleStart(FIRST),
      locked: false,
      step: 20,
      riddle: "breaks",
      guess: { stage: "shown", value: UNDRAWN },
    },
  ],
  open,
};
