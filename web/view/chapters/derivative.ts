/** Chapter 1: height says where you are; slope says what the next small step does. */

import { BigNumber, button, Slider } from "../kit/controls.ts";
import { focusedBy, h, put, show, unique, write } from "../kit/dom.ts";
import { GuessCard, guessShape, type Guess, type Verdict } from "../kit/guess.ts";
import { intervalsShape, widened, type Interval } from "../kit/intervals.ts";
import { bracketed, clamp, fixed } from "../kit/numbers.ts";
import { Misshapen, number, oneOf, record, text, whole, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { TypedField } from "../kit/typed-field.ts";
import { t, tied } from "../kit/words.ts";
import { CURVE_NAMES, CURVES, drawn, type Curve, type CurveName } from "../curves.ts";
import { TADPOLES } from "../lesson.ts";
import { CurvePicture, PenPicture } from "../pictures/curve-picture.ts";
import { FARTHEST, NARROWEST, typedCurve, type Typed } from "../typed/curve.ts";
import { LONGEST, Unreadable } from "../typed/read.ts";
import { placeText } from "./derivative-place.ts";
import { pythonNumber, pythonPoints } from "./python.ts";

interface State {
  readonly curve: CurveName | "typed";
  readonly typed: Typed;
  readonly x: number;
  /** Where the pen has drawn, as intervals. */
  readonly pen: readonly Interval[];
  readonly loupe: number;
  readonly guess: Guess;
}

const FIRST: State = {
  curve: "bowl",
  typed: { text: "", from: -3, to: 3 },
  x: 1,
  pen: [],
  loupe: 1,
  guess: { stage: "closed", value: 0 },
};

const anywhere = number(-FARTHEST, FARTHEST);

const readTyped: Shape<Typed> = (value) => {
  const typed = record({ text: text(LONGEST), from: anywhere, to: anywhere })(value) as Typed;
  if (!(typed.to - typed.from >= NARROWEST)) throw new Misshapen();
  return typed;
};

const read: Shape<State> = (value) => {
  const state = record({
    curve: oneOf(...CURVE_NAMES, "typed"),
    typed: readTyped,
    x: anywhere,
    pen: intervalsShape(-FARTHEST, FARTHEST),
    loupe: whole(1, 100),
    guess: guessShape(-40, 40),
  })(value) as State;
  try {
    number(...curveOf(state).x)(state.x);
  } catch (error) {
    throw error instanceof Unreadable ? new Misshapen() : error;
  }
  return state;
};

/** Where the point begins on a typed curve: right of the middle. */
function outset({ from, to }: Typed): number {
  return Number((from + 0.6 * (to - from)).toPrecision(3));
}

/** The guess is about the bowl: another curve ends it. */
function settled(guess: Guess): Guess {
  return guess.stage === "open" ? FIRST.guess : guess;
}

function curveOf({ curve, typed }: State): Curve {
  return curve === "typed" ? typedCurve(typed) : CURVES[curve];
}

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
  const curve = (): Curve => curveOf(stage.state);
  const move = (to: number, how: string): void => {
    const { x, pen } = stage.state;
    const moved = drawn(curve(), clamp(to, ...curve().x), how);
    store.set({ x: moved, pen: widened(pen, x, moved) }, how);
    stage.live.say(says(moved));
  };
  const picture = new CurvePicture({
    curve,
    x: () => stage.state.x,
    move,
    says,
    rod: () => stage.state.guess.value,
    tilt: (value, how) => store.set({ guess: { ...stage.state.guess, value } }, `rod-${how}`),
    moved: () => store.seal(),
  });
  const pen = new PenPicture(curve());
  stage.addPlot(picture.plot, "line");
  stage.addPlot(pen.plot, "bowl");
  const number = new BigNumber("slope", "′", t("derivative-number"), 2, () => stage.repaint());
  const kind = h("p", { class: "formula", "data-kedou": "place" });
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
  stage.side.append(number.element, height, kind, secant, guess.element);
  const choose = (chosen: State["curve"]): void => {
    const { typed, guess } = stage.state;
    const x = chosen === "bowl" ? 1 : chosen === "typed" ? outset(typed) : 0.5;
    store.set({ ...FIRST, curve: chosen, typed, x, guess: settled(guess) });
  };
  const choices = [...CURVE_NAMES, "typed" as const].map((name) => ({
    name,
    button: button(`curve-${name}`, "", () => choose(name)),
  }));
  const take = (typed: Typed): void => {
    typedCurve(typed);
    const { curve: before, x, guess } = stage.state;
    const to = before === "typed" ? clamp(x, typed.from, typed.to) : outset(typed);
    store.set({ typed, curve: "typed", x: to, pen: [], guess: settled(guess) }, "typed");
  };
  const field = new TypedField({
    name: "typed",
    label: t("typed-label"),
    example: "sin(x)/x",
    text: () => stage.state.typed.text,
    take: (text) => take({ ...stage.state.typed, text }),
    end: () => store.seal(),
  });
  const ends = new Ends(
    () => stage.state.typed,
    (typed) => {
      if (stage.state.typed.text !== "") take(typed);
      else store.set({ typed });
      store.seal();
    },
  );
  const place = new Slider({
    name: "x",
    label: t("derivative-x"),
    get low() {
      return curve().x[0];
    },
    get high() {
      return curve().x[1];
    },
    get step() {
      return curve().step;
    },
    decimals: 3,
    value: () => stage.state.x,
    change: (x) => move(x, "key"),
    end: () => store.seal(),
  });
  const formula = h("p", { class: "formula", lang: "en", "data-kedou": "formula" });
  const slopeFormula = h("p", { class: "formula", lang: "en", "data-kedou": "slope-formula" });
  stage.extras.append(
    h(
      "div",
      { class: "row", role: "group", "aria-label": t("curves") },
      ...choices.map((each) => each.button),
    ),
    field.element,
    ends.element,
    formula,
    slopeFormula,
    place.element,
  );

  function says(x: number): string {
    const { variable, value, slope } = curve();
    return t("point-text", {
      name: variable,
      x: fixed(x, 2),
      height: Number.isFinite(value(x)) ? fixed(value(x), 2) : t("no-value"),
      slope: Number.isFinite(slope(x)) ? fixed(slope(x), 2) : t("no-slope"),
    });
  }

  /** The derivative as a formula takes a moment, and is told when the typing rests. */
  let told: Curve | null = null;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const tellFormulas = (now: Curve): void => {
    if (told === now) return;
    told = now;
    const of = now.variable === "w" ? "L" : "f";
    write(formula, `${of}(${now.variable}) = ${now.formula}`);
    write(slopeFormula, `${of}′(${now.variable}) = …`);
    clearTimeout(rest);
    const finish = tied(() => {
      write(slopeFormula, `${of}′(${now.variable}) = ${now.slopeFormula ?? t("typed-too-long")}`);
    });
    rest = setTimeout(finish, 200);
  };

  return {
    paint(state) {
      const { x, guess: asked } = state;
      const now = curveOf(state);
      const tilting = asked.stage === "open";
      write(stage.lead, t(state.curve === "bowl" ? "derivative-lead" : "derivative-other-lead"));
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
        tilting || !Number.isFinite(slope) ? null : slope,
        () => arithmetic(state, now),
        !tilting && !Number.isFinite(slope) ? t("no-slope") : undefined,
      );
      const high = Number.isFinite(value) ? fixed(value, 3) : t("no-value");
      write(height, `${now.variable} = ${fixed(x, 3)},  ${t("height")} ${high}`);
      put(height, { "data-value": value });
      write(kind, tilting ? "" : placeText(now, x));
      show(kind, !tilting);
      const step = 0.1 / state.loupe;
      const rise = (now.value(x + step) - value) / step;
      show(secant, state.loupe > 1 && !tilting && Number.isFinite(rise));
      write(secant, t("secant", { step: String(step), slope: fixed(rise, 3) }));
      put(secant, { "data-value": rise });
      write(loupe, state.loupe > 1 ? t("loupe-at", { times: String(state.loupe) }) : t("loupe"));
      guess.paint(asked, () => judge(asked));
      for (const each of choices) {
        put(each.button, { "aria-pressed": String(each.name === state.curve) });
        write(each.button, label(each.name, state));
      }
      show(choices.at(-1)!.button, state.typed.text !== "");
      field.paint();
      ends.paint();
      place.paint();
      show(place.element, !tilting);
      tellFormulas(now);
    },
    snippet,
    destroy: () => clearTimeout(rest),
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
  };
}

