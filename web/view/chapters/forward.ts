/** Chapter 2: x becomes a prediction, predictions become errors, errors become one number. */

import { BigNumber, button, Slider } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { GuessCard, guessShape, type Guess, type Verdict } from "../kit/guess.ts";
import { FRONT, Loop } from "../kit/loop.ts";
import { bracketed, fixed, signed } from "../kit/numbers.ts";
import { PointsEditor, pointsShape } from "../kit/points.ts";
import { flag, maybe, number, record, whole, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { MOST_POINTS } from "../kit/table.ts";
import { t } from "../kit/words.ts";
import { bowlOf, lossOf, TADPOLES, type Point } from "../lesson.ts";
import { HIGH_W, LinePicture, LOW_W } from "../pictures/line-picture.ts";
import { pythonPoints, pythonNumber } from "./python.ts";

interface State {
  readonly points: readonly Point[];
  readonly w: number;
  readonly b: number;
  readonly unlocked: boolean;
  readonly picked: number | null;
  readonly station: number;
  readonly guess: Guess;
}

const FIRST: State = {
  points: TADPOLES,
  w: 1.5,
  b: 0,
  unlocked: false,
  picked: null,
  station: 0,
  guess: { stage: "closed", value: 1.5 },
};

const read: Shape<State> = (value) => {
  const state = record({
    points: pointsShape,
    w: number(LOW_W, HIGH_W),
    b: number(-2, 4),
    unlocked: flag,
    picked: maybe(whole(0, MOST_POINTS - 1)),
    station: whole(0, FRONT.length - 1),
    guess: guessShape(LOW_W, HIGH_W),
  })(value) as State;
  const isThere = state.picked !== null && state.picked < state.points.length;
  return { ...state, picked: isThere ? state.picked : null };
};

/** Right is a loss under 0.17, as near as an eye can get. */
const RIGHT = 0.17;

function judge(state: State): Verdict {
  const { value, stage } = state.guess;
  const loss = lossOf(TADPOLES, value);
  const bowl = bowlOf(TADPOLES);
  const values = {
    w: fixed(value, 3),
    loss: fixed(loss, 3),
    best: fixed(bowl.best, 3),
    least: fixed(bowl.least, 3),
  };
  if (stage === "shown") return { kind: "shown", text: t("forward-shown", values) };
  if (loss < RIGHT) return { kind: "right", text: t("forward-right", values) };
  if (Math.abs(value - 0.9) <= 0.04) return { kind: "typical", text: t("forward-typical", values) };
  return value > bowl.best
    ? { kind: "high", text: t("forward-high", values) }
    : { kind: "low", text: t("forward-low", values) };
}

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const tell = (): void =>
    stage.live.say(
      hidden(stage.state)
        ? `w = ${fixed(stage.state.w, 2)}`
        : t("cover-live", { w: fixed(stage.state.w, 2), loss: fixed(lossNow(stage.state), 3) }),
    );
  const turn = (w: number, how: string): void => {
    const { guess } = stage.state;
    const asked = guess.stage === "open" ? { guess: { ...guess, value: w } } : {};
    store.set({ w, ...asked }, how);
    tell();
  };
  const pick = (i: number): void =>
    store.set(
      stage.state.picked === i
        ? { station: Math.min(FRONT.length - 1, stage.state.station + 1) }
        : { picked: i, station: 0 },
    );
  const editor = new PointsEditor({
    points: () => stage.state.points,
    change: (points, how) => {
      if (hidden(stage.state)) return;
      const gone = points.length !== stage.state.points.length ? { picked: null } : {};
      store.set({ points, ...gone, guess: FIRST.guess }, how);
    },
    seal: () => store.seal(),
    say: (sentence) => stage.live.say(sentence),
  });
  const picture = new LinePicture({
    w: () => stage.state.w,
    b: () => stage.state.b,
    moving: editor,
    turn,
    turned: () => store.seal(),
    lift: (b, how) => {
      store.set({ b }, how);
      tell();
    },
    valueText: (w) =>
      hidden(stage.state)
        ? `w = ${fixed(w, 3)}`
        : t("cover-live", { w: fixed(w, 3), loss: fixed(lossNow(stage.state), 3) }),
    pick,
  });
  stage.addPlot(picture.plot, "line wide");
  const number = new BigNumber("loss", "L", t("loss-mean"), 3, () => stage.repaint());
  const formula = h("p", { class: "formula", "data-kedou": "formula" });
  const loop = new Loop(FRONT, (station) => store.set({ station }), t("forward-tap"));
  const guess = new GuessCard({
    question: t("forward-question"),
    hint: t("forward-hint"),
    stays: t("forward-stays"),
    begin: () => store.set({ ...FIRST, picked: null, guess: { stage: "open", value: FIRST.w } }),
    lock: () => {
      const { w } = stage.state;
      store.set({ guess: { stage: "done", value: w } });
      stage.live.say(judge(stage.state).text);
    },
    reveal: () => {
      const { w, guess: old } = stage.state;
      const best = Number(bowlOf(TADPOLES).best.toFixed(6));
      store.set({
        points: TADPOLES,
        b: 0,
        unlocked: false,
        w: best,
        guess: { stage: "shown", value: old.stage === "closed" ? w : old.value },
      });
      stage.live.say(judge(stage.state).text);
    },
  });
  stage.scene.append(number.echo);
  stage.side.append(number.element, formula, loop.element, guess.element);

  const slider = new Slider({
    name: "w",
    label: t("weight-w"),
    low: LOW_W,
    high: HIGH_W,
    step: 0.01,
    decimals: 3,
    value: () => stage.state.w,
    change: (w) => turn(w, "slider"),
    end: () => store.seal(),
  });
  stage.dock.append(slider.element);

  const bias = new Slider({
    name: "b",
    label: t("bias-b"),
    low: -2,
    high: 4,
    step: 0.01,
    decimals: 2,
    value: () => stage.state.b,
    change: (b) => store.set({ b }, "slider-b"),
    end: () => store.seal(),
  });
  const lock = button("unlock-b", "", () => {
    const { unlocked } = stage.state;
    store.set(unlocked ? { unlocked: false, b: 0 } : { unlocked: true });
  });
  stage.extras.append(h("div", { class: "row" }, lock), bias.element, editor.table.element);

  return {
    paint(state) {
      const { points, w, b, picked, unlocked } = state;
      const isHidden = hidden(state);
      const told = state.guess.stage === "done" || state.guess.stage === "shown";
      picture.paint({
        points,
        w,
        b,
        ghost: told && Math.abs(state.guess.value - w) > 1e-6 ? state.guess.value : null,
        tails: true,
        picked,
        guessing: state.guess.stage === "open",
      });
      picture.lifter?.enable(unlocked);
      const loss = lossNow(state);
      number.set(isHidden ? null : loss, () => arithmetic(state));
      write(
        formula,
        isHidden
          ? "ŷ = w·x"
          : unlocked
            ? `ŷ = ${fixed(w, 3)}·x + ${bracketed(b)}`
            : `ŷ = ${fixed(w, 3)}·x`,
      );
      show(loop.element, !isHidden);
      loop.paint(
        picked === null ? null : state.station,
        picked === null ? [] : walk(state, picked),
      );
      guess.paint(state.guess, () => judge(state));
      slider.paint();
      slider.enable(!isHidden);
      show(slider.element, !isHidden);
      bias.paint();
      show(bias.element, unlocked);
      write(lock, unlocked ? t("lock-b") : t("unlock-b"));
      editor.table.paint(points, w, b);
    },
    snippet,
    solved: (state) => state.guess.stage === "done" && judge(state).kind === "right",
  };
}

