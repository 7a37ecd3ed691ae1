/** Chapter 7: too big is as slow as too small; bigger still blows up. */

import { makeRule } from "../../model/rules/registry.ts";
import { BigNumber, button, Slider } from "../kit/controls.ts";
import { h, put, show, write } from "../kit/dom.ts";
import { GuessCard, guessShape, type Guess, type Verdict } from "../kit/guess.ts";
import { kept } from "../kit/kept.ts";
import { bracketed, clamp, fixed } from "../kit/numbers.ts";
import { told as tellAll } from "../kit/endings.ts";
import { along } from "../kit/player.ts";
import { PointsEditor, pointsShape } from "../kit/points.ts";
import { list, number, oneOf, record, whole, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { bowlOf, judged, runOf, TADPOLES, type Bowl, type Point } from "../lesson.ts";
import { NEAR, stepsNeeded } from "../needed.ts";
import { BowlPicture } from "../pictures/bowl-picture.ts";
import { LinePicture } from "../pictures/line-picture.ts";
import { LossCurves, MOST_PINNED, type Pinned } from "../pictures/loss-curves.ts";
import { RateMap, rateStep, words } from "../pictures/rate-map.ts";
import { curveWindow, lossWindow, rateWindow, weightWindow, type Window } from "../windows.ts";
import { pythonNumber, pythonPoints } from "./python.ts";

interface State {
  readonly points: readonly Point[];
  readonly rate: number;
  /** Rates whose curves stay beside the chosen one's. */
  readonly pins: readonly number[];
  readonly step: number;
  readonly riddle: "closed" | "open" | "bouncing" | "growing";
  readonly guess: Guess;
}

const STEPS = 100;
const ASKED = 0.09;
const FIRST: State = {
  points: TADPOLES,
  rate: 0.01,
  pins: [0.01, 0.05, 0.11],
  step: 0,
  riddle: "closed",
  guess: { stage: "closed", value: 10 },
};

const read: Shape<State> = (value) => {
  const state = record({
    points: pointsShape,
    rate: number(1e-6, 1000),
    pins: list(number(1e-6, 1000), 0, MOST_PINNED),
    step: whole(0, STEPS),
    riddle: oneOf("closed", "open", "bouncing", "growing"),
    guess: guessShape(1, 300),
  })(value) as State;
  return { ...state, rate: clamp(state.rate, ...ratesOf(state.points)) };
};

function ratesOf(points: readonly Point[]): Window {
  return rateWindow(bowlOf(points), 0.02, 1.15);
}

function judge({ value, stage }: Guess): Verdict {
  const values = { steps: String(value), truth: String(stepsNeeded(bowlOf(TADPOLES), ASKED)) };
  if (stage === "shown") return { kind: "shown", text: t("rate-shown", values) };
  if (value >= 27 && value <= 35) return { kind: "right", text: t("rate-right", values) };
  if (value >= 2 && value <= 5) return { kind: "typical", text: t("rate-typical", values) };
  return value < 27
    ? { kind: "few", text: t("rate-few", values) }
    : { kind: "many", text: t("rate-many", values) };
}

interface Run {
  readonly weights: readonly number[];
  readonly losses: readonly number[];
}

function recorded(bowl: Bowl, rate: number): Run {
  const weights = runOf("gradient-descent", bowl, 0, rate, STEPS);
  return { weights, losses: weights.map((w) => bowl.height(w)) };
}

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const runOfRate = kept(recorded);
  const pinned = kept((bowl: Bowl, pins: readonly number[]): readonly Pinned[] =>
    pins.map((rate) => ({ rate, losses: recorded(bowl, rate).losses })),
  );
  const curvesOf = kept((bowl: Bowl) => curveWindow(bowl));
  const ending = kept((bowl: Bowl, rate: number) =>
    judged(makeRule("gradient-descent", rate), bowl, 0, STEPS),
  );
  const map = new RateMap({
    window: () => ratesOf(stage.state.points),
    rate: () => stage.state.rate,
    change: (rate, how) => {
      player.pause();
      store.set({ rate, ...settled(stage.state) }, how);
    },
    ghostRate: ASKED,
    ghost: () => stage.state.guess.value,
    changeGhost: (value, how) =>
      store.set({ guess: { ...stage.state.guess, value } }, `ghost-${how}`),
    moved: () => store.seal(),
  });
  const editor = new PointsEditor({
    points: () => stage.state.points,
    change: (points, how) => {
      const { guess, rate } = stage.state;
      if (guess.stage === "open") return;
      const within = clamp(rate, ...ratesOf(points));
      store.set({ points, rate: within, riddle: "closed", guess: FIRST.guess }, how);
    },
    seal: () => store.seal(),
    say: (sentence) => stage.live.say(sentence),
  });
  const line = new LinePicture({ w: () => 0, moving: editor });
  const bowl = new BowlPicture({ x: [-0.4, 2], y: [0, 8] });
  const curves = new LossCurves(curveWindow(bowlOf(TADPOLES)));
  stage.addPlot(map.plot, "map");
  stage.addPlot(curves.plot, "curves");
  stage.addPlot(line.plot, "line");
  stage.addPlot(bowl.plot, "bowl");
  const player = stage.addPlayer("step", () => STEPS, t("one-step"));
  player.speed = 4;
  const big = new BigNumber("steps-needed", "n", t("rate-number"), 0, () => stage.repaint());
  const formula = h("p", { class: "formula", "data-kedou": "formula" });
  const loss = h("p", { class: "formula", "data-kedou": "loss" });
  const outcome = h("p", { class: "formula said", "data-kedou": "outcome" });
  const guess = new GuessCard({
    question: t("rate-question"),
    hint: t("rate-hint"),
    stays: t("rate-stays"),
    begin: () => {
      player.pause();
      store.set({ ...FIRST, guess: { stage: "open", value: 10 } });
    },
    lock: () => {
      store.set({ ...FIRST, rate: ASKED, guess: { ...stage.state.guess, stage: "done" } });
      stage.live.say(judge(stage.state.guess).text);
    },
    reveal: () => {
      store.set({ ...FIRST, rate: ASKED, guess: { ...stage.state.guess, stage: "shown" } });
      stage.live.say(judge(stage.state.guess).text);
    },
  });
  const breakIt = button("break-it", t("break-it"), () => {
    store.set({ points: TADPOLES, rate: 0.11, step: 0, riddle: "closed" });
    player.play();
  });
  const ask = button("riddle", t("riddle"), () => {
    player.pause();
    store.set({ points: TADPOLES, rate: 0.1, step: 0, riddle: "open" });
  });
  const answer = (riddle: "bouncing" | "growing"): void => {
    store.set({ points: TADPOLES, rate: 0.1, step: STEPS, riddle });
    stage.live.say(t(riddle === "growing" ? "riddle-right" : "riddle-wrong"));
  };
  const bouncing = button("riddle-bouncing", t("riddle-bouncing"), () => answer("bouncing"));
  const growing = button("riddle-growing", t("riddle-growing"), () => answer("growing"));
  const said = h("p", { "data-kedou": "riddle-verdict" });
  const riddle = h(
    "section",
    { class: "guess", "aria-label": t("riddle") },
    h("p", { class: "question" }, t("riddle-question")),
    h("div", { class: "row" }, bouncing, growing),
    said,
  );
  const after = h("div", { class: "row" }, breakIt, ask);
  stage.scene.append(big.echo);
  stage.side.append(big.element, formula, loss, outcome, guess.element, after, riddle);
  const slider = new Slider({
    name: "rate",
    label: t("learning-rate"),
    get low() {
      return ratesOf(stage.state.points)[0];
    },
    get high() {
      return ratesOf(stage.state.points)[1];
    },
    get step() {
      return rateStep(ratesOf(stage.state.points));
    },
    decimals: 6,
    value: () => stage.state.rate,
    change: (rate) => store.set({ rate, ...settled(stage.state) }, "rate"),
    end: () => store.seal(),
  });
  const pins = new Pins(
    () => stage.state,
    (rates) => store.set({ pins: rates }),
  );
  stage.extras.append(slider.element, pins.element, editor.table.element);

  let told = "";
  return {
    paint(state) {
      const { points, rate, step, guess: asked } = state;
      const here = bowlOf(points);
      const { weights, losses } = runOfRate(here, rate);
      const w = along(weights, player.shown);
      const moving = player.shown !== step;
      const from = moving ? Math.floor(Math.min(player.shown, step)) : step;
      const guessing = asked.stage === "open";
      const isTold = asked.stage === "done" || asked.stage === "shown";
      const steps = guessing ? stepsNeeded(here, FIRST.rate) : stepsNeeded(here, rate);
      const current = moving ? here.height(w) : losses[step]!;
      map.paint({ bowl: here, pins: state.pins, guessing, told: isTold });
      bowl.paint({
        bowl: here,
        w,
        x: weightWindow(here, [-0.4, 2]),
        y: lossWindow(here),
        next: weights[from + 1] ?? null,
        path: weights.slice(0, Math.min(from, 40) + 1),
        lit: player.lit,
      });
      line.paint({ points, w, b: 0 });
      curves.paint({
        losses,
        pinned: pinned(here, state.pins),
        y: curvesOf(here),
        shown: player.shown,
        loss: current,
      });
      const curvature = 2 * here.a;
      const factor = Math.abs(1 - rate * curvature);
      big.set(
        steps,
        () => [
          `|1 − ${rate} · ${fixed(curvature, 4)}| = ${fixed(factor, 5)}`,
          steps === null
            ? t("rate-never")
            : `${fixed(here.best, 4)} · ${fixed(factor, 5)}^${steps} ≤ ${NEAR}`,
        ],
        steps === null ? t("never") : undefined,
      );
      const next = weights[from + 1];
      write(
        formula,
        next === undefined
          ? `w = ${fixed(weights[from]!, 4)}`
          : `${fixed(weights[from]!, 4)} − ${rate} · ${bracketed(here.slope(weights[from]!))} = ${fixed(next, 4)}`,
      );
      write(loss, `L = ${fixed(current, 3)}`);
      put(loss, { "data-value": losses[step]! });
      loss.classList.toggle("alarm", rate > here.limit);
      const end = guessing || state.riddle === "open" ? null : ending(here, rate);
      show(outcome, end !== null);
      write(outcome, end ? tellAll(end.messages) : "");
      put(outcome, { "data-outcome": end?.outcome ?? "" });
      guess.paint(asked, () => judge(asked));
      show(after, isTold);
      show(riddle, state.riddle !== "closed");
      show(bouncing, state.riddle === "open");
      show(growing, state.riddle === "open");
      show(said, state.riddle === "bouncing" || state.riddle === "growing");
      write(said, t(state.riddle === "growing" ? "riddle-right" : "riddle-wrong"));
      slider.paint();
      pins.paint();
      editor.table.paint(points, w, 0);
      const news = t("rate-text", { rate: String(rate), steps: words(steps) });
      if (news !== told) {
        told = news;
        stage.live.say(news);
      }
    },
    snippet,
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
  };
}