/** What stands on the button of a curve. */
function label(name: State["curve"], { typed }: State): string {
  if (name === "bowl") return "L(w)";
  if (name !== "typed") return CURVES[name].formula;
  if (typed.text === "") return "";
  const { formula } = typedCurve(typed);
  return formula.length > 18 ? `${formula.slice(0, 17)}…` : formula;
}

function arithmetic({ x, loupe }: State, curve: Curve): string[] {
  const step = 0.1 / loupe;
  const [from, to] = [curve.value(x), curve.value(x + step)];
  const formula = curve.slopeFormula;
  const exact = formula && Number.isFinite(curve.slope(x)) ? fixed(curve.slope(x), 4) : null;
  return [
    ...(exact ? [`${formula} = ${exact}`] : []),
    `(${fixed(to, 5)} − ${bracketed(from, 5)}) / ${step} = ${fixed((to - from) / step, 4)}`,
    t("derivative-limit"),
  ];
}

function snippet(state: State): string {
  const { x, loupe } = state;
  const curve = curveOf(state);
  const { python, pythonSlope, variable } = curve;
  const data = variable === "w" ? `${pythonPoints(TADPOLES)}\n\n\n` : "\n";
  const hasSlope = Number.isFinite(curve.slope(x));
  const slope = `
def slope(${variable}):
    return ${pythonSlope}

`;
  return `import numpy as np

${data}def f(${variable}):
    return ${python}

${hasSlope ? slope : ""}
at = np.float64(${pythonNumber(x)})
print("height", f(at))
${hasSlope ? 'print("slope", slope(at))\n' : ""}for step in (0.1, 0.01, 0.001):
    print("# step", step, "slope", (f(at + step) - f(at)) / step)
step = ${pythonNumber(0.1 / loupe)}
print("secant", (f(at + step) - f(at)) / step)
`;
}

