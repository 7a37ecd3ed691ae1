/** Chapter 1: height says where you are; slope says what the next small step does. */

import { BigNumber, button } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { GuessCard, guessShape, type Guess, type Verdict } from "../kit/guess.ts";
import { intervalsShape, widened, type Interval } from "../kit/intervals.ts";
import { bracketed, clamp, fixed } from "../kit/numbers.ts";
import { number, oneOf, record, whole, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { CURVE_NAMES, CURVES, drawn, type Curve, type CurveName } from "../curves.ts";
import { TADPOLES } from "../lesson.ts";
import { CurvePicture, PenPicture } from "../pictures/curve-picture.ts";
import { pythonNumber, pythonPoints } from "./python.ts";

interface State {
  readonly curve: CurveName;
  readonly x: number;
  /** Where the pen has drawn, as intervals. */
  readonly pen: readonly Interval[];
  readonly loupe: number;
  readonly guess: Guess;
}

const FIRST: State = {
  curve: "bowl",
  x: 1,
  pen: [],
  loupe: 1,
  guess: { stage: "closed", value: 0 },
};

const read: Shape<State> = (value) => {
  const state = record({
    curve: oneOf(...CURVE_NAMES),
    x: number(-5, 5),
    pen: intervalsShape(-5, 5),
    loupe: whole(1, 100),
    guess: guessShape(-40, 40),
  })(value) as State;
  number(...CURVES[state.curve].x)(state.x);
  return state;
};

const TRUE_SLOPE = CURVES.bowl.slope(0);
const HEIGHT = CURVES.bowl.value(0);

function judge({ value, stage }: Guess): Verdict {
  const values = { guess: fixed(value, 1), truth: fixed(TRUE_SLOPE, 2), height: fixed(HEIGHT, 2) };
  if (stage === "shown") return { kind: "shown", text: t("derivative-shown", values) };
  if (Math.abs(value - TRUE_SLOPE) <= 1.7)
    return { kind: "right", text: t("derivative-right", values) };
  if (Math.abs(value - HEIGHT) <= 1)
    return { kind: "typical", text: t("derivative-typical", values) };
  if (value > 0) return { kind: "rising", text: t("derivative-rising", values) };
  return value > TRUE_SLOPE
    ? { kind: "flat", text: t("derivative-flat", values) }
    : { kind: "steep", text: t("derivative-steep", values) };
}

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const curve = (): Curve => CURVES[stage.state.curve];
  const picture = new CurvePicture({
    curve,
    x: () => stage.state.x,
    move: (to, how) => {
      const { x, pen } = stage.state;
      const [low, high] = curve().x;
      const moved = drawn(curve(), clamp(to, low, high), how);
      store.set({ x: moved, pen: widened(pen, x, moved) }, how);
      stage.live.say(says());
    },
    rod: () => stage.state.guess.value,
    tilt: (value, how) => store.set({ guess: { ...stage.state.guess, value } }, `rod-${how}`),
    moved: () => store.seal(),
  });
  const pen = new PenPicture(curve());
  stage.addPlot(picture.plot, "line");
  stage.addPlot(pen.plot, "bowl");
  const number = new BigNumber("slope", "′", t("derivative-number"), 2, () => stage.repaint());
  const place = h("p", { class: "formula", "data-kedou": "place" });
  const height = h("p", { class: "formula", "data-kedou": "height" });
  const secant = h("p", { class: "formula", "data-kedou": "secant" });
  const guess = new GuessCard({
    question: t("derivative-question"),
    hint: t("derivative-hint"),
    stays: t("derivative-stays"),
    begin: () => store.set({ ...FIRST, x: 0, guess: { stage: "open", value: 0 } }),
    lock: () => answer("done"),
    reveal: () => answer("shown"),
  });
  const answer = (how: "done" | "shown"): void => {
    store.set({ ...FIRST, x: 0, pen: [[0, 0]], guess: { ...stage.state.guess, stage: how } });
    stage.live.say(judge(stage.state.guess).text);
  };
  const loupe = button("loupe", "", () => {
    const next = { 1: 10, 10: 100, 100: 1 }[stage.state.loupe] ?? 1;
    store.set({ loupe: next });
  });
  stage.dock.append(h("div", { class: "row" }, loupe));
  stage.side.append(number.element, height, place, secant, guess.element);
  const choices = CURVE_NAMES.map((name) => {
    const choose = button(`curve-${name}`, CURVES[name].formula, () =>
      store.set({ ...FIRST, curve: name, x: name === "bowl" ? 1 : 0.5 }),
    );
    return { name, choose };
  });
  stage.extras.append(
    h(
      "div",
      { class: "row", role: "group", "aria-label": t("curves") },
      ...choices.map((each) => each.choose),
    ),
  );

  function says(): string {
    const { x } = stage.state;
    const { variable, value, slope } = curve();
    return t("point-text", {
      name: variable,
      x: fixed(x, 2),
      height: fixed(value(x), 2),
      slope: Number.isNaN(slope(x)) ? t("no-slope") : fixed(slope(x), 2),
    });
  }

  return {
    paint(state) {
      const { x, guess: asked } = state;
      const now = CURVES[state.curve];
      const tilting = asked.stage === "open";
      const told = (asked.stage === "done" || asked.stage === "shown") && x === 0;
      const value = now.value(x);
      const slope = now.slope(x);
      picture.paint({
        x,
        loupe: state.loupe,
        rod: tilting || (told && state.curve === "bowl") ? asked.value : null,
        tilting,
      });
      pen.paint(now, state.pen, x, tilting);
      number.set(
        tilting || Number.isNaN(slope) ? null : slope,
        () => arithmetic(state, now),
        !tilting && Number.isNaN(slope) ? t("no-slope") : undefined,
      );
      write(height, `${now.variable} = ${fixed(x, 3)},  ${t("height")} ${fixed(value, 3)}`);
      height.setAttribute("data-value", String(value));
      write(place, tilting ? "" : t(placeKey(now, x, slope)));
      show(place, !tilting);
      show(secant, state.loupe > 1 && !tilting);
      const step = 0.1 / state.loupe;
      const rise = (now.value(x + step) - value) / step;
      write(secant, t("secant", { step: String(step), slope: fixed(rise, 3) }));
      secant.setAttribute("data-value", String(rise));
      write(loupe, state.loupe > 1 ? t("loupe-at", { times: String(state.loupe) }) : t("loupe"));
      guess.paint(asked, () => judge(asked));
      for (const { name, choose } of choices) {
        choose.setAttribute("aria-pressed", String(name === state.curve));
      }
    },
    snippet,
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
  };
}

