/** Chapter 6: four runners from w = 1. Knowing the way is not enough; hold the step back. */

import { BigNumber, Slider } from "../kit/controls.ts";
import { h, write } from "../kit/dom.ts";
import { GuessCard, guessShape, type Guess, type Verdict } from "../kit/guess.ts";
import { bracketed, fixed } from "../kit/numbers.ts";
import { along } from "../kit/player.ts";
import { number, record, whole, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t, type Key } from "../kit/words.ts";
import { bowlOf, runOf, TADPOLES, type RuleName } from "../lesson.ts";
import { RacePicture } from "../pictures/race-picture.ts";
import { RunnersBowl } from "../pictures/runners-bowl.ts";
import { pythonNumber, pythonPoints } from "./python.ts";

interface State {
  readonly start: number;
  readonly rate: number;
  readonly sign: number;
  readonly fixed: number;
  readonly step: number;
  /** First and last as 4 * first + last, each 0 to 3. */
  readonly guess: Guess;
}

export const RULES: readonly RuleName[] = ["gradient-descent", "sign", "fixed-step", "slope"];
const STEPS = 20;
export const WINDOW = [-0.5, 2] as const;
const NOTHING = 4 * 2 + 1;
const RIGHT = 4 * 0 + 3;
const FIRST: State = {
  start: 1,
  rate: 0.01,
  sign: 0.5,
  fixed: 0.5,
  step: 0,
  guess: { stage: "closed", value: NOTHING },
};

const read: Shape<State> = (value) => {
  const state = record({
    start: number(...WINDOW),
    rate: number(0.001, 0.2),
    sign: number(0.01, 1),
    fixed: number(-1, 1),
    step: whole(0, STEPS),
    guess: guessShape(0, 15),
  })(value) as State;
  whole(0, 15)(state.guess.value);
  return state;
};

const BOWL = bowlOf(TADPOLES);

function constant(rule: RuleName, state: State): number {
  if (rule === "gradient-descent") return state.rate;
  if (rule === "sign") return state.sign;
  return rule === "slope" ? 1 : state.fixed;
}

function runsFor(): (state: State) => readonly (readonly number[])[] {
  let key = "";
  let runs: readonly (readonly number[])[] = [];
  return (state) => {
    const { start, rate, sign, fixed: c } = state;
    const now = [start, rate, sign, c].join(" ");
    if (now !== key) {
      key = now;
      runs = RULES.map((rule) => runOf(rule, BOWL, start, constant(rule, state), STEPS));
    }
    return runs;
  };
}

function judge({ value, stage }: Guess): Verdict {
  const first = Math.floor(value / 4);
  const last = value % 4;
  const values = { first: t(`rule-${RULES[first]!}`), last: t(`rule-${RULES[last]!}`) };
  if (stage === "shown") return { kind: "shown", text: t("rules-shown") };
  if (value === RIGHT) return { kind: "right", text: t("rules-right") };
  if (first === 3) return { kind: "typical", text: t("rules-typical") };
  if (first === 1) return { kind: "sign-first", text: t("rules-sign-first") };
  if (first === 2) return { kind: "fixed-first", text: t("rules-fixed-first") };
  return { kind: "last", text: t("rules-last", values) };
}

