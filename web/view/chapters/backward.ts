/** Chapter 5: the slope at w says which way; lr times the slope says how far. */

import { BigNumber, button, Slider } from "../kit/controls.ts";
import { h, write } from "../kit/dom.ts";
import { GuessCard, guessShape, type Guess, type Verdict } from "../kit/guess.ts";
import { BACK, FRONT, Loop } from "../kit/loop.ts";
import { bracketed, clamp, fixed } from "../kit/numbers.ts";
import { along } from "../kit/player.ts";
import { PointsEditor, pointsShape } from "../kit/points.ts";
import { maybe, number, record, whole, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { bowlOf, runOf, TADPOLES, type Bowl, type Point } from "../lesson.ts";
import { BowlPicture } from "../pictures/bowl-picture.ts";
import { LinePicture } from "../pictures/line-picture.ts";
import { lossWindow, rateWindow, weightWindow, type Window } from "../windows.ts";
import { pythonNumber, pythonPoints } from "./python.ts";

interface State {
  readonly points: readonly Point[];
  readonly start: number;
  readonly rate: number;
  readonly step: number;
  readonly station: number | null;
  readonly guess: Guess;
}

const STEPS = 30;
const STATIONS = [...FRONT, ...BACK];
const FIRST: State = {
  points: TADPOLES,
  start: 0,
  rate: 0.01,
  step: 0,
  station: null,
  guess: { stage: "closed", value: 0.45 },
};

const read: Shape<State> = (value) => {
  const state = record({
    points: pointsShape,
    start: number(-0.3, 1000),
    rate: number(1e-6, 1000),
    step: whole(0, STEPS),
    station: maybe(whole(0, STATIONS.length - 1)),
    guess: guessShape(-0.3, 1000),
  })(value) as State;
  return { ...state, start: clamp(state.start, ...windowOf(state.points)) };
};

function windowOf(points: readonly Point[]): Window {
  return weightWindow(bowlOf(points), [-0.3, 2]);
}

const CANON = runOf("gradient-descent", bowlOf(TADPOLES), FIRST.start, FIRST.rate, 2);
const EQUAL = 2 * CANON[1]!;

function judge({ value, stage }: Guess): Verdict {
  const values = { w: fixed(value, 3), truth: fixed(CANON[2]!, 4), equal: fixed(EQUAL, 4) };
  if (stage === "shown") return { kind: "shown", text: t("backward-shown", values) };
  if (Math.abs(value - CANON[2]!) <= 0.012)
    return { kind: "right", text: t("backward-right", values) };
  if (Math.abs(value - EQUAL) <= 0.015)
    return { kind: "typical", text: t("backward-typical", values) };
  if (value > CANON[2]!) return { kind: "far", text: t("backward-far", values) };
  return value < CANON[1]!
    ? { kind: "back", text: t("backward-back", values) }
    : { kind: "near", text: t("backward-near", values) };
}

/** The run of a state, kept as long as nothing that moves it changes. */
function recorder(): (state: State) => readonly number[] {
  let key: readonly unknown[] = [];
  let run: readonly number[] = [];
  return ({ points, start, rate }) => {
    const now = [points, start, rate];
    if (now.some((each, i) => each !== key[i])) {
      key = now;
      run = runOf("gradient-descent", bowlOf(points), start, rate, STEPS);
    }
    return run;
  };
}

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const runFor = recorder();
  const editor = new PointsEditor({
    points: () => stage.state.points,
    change: (points, how) => {
      const { guess, start } = stage.state;
      if (guess.stage === "open") return;
      const within = clamp(start, ...windowOf(points));
      store.set({ points, start: within, guess: FIRST.guess }, how);
    },
    seal: () => store.seal(),
    say: (sentence) => stage.live.say(sentence),
  });
  const line = new LinePicture({
    w: () => along(runFor(stage.state), player.shown),
    moving: editor,
  });
  const bowl = new BowlPicture({
    x: windowOf(TADPOLES),
    ballLabel: t("backward-ball"),
    roll: (start, how) => {
      player.pause();
      store.set({ start, step: 0 }, how);
    },
    rolled: () => store.seal(),
    flag: {
      value: () => stage.state.guess.value,
      plant: (value, how) => store.set({ guess: { ...stage.state.guess, value } }, `flag-${how}`),
      planted: () => store.seal(),
    },
  });
  stage.addPlot(line.plot, "line");
  stage.addPlot(bowl.plot, "bowl");
  const player = stage.addPlayer("step", () => STEPS, t("one-step"));
  const number = new BigNumber("w", "w", t("weight-w"), 4, () => stage.repaint());
  const formula = h("p", { class: "formula step-formula", "data-kedou": "formula" });
  const losses = h("p", { class: "formula", "data-kedou": "loss" });
  const loop = new Loop(STATIONS, (station) => store.set({ station }), "");
  const begin = button("walk-loop", t("backward-walk"), () => store.set({ station: 0 }), "quiet");
  const guess = new GuessCard({
    question: t("backward-question"),
    hint: t("backward-hint"),
    lockLabel: t("plant-flag"),
    stays: t("backward-stays"),
    begin: () => {
      player.pause();
      store.set({ ...FIRST, step: 1, guess: { stage: "open", value: 0.45 } });
    },
    lock: () => {
      const { value } = stage.state.guess;
      store.set({ ...FIRST, step: 1, guess: { stage: "done", value } });
      player.stepBy(1);
      stage.live.say(judge(stage.state.guess).text);
    },
    reveal: () => {
      const { value } = stage.state.guess;
      store.set({ ...FIRST, step: 1, guess: { stage: "shown", value } });
      player.stepBy(1);
      stage.live.say(judge(stage.state.guess).text);
    },
  });
  stage.scene.append(number.echo);
  stage.side.append(number.element, formula, losses, guess.element, begin, loop.element);

  const rates = (): Window => rateWindow(bowlOf(stage.state.points), 0.01, 1.2);
  const rate = new Slider({
    name: "rate",
    label: t("learning-rate"),
    get low() {
      return rates()[0];
    },
    get high() {
      return rates()[1];
    },
    step: 0.001,
    decimals: 4,
    log: true,
    value: () => stage.state.rate,
    change: (value) => store.set({ rate: value }, "rate"),
    end: () => store.seal(),
  });
  const start = new Slider({
    name: "start",
    label: t("start-w"),
    get low() {
      return windowOf(stage.state.points)[0];
    },
    get high() {
      return windowOf(stage.state.points)[1];
    },
    step: 0.01,
    decimals: 3,
    value: () => stage.state.start,
    change: (value) => store.set({ start: value, step: 0 }, "start"),
    end: () => store.seal(),
  });
  const random = button("random-start", t("random-start"), () => {
    const [low, high] = windowOf(stage.state.points);
    const drawn = Math.round((low + Math.random() * (high - low)) * 1000) / 1000;
    store.set({ start: drawn, step: 0 });
  });
  stage.extras.append(
    rate.element,
    start.element,
    h("div", { class: "row" }, random),
    editor.table.element,
  );

  let said = -1;
  return {
    paint(state) {
      const run = runFor(state);
      const w = along(run, player.shown);
      const { points, step, guess: asked } = state;
      const here = bowlOf(points);
      const moving = player.shown !== step;
      const from = moving ? Math.floor(Math.min(player.shown, step)) : step;
      const told = asked.stage === "done" || asked.stage === "shown";
      line.paint({ points, w, b: 0 });
      bowl.paint({
        bowl: here,
        w,
        x: windowOf(points),
        y: lossWindow(here),
        next: asked.stage === "open" ? null : (run[from + 1] ?? null),
        trail: run.slice(0, from + 1),
        lit: player.lit,
        flag: asked.stage === "open" || told ? asked.value : null,
        truth: told ? CANON[2]! : null,
      });
      number.set(moving ? w : run[step]!, () => arithmetic(here, run[from]!, state.rate));
      write(
        formula,
        told || asked.stage !== "open"
          ? stepLine(here, run, from, state.rate)
          : stepLine(here, run, 0, state.rate),
      );
      write(losses, `L = ${fixed(here.height(w), 5)}`);
      losses.setAttribute("data-value", String(here.height(run[step]!)));
      loop.paint(state.station, stations(state, run[step]!));
      loop.element.toggleAttribute("hidden", state.station === null);
      begin.toggleAttribute(
        "hidden",
        state.station !== null || asked.stage === "open" || step === 0,
      );
      guess.paint(asked, () => judge(asked));
      rate.paint();
      start.paint();
      editor.table.paint(points, w, 0);
      if (!moving && step !== said) {
        said = step;
        stage.live.say(
          t("step-live", {
            step: String(step),
            w: fixed(run[step]!, 4),
            loss: fixed(here.height(run[step]!), 4),
          }),
        );
      }
    },
    snippet,
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
  };
}