function placeKey(curve: Curve, x: number, slope: number) {
  const place = curve.places.find((each) => Math.abs(each.x - x) < 1e-9);
  if (place) return `place-${place.kind}` as const;
  return slope > 0 ? "place-rising" : slope < 0 ? "place-falling" : "place-flat";
}

function arithmetic({ x, loupe }: State, curve: Curve): string[] {
  const step = 0.1 / loupe;
  const [from, to] = [curve.value(x), curve.value(x + step)];
  return [
    `(${fixed(to, 5)} − ${bracketed(from, 5)}) / ${step} = ${fixed((to - from) / step, 4)}`,
    t("derivative-limit"),
  ];
}

function snippet({ curve, x, loupe }: State): string {
  const { python, variable } = CURVES[curve];
  const data = variable === "w" ? `${pythonPoints(TADPOLES)}\n` : "";
  return `import numpy as np

${data}

def f(${variable}):
    return ${python}


at = ${pythonNumber(x)}
print("height", f(at))
for step in (0.1, 0.01, 0.001):
    print("# step", step, "slope", (f(at + step) - f(at)) / step)
step = ${pythonNumber(0.1 / loupe)}
print("secant", (f(at + step) - f(at)) / step)
`.replace("\n\n\n\n", "\n\n\n");
}

export const derivative: Lesson<State> = {
  name: "derivative",
  title: () => t("derivative-title"),
  lead: () => t("derivative-lead"),
  read,
  first: FIRST,
  beats: [
    {},
    { x: 0, guess: { stage: "open", value: 0 } },
    { x: 0, pen: [[0, 0]], guess: { stage: "shown", value: 6.5 } },
    { x: 1, loupe: 10 },
    { x: 1, loupe: 100 },
    { curve: "cubic-waves", x: 1 },
    { curve: "cubic", x: 0 },
    { curve: "corner", x: 0, loupe: 100 },
  ],
  open,
};