function hidden(state: State): boolean {
  return state.guess.stage === "open";
}

function lossNow({ points, w, b }: State): number {
  return lossOf(points, w, b);
}

/** What stands at each station for the tadpole that walks. */
function walk({ points, w, b }: State, picked: number): string[] {
  const [x, y] = points[picked]!;
  const predicted = w * x + b;
  const e = y - predicted;
  const bias = b === 0 ? "" : ` ${b < 0 ? "−" : "+"} ${fixed(Math.abs(b))}`;
  return [
    `x = ${fixed(x, 2)}`,
    `ŷ = ${fixed(w)} · ${fixed(x, 2)}${bias} = ${fixed(predicted)}`,
    `e = ${fixed(y, 2)} − ${bracketed(predicted)} = ${signed(e)}`,
    `e² = ${fixed(e * e, 3)} → L = ${fixed(lossOf(points, w, b), 3)}`,
  ];
}

function arithmetic({ points, w, b }: State): string[] {
  const errors = points.map(([x, y]) => y - (w * x + b));
  const squares = errors.map((e) => e * e);
  const sum = squares.reduce((a, e) => a + e, 0);
  return [
    `e = ${errors.map((e) => signed(e)).join(",  ")}`,
    `e² = ${squares.map((e) => fixed(e)).join(" + ")} = ${fixed(sum, 3)}`,
    `L = ${fixed(sum, 3)} / ${points.length} = ${fixed(sum / points.length, 4)}`,
  ];
}

function snippet({ points, w, b }: State): string {
  return `import numpy as np

${pythonPoints(points)}
w, b = ${pythonNumber(w)}, ${pythonNumber(b)}

y_hat = w * x + b
e = y - y_hat
loss = np.mean(e**2)
print("loss", loss)
`;
}

export const forward: Lesson<State> = {
  name: "forward",
  title: () => t("forward-title"),
  lead: () => t("forward-lead"),
  read,
  first: FIRST,
  beats: [
    {},
    { picked: 3, station: 0 },
    { picked: 3, station: 1 },
    { picked: 3, station: 2 },
    { picked: 3, station: 3 },
    { guess: { stage: "open", value: 1.5 } },
    { w: 0.796087, guess: { stage: "shown", value: 1.5 } },
  ],
  open,
};