/** The step from w, with its numbers. */
function stepLine(bowl: Bowl, run: readonly number[], from: number, rate: number): string {
  const w = run[from]!;
  const next = run[from + 1];
  if (next === undefined) return `w = ${fixed(w, 4)}`;
  return `${fixed(w, 4)} − ${rate} · ${bracketed(bowl.slope(w))} = ${fixed(next, 4)}`;
}

function arithmetic(bowl: Bowl, w: number, rate: number): string[] {
  const slope = bowl.slope(w);
  return [
    `dL/dw = 2·mean(x²)·w − 2·mean(xy) = ${fixed(2 * bowl.a, 4)} · ${bracketed(w, 4)} − ${fixed(-bowl.c, 4)} = ${fixed(slope, 4)}`,
    `w − lr · dL/dw = ${fixed(w, 4)} − ${rate} · ${bracketed(slope, 4)} = ${fixed(w - rate * slope, 4)}`,
  ];
}

function stations({ points, rate }: State, w: number): string[] {
  const bowl = bowlOf(points);
  const slope = bowl.slope(w);
  return [
    `x = ${points.map(([x]) => x).join(", ")}`,
    `ŷ = ${fixed(w, 3)}·x`,
    `e = y − ŷ`,
    `L = ${fixed(bowl.height(w), 4)}`,
    `dL/dw = ${fixed(slope, 3)}`,
    `w ← ${fixed(w - rate * slope, 4)}`,
  ];
}

function snippet({ points, start, rate, step }: State): string {
  return `import numpy as np

${pythonPoints(points)}
w = ${pythonNumber(start)}
learning_rate = ${pythonNumber(rate)}

for step in range(${step}):
    e = y - w * x
    slope = -2 * np.mean(x * e)
    w = w - learning_rate * slope

print("w", w)
print("loss", np.mean((y - w * x) ** 2))
`;
}

export const backward: Lesson<State> = {
  name: "backward",
  title: () => t("backward-title"),
  lead: () => t("backward-lead"),
  read,
  first: FIRST,
  beats: [
    {},
    { step: 1 },
    { step: 1, guess: { stage: "open", value: 0.45 } },
    { step: 2, guess: { stage: "shown", value: 0.3186 } },
    { step: 10 },
    { step: 30 },
  ],
  open,
};