/** The riddle is about one rate: another ends it. */
function settled({ riddle }: State): Partial<State> {
  return riddle === "open" ? { riddle: "closed" } : {};
}

/** The rates whose curves stay: keep the one on screen, remove any. */
class Pins {
  readonly element: HTMLElement;
  #state: () => State;
  #change: (rates: readonly number[]) => void;
  #add: HTMLButtonElement;
  #list = h("div", { class: "row" });

  constructor(state: () => State, change: (rates: readonly number[]) => void) {
    this.#state = state;
    this.#change = change;
    this.#add = button("pin", t("pin"), () => change([...state().pins, state().rate]));
    this.element = h(
      "div",
      { class: "row", role: "group", "aria-label": t("pins"), "data-kedou": "pins" },
      this.#add,
      this.#list,
    );
  }

  paint(): void {
    const { pins, rate, guess } = this.#state();
    this.#add.disabled =
      pins.includes(rate) || pins.length >= MOST_PINNED || guess.stage === "open";
    const list = this.#list;
    while (list.childElementCount > pins.length) list.lastChild!.remove();
    while (list.childElementCount < pins.length) {
      const i = list.childElementCount;
      const remove = (): void => this.#change(this.#state().pins.filter((_, j) => j !== i));
      list.append(button(`unpin-${i}`, "", remove));
    }
    pins.forEach((pin, i) => {
      const each = list.children[i]!;
      write(each, `${pin} ×`);
      put(each, { "aria-label": t("unpin", { rate: String(pin) }) });
    });
  }
}