/** Two fields: from where to where a typed function is shown. */
class Ends {
  readonly element: HTMLElement;
  #typed: () => Typed;
  #fields: { readonly from: HTMLInputElement; readonly to: HTMLInputElement };

  constructor(typed: () => Typed, change: (typed: Typed) => void) {
    this.#typed = typed;
    const ids = { from: unique("from"), to: unique("to") };
    const field = (name: "from" | "to"): HTMLInputElement =>
      h("input", {
        type: "number",
        class: "field",
        step: "any",
        id: ids[name],
        "data-kedou": `typed-${name}`,
        onchange: () => {
          const { from, to } = this.#read();
          const isInterval = to - from >= NARROWEST && -from <= FARTHEST && to <= FARTHEST;
          if (isInterval) change({ ...typed(), from, to });
          this.paint();
        },
      });
    this.#fields = { from: field("from"), to: field("to") };
    this.element = h(
      "div",
      { class: "row typed-ends" },
      h("label", { for: ids.from }, t("typed-from")),
      this.#fields.from,
      h("label", { for: ids.to }, t("typed-to")),
      this.#fields.to,
    );
  }

  paint(): void {
    const typed = this.#typed();
    for (const name of ["from", "to"] as const) {
      const field = this.#fields[name];
      if (focusedBy(field) !== field) field.value = String(typed[name]);
    }
  }

  #read(): { from: number; to: number } {
    const at = (field: HTMLInputElement): number =>
      field.value === "" ? Number.NaN : +field.value;
    return { from: at(this.#fields.from), to: at(this.#fields.to) };
  }
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