/** What has happened to a runner by a step, as a code and the numbers of its sentence. */
export function fate(
  rule: RuleName,
  run: readonly number[],
  step: number,
): { key: Key; at: number } | null {
  const left = run.findIndex((w) => w < WINDOW[0] || w > WINDOW[1]);
  const isOut = left >= 0 && left <= step;
  const grows =
    step > 0 && Math.abs(run[step]! - BOWL.best) > 1.0001 * Math.abs(run[step - 1]! - BOWL.best);
  if (rule === "sign" && step >= 2 && Math.abs(run[step]! - run[step - 2]!) < 1e-9) {
    return { key: "fate-loops", at: step };
  }
  if (rule === "fixed-step") {
    if (isOut) return { key: "fate-gone", at: left };
    const past = run.findIndex((w) => (w - BOWL.best) * (run[0]! - BOWL.best) < 0);
    if (past > 0 && past <= step) return { key: "fate-past", at: past };
  }
  if (isOut && grows) return { key: "fate-diverges", at: left };
  return null;
}

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const runs = runsFor();
  const race = new RacePicture({
    rules: RULES,
    window: WINDOW,
    best: BOWL.best,
    move: (which, lane, how) => {
      const { guess } = stage.state;
      const first = which === "first" ? lane : Math.floor(guess.value / 4);
      const last = which === "last" ? lane : guess.value % 4;
      store.set({ guess: { ...guess, value: 4 * first + last } }, `${which}-${how}`);
    },
    moved: () => store.seal(),
    lane: (which) =>
      which === "first" ? Math.floor(stage.state.guess.value / 4) : stage.state.guess.value % 4,
    roll: (start, how) => {
      player.pause();
      store.set({ start, step: 0 }, how);
    },
    start: () => stage.state.start,
  });
  const bowl = new RunnersBowl(BOWL, RULES, WINDOW);
  stage.addPlot(race.plot, "race");
  stage.addPlot(bowl.plot, "bowl");
  const player = stage.addPlayer("step", () => STEPS, t("one-step"));
  const big = new BigNumber("w", "w", t("rules-number"), 4, () => stage.repaint());
  const rows = RULES.map((rule) => {
    const sum = h("span", { class: "sum", "data-kedou": `sum-${rule}` });
    return { sum, element: h("li", {}, h("b", {}, t(`rule-${rule}`)), sum) };
  });
  const guess = new GuessCard({
    question: t("rules-question"),
    hint: t("rules-hint"),
    stays: t("rules-stays"),
    begin: () => {
      player.pause();
      store.set({ ...FIRST, guess: { stage: "open", value: NOTHING } });
    },
    lock: () => {
      store.set({ ...FIRST, guess: { ...stage.state.guess, stage: "done" } });
      stage.live.say(judge(stage.state.guess).text);
      player.play();
    },
    reveal: () => {
      store.set({ ...FIRST, guess: { ...stage.state.guess, stage: "shown" } });
      stage.live.say(judge(stage.state.guess).text);
      player.play();
    },
  });
  stage.side.append(
    big.element,
    h("ul", { class: "sums" }, ...rows.map((row) => row.element)),
    guess.element,
  );
  const slider = (
    name: "rate" | "sign" | "fixed",
    label: string,
    low: number,
    high: number,
    step: number,
  ): Slider =>
    new Slider({
      name,
      label,
      low,
      high,
      step,
      decimals: name === "rate" ? 4 : 2,
      value: () => stage.state[name],
      change: (value) => store.set({ [name]: value }, name),
      end: () => store.seal(),
    });
  const sliders = [
    slider("rate", t("rules-rate"), 0.001, 0.2, 0.001),
    slider("sign", t("rules-sign-c"), 0.01, 1, 0.01),
    slider("fixed", t("rules-fixed-c"), -1, 1, 0.01),
  ];
  stage.extras.append(...sliders.map((each) => each.element));

  let said = -1;
  return {
    paint(state) {
      const all = runs(state);
      const { step, guess: asked } = state;
      const moving = player.shown !== step;
      const from = moving ? Math.floor(Math.min(player.shown, step)) : step;
      const places = all.map((run) => along(run, player.shown));
      const told = asked.stage === "done" || asked.stage === "shown";
      race.paint({
        runs: all,
        places,
        from,
        fates: all.map((run, i) => fate(RULES[i]!, run, from)),
        guessing: asked.stage === "open",
        guess: asked.stage === "open" || told ? asked.value : null,
        ended: from === STEPS,
      });
      bowl.paint(places);
      big.set(all[0]![step]!, () => [
        `w ← w − ${state.rate} · ${bracketed(BOWL.slope(all[0]![from]!))} = ${fixed(all[0]![from]! - state.rate * BOWL.slope(all[0]![from]!), 4)}`,
        `L = ${fixed(BOWL.height(all[0]![step]!), 5)}`,
      ]);
      rows.forEach(({ sum }, i) => {
        const run = all[i]!;
        write(sum, sumText(RULES[i]!, run, from, state));
        sum.setAttribute("data-value", String(run[step]!));
      });
      guess.paint(asked, () => judge(asked));
      for (const each of sliders) each.paint();
      if (!moving && step !== said) {
        said = step;
        const named = RULES.map((rule, i) => `${t(`rule-${rule}`)} ${fixed(all[i]![step]!, 2)}`);
        stage.live.say(`${t("step-number", { step: String(step) })}: ${named.join(", ")}`);
      }
    },
    snippet,
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
  };
}

/** The step a rule takes from here, with its numbers. */
function sumText(rule: RuleName, run: readonly number[], from: number, state: State): string {
  const w = run[from]!;
  const next = run[from + 1];
  if (next === undefined) return `w = ${fixed(w, 3)}`;
  const slope = BOWL.slope(w);
  const taken = {
    "gradient-descent": `${state.rate} · ${bracketed(slope)}`,
    sign: `${state.sign} · ${bracketed(Math.sign(slope), 0)}`,
    "fixed-step": bracketed(state.fixed),
    slope: bracketed(slope),
  }[rule];
  return `${fixed(w, 3)} − ${taken} = ${fixed(next, 3)}`;
}

function snippet({ start, rate, sign, fixed: c, step }: State): string {
  return `import numpy as np

${pythonPoints(TADPOLES)}

rules = {
    "gradient-descent": lambda w, slope: w - ${pythonNumber(rate)} * slope,
    "sign": lambda w, slope: w - ${pythonNumber(sign)} * np.sign(slope),
    "fixed-step": lambda w, slope: w - ${pythonNumber(c)},
    "slope": lambda w, slope: w - slope,
}
for name, rule in rules.items():
    w = ${pythonNumber(start)}
    for step in range(${step}):
        slope = -2 * np.mean(x * (y - w * x))
        w = rule(w, slope)
    print("sum-" + name, w)
`;
}

export const rules: Lesson<State> = {
  name: "rules",
  title: () => t("rules-title"),
  lead: () => t("rules-lead"),
  read,
  first: FIRST,
  beats: [
    {},
    { guess: { stage: "open", value: NOTHING } },
    { step: 1 },
    { step: 2 },
    { step: 4 },
    { step: 20, guess: { stage: "shown", value: NOTHING } },
  ],
  open,
};