function snippet({ points, rate, step }: State): string {
  return `import numpy as np

${pythonPoints(points)}
learning_rate = ${pythonNumber(rate)}
best = np.mean(x * y) / np.mean(x * x)


def descend(w):
    return w + learning_rate * 2 * np.mean(x * (y - w * x))


w = 0.0
for step in range(${step}):
    w = descend(w)
print("loss", np.mean((y - w * x) ** 2))

w, steps = 0.0, 0
while ${NEAR} < abs(w - best) < 1e6 and steps < 100_000:
    w, steps = descend(w), steps + 1
print("steps-needed", steps if abs(w - best) <= ${NEAR} else None)
`;
}

export const learningRate: Lesson<State> = {
  name: "learning-rate",
  title: () => t("rate-title"),
  lead: () => t("rate-lead"),
  read,
  first: FIRST,
  beats: [
    {},
    { guess: { stage: "open", value: 10 } },
    { rate: 0.09, step: 10, guess: { stage: "shown", value: 3 } },
    { rate: 0.049979, step: 1, guess: { stage: "shown", value: 3 } },
    { rate: 0.11, step: 10, guess: { stage: "shown", value: 3 } },
    { rate: 0.1, riddle: "open", guess: { stage: "shown", value: 3 } },
    { rate: 0.1, step: 100, riddle: "growing", guess: { stage: "shown", value: 3 } },
  ],
  open,
};
