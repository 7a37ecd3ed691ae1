/** Chapter 6: four runners from w = 1. Knowing the way is not enough; hold the step back. */

import { makeRule } from "../../model/rules/registry.ts";
import { fateOf } from "../../model/fate.ts";
import type { Rule } from "../../model/rules/rule.ts";
import { BigNumber, Slider } from "../kit/controls.ts";
import { h, put, show, unique, write } from "../kit/dom.ts";
import { GuessCard, guessShape, type Guess, type Verdict } from "../kit/guess.ts";
import { bracketed, clamp, fixed } from "../kit/numbers.ts";
import { Endings, type Ending } from "../kit/endings.ts";
import { along } from "../kit/player.ts";
import { PointsEditor, pointsShape } from "../kit/points.ts";
import { Misshapen, number, oneOf, record, text, whole, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { TypedField } from "../kit/typed-field.ts";
import { t, type Key } from "../kit/words.ts";
import { bowlOf, followed, judged, TADPOLES, type Point } from "../lesson.ts";
import type { RuleName } from "../lesson.ts";
import { LinePicture } from "../pictures/line-picture.ts";
import { RacePicture, type Runner } from "../pictures/race-picture.ts";
import { RunnersBowl } from "../pictures/runners-bowl.ts";
import { LONGEST, Unreadable } from "../typed/read.ts";
import { typedRule } from "../typed/rule.ts";
import { lossWindow, rateWindow, weightWindow, type Window } from "../windows.ts";
import { pythonNumber, pythonPoints } from "./python.ts";
import * as fifth from "./rules-fifth.ts";
import { OwnFunction } from "./rules-mine.ts";

interface State {
  readonly points: readonly Point[];
  readonly start: number;
  readonly rate: number;
  readonly sign: number;
  readonly fixed: number;
  readonly fifth: fifth.Fifth;
  readonly step: number;
  /** First and last as 4 * first + last, each 0 to 3. */
  readonly guess: Guess;
}

const RULES: readonly RuleName[] = ["gradient-descent", "sign", "fixed-step", "slope"];
const NAMES = [...RULES, "fifth"];
const STEPS = 20;
const NOTHING = 4 * 2 + 1;
const RIGHT = 4 * 0 + 3;
const FIRST: State = {
  points: TADPOLES,
  start: 1,
  rate: 0.01,
  sign: 0.5,
  fixed: 0.5,
  fifth: { rule: "none", own: "w - 0.05*slope", rate: 0.05 },
  step: 0,
  guess: { stage: "closed", value: NOTHING },
};

const read: Shape<State> = (value) => {
  const state = record({
    points: pointsShape,
    start: number(-0.5, 1000),
    rate: number(1e-6, 1000),
    sign: number(0.01, 1),
    fixed: number(-1, 1),
    fifth: record({
      rule: oneOf(...fifth.FIFTHS),
      own: text(LONGEST),
      rate: number(fifth.LOWEST_RATE, fifth.HIGHEST_RATE),
    }),
    step: whole(0, STEPS),
    guess: guessShape(0, 15),
  })(value) as State;
  whole(0, 15)(state.guess.value);
  if (state.fixed === 0) throw new Misshapen();
  try {
    typedRule(state.fifth.own);
  } catch (error) {
    throw error instanceof Unreadable ? new Misshapen() : error;
  }
  return { ...state, start: clamp(state.start, ...windowOf(state.points)) };
};

function windowOf(points: readonly Point[]): Window {
  return weightWindow(bowlOf(points), [-0.5, 2]);
}

interface Entrant {
  readonly name: string;
  readonly title: string;
  readonly weights: readonly number[];
  readonly hasStopped: boolean;
  readonly ending: () => Ending;
}

/** The runners of a state, kept as long as nothing that moves them changes. */
function recorder(own: OwnFunction | null): (state: State) => readonly Entrant[] {
  let key: readonly unknown[] = [];
  let entrants: readonly Entrant[] = [];
  const raced = (state: State): readonly Entrant[] => {
    const { points, start, rate, sign, fixed: c, fifth: other } = state;
    const now = [points, start, rate, sign, c, other];
    if (now.some((each, i) => each !== key[i])) {
      key = now;
      const bowl = bowlOf(points);
      const constants = { "gradient-descent": rate, sign, "fixed-step": c, slope: null };
      const entrant = (name: string, title: string, rule: Rule): Entrant => {
        const { weights, trouble } = followed(rule, bowl, start, STEPS);
        const ending = (): Ending => {
          const run = trouble ? null : judged(rule, bowl, start, STEPS);
          if (run) return { name, title, outcome: run.outcome, messages: run.messages };
          return { name, title, outcome: "stopped", messages: trouble ? [trouble] : [] };
        };
        return { name, title, weights, hasStopped: trouble !== null, ending };
      };
      const last = fifth.ruleOf(other);
      entrants = [
        ...RULES.map((name) => entrant(name, t(`rule-${name}`), makeRule(name, constants[name]))),
        ...(last ? [entrant("fifth", fifth.nameOf(other), last)] : []),
      ];
    }
    return entrants;
  };
  return (state) => {
    const all = raced(state);
    const run = own?.run(state);
    if (!run) return all;
    // The guess is about the lesson's four; a function of one's own joins when it is made.
    const four = all.slice(0, RULES.length);
    if (state.guess.stage === "open") return four;
    return [...four, { name: "fifth", ...run, ending: () => run.ending }];
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

const FATES: Readonly<Record<string, Key>> = {
  loops: "fate-loops",
  past: "fate-past",
  gone: "fate-gone",
  diverges: "fate-diverges",
};

/** What has happened to a runner by a step, as a sentence and the step it happened at. */
function fate(entrant: Entrant, step: number, best: number, window: Window): Runner["fate"] {
  const { weights, hasStopped } = entrant;
  const last = weights.length - 1;
  if (hasStopped && step >= last) return { key: "fate-stopped", at: last };
  const found = fateOf(weights, Math.min(step, last), best, window);
  return found ? { key: FATES[found.code]!, at: found.at } : null;
}

/** How each run ended, once all are over. */
function endings(entrants: readonly Entrant[]): readonly Ending[] {
  return entrants.map(({ ending }) => ending());
}

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const { mine = null } = stage.services;
  const own = mine && new OwnFunction(mine, () => stage.repaint());
  const entrantsOf = recorder(own);
  const roll = (start: number, how: string): void => {
    player.pause();
    store.set({ start, step: 0 }, how);
  };
  const race = new RacePicture({
    names: NAMES,
    window: () => windowOf(stage.state.points),
    move: (which, lane, how) => {
      const { guess } = stage.state;
      const first = which === "first" ? lane : Math.floor(guess.value / 4);
      const last = which === "last" ? lane : guess.value % 4;
      store.set({ guess: { ...guess, value: 4 * first + last } }, `${which}-${how}`);
    },
    moved: () => store.seal(),
    lane: (which) =>
      which === "first" ? Math.floor(stage.state.guess.value / 4) : stage.state.guess.value % 4,
    roll,
    start: () => stage.state.start,
  });
  const bowl = new RunnersBowl(windowOf(FIRST.points), lossWindow(bowlOf(FIRST.points)));
  const editor = new PointsEditor({
    points: () => stage.state.points,
    change: (points, how) => {
      if (stage.state.guess.stage === "open") return;
      const start = clamp(stage.state.start, ...windowOf(points));
      store.set({ points, start, guess: FIRST.guess }, how);
    },
    seal: () => store.seal(),
    say: (sentence) => stage.live.say(sentence),
  });
  const line = new LinePicture({ w: () => stage.state.start, moving: editor });
  stage.addPlot(race.plot, "race");
  stage.addPlot(bowl.plot, "bowl");
  stage.addPlot(line.plot, "line");
  const player = stage.addPlayer("step", () => STEPS, t("one-step"));
  const big = new BigNumber("w", "w", t("rules-number"), 4, () => stage.repaint());
  const rows = NAMES.map((name) => {
    const title = h("b");
    const sum = h("span", { class: "sum", "data-kedou": `sum-${name}` });
    return { title, sum, element: h("li", {}, title, sum) };
  });
  const ends = new Endings();
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
    ends.element,
    ...(own ? [own.element] : []),
    guess.element,
  );
  const slider = (
    name: "rate" | "sign" | "fixed",
    label: string,
    [low, high]: readonly [() => number, () => number],
    step: number,
  ): Slider =>
    new Slider({
      name,
      label,
      get low() {
        return low();
      },
      get high() {
        return high();
      },
      step,
      decimals: name === "rate" ? 4 : 2,
      value: () => stage.state[name],
      // A fixed step of 0 is no step: keys cross over it.
      change: (value) =>
        store.set({ [name]: value || (stage.state[name] > 0 ? -step : step) }, name),
      end: () => store.seal(),
    });
  const rates = (): Window => rateWindow(bowlOf(stage.state.points), 0.01, 2);
  const sliders = [
    slider("rate", t("rules-rate"), [() => rates()[0], () => rates()[1]], 0.001),
    slider("sign", t("rules-sign-c"), [() => 0.01, () => 1], 0.01),
    slider("fixed", t("rules-fixed-c"), [() => -1, () => 1], 0.01),
  ];
  const start = new Slider({
    name: "start",
    label: t("rules-start"),
    get low() {
      return windowOf(stage.state.points)[0];
    },
    get high() {
      return windowOf(stage.state.points)[1];
    },
    step: 0.01,
    decimals: 3,
    value: () => stage.state.start,
    change: (value) => roll(value, "start"),
    end: () => store.seal(),
  });
  sliders.unshift(start);
  const other = new FifthPanel(stage);
  stage.extras.append(...sliders.map((each) => each.element), other.element, editor.table.element);

  let said = -1;
  return {
    paint(state) {
      const entrants = entrantsOf(state);
      const { points, step, guess: asked } = state;
      const here = bowlOf(points);
      const window = windowOf(points);
      const moving = player.shown !== step;
      const from = moving ? Math.floor(Math.min(player.shown, step)) : step;
      const places = entrants.map(({ weights }) => along(weights, player.shown));
      const told = asked.stage === "done" || asked.stage === "shown";
      race.paint({
        runners: entrants.map((entrant, i) => ({
          title: entrant.title,
          run: entrant.weights,
          place: places[i]!,
          fate: fate(entrant, from, here.best, window),
        })),
        window,
        best: here.best,
        from,
        guessing: asked.stage === "open",
        guess: asked.stage === "open" || told ? asked.value : null,
      });
      bowl.paint({ bowl: here, places, x: window, y: lossWindow(here) });
      line.paint({ points, w: places[0]!, b: 0, runners: places });
      const [w, next] = [entrants[0]!.weights[from]!, entrants[0]!.weights[step]!];
      big.set(next, () => [
        `w ← w − ${state.rate} · ${bracketed(here.slope(w))} = ${fixed(w - state.rate * here.slope(w), 4)}`,
        `L = ${fixed(here.height(next), 5)}`,
      ]);
      rows.forEach(({ title, sum, element }, i) => {
        const entrant = entrants[i];
        show(element, entrant !== undefined);
        if (!entrant) return;
        write(title, entrant.title);
        write(sum, sumText(entrant, from, state));
        put(sum, { "data-value": at(entrant.weights, step) });
      });
      const isOver = step === STEPS && !moving;
      show(ends.element, isOver);
      if (isOver) ends.paint(endings(entrants));
      guess.paint(asked, () => judge(asked));
      for (const each of sliders) each.paint();
      other.paint();
      own?.paint();
      show(other.element, (mine?.now() ?? null) === null);
      editor.table.paint(points, places[0]!, 0);
      if (!moving && step !== said) {
        said = step;
        const named = entrants.map(
          ({ title, weights }) => `${title} ${fixed(at(weights, step), 2)}`,
        );
        stage.live.say(`${t("step-number", { step: String(step) })}: ${named.join(", ")}`);
      }
    },
    snippet: (state) =>
      mine?.now()
        ? snippet({ ...state, fifth: FIRST.fifth }, 0)
        : snippet(state, entrantsOf(state)[4]?.weights.length ?? 0),
    destroy: () => own?.destroy(),
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
  };
}

/** Where a run was at a step; one that stopped stays where it was last. */
function at(run: readonly number[], step: number): number {
  return run[Math.min(step, run.length - 1)]!;
}

/** The step a rule takes from here, with its numbers. */
function sumText({ name, weights }: Entrant, from: number, state: State): string {
  const w = at(weights, from);
  const next = weights[from + 1];
  if (next === undefined) return `w = ${fixed(w, 3)}`;
  const slope = bowlOf(state.points).slope(w);
  const taken: Readonly<Record<string, string>> = {
    "gradient-descent": `${state.rate} · ${bracketed(slope)}`,
    sign: `${state.sign} · ${bracketed(Math.sign(slope), 0)}`,
    "fixed-step": bracketed(state.fixed),
    slope: bracketed(slope),
    fifth: bracketed(w - next, 3),
  };
  return `${fixed(w, 3)} − ${taken[name]} = ${fixed(next, 3)}`;
}

function snippet(state: State, length: number): string {
  const { points, start, rate, sign, fixed: c, step } = state;
  const { before, step: lines } = fifth.pythonOf(state.fifth);
  const another = `
w = ${pythonNumber(start)}
${before.map((line) => `${line}\n`).join("")}for t in range(1, ${Math.min(step, length - 1) + 1}):
    slope = -2 * np.mean(x * (y - w * x))
${lines.map((line) => `    ${line}\n`).join("")}print("sum-fifth", w)
`;
  return `import numpy as np

${pythonPoints(points)}

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
${lines.length > 0 ? another : ""}`;
}

/** Which rule the fifth runner has: chosen from a list, typed, with its rate. */
class FifthPanel {
  readonly element: HTMLElement;
  #stage: Stage<State>;
  #select: HTMLSelectElement;
  #field: TypedField;
  #about = h("p", { class: "muted" }, t("own-about"));
  #rate: Slider;

  constructor(stage: Stage<State>) {
    this.#stage = stage;
    const { store } = stage;
    const change = (patch: Partial<fifth.Fifth>, tag: string | null = null): void => {
      const open = stage.state.guess.stage === "open";
      const closed = open ? { guess: FIRST.guess } : {};
      store.set({ fifth: { ...stage.state.fifth, ...patch }, ...closed }, tag);
    };
    const id = unique("fifth");
    this.#select = h(
      "select",
      {
        class: "field select",
        id,
        "data-kedou": "fifth",
        onchange: () => {
          const rule = this.#select.value as fifth.Fifth["rule"];
          const { points, start } = stage.state;
          const rate = fifth.chosenRate(rule, bowlOf(points), start, STEPS);
          change(rate === null ? { rule } : { rule, rate });
        },
      },
      ...fifth.FIFTHS.map((name) => h("option", { value: name }, t(label(name)))),
    );
    this.#field = new TypedField({
      name: "own-rule",
      label: t("own-label"),
      example: FIRST.fifth.own,
      text: () => stage.state.fifth.own,
      take: (own) => {
        typedRule(own);
        change({ own }, "own-rule");
      },
      end: () => store.seal(),
    });
    this.#rate = new Slider({
      name: "fifth-rate",
      label: t("fifth-rate"),
      get low() {
        return Math.min(0.001, stage.state.fifth.rate);
      },
      get high() {
        return Math.max(2, stage.state.fifth.rate);
      },
      step: 0.001,
      decimals: 4,
      log: true,
      value: () => stage.state.fifth.rate,
      change: (rate) => change({ rate }, "fifth-rate"),
      end: () => store.seal(),
    });
    this.element = h(
      "div",
      { class: "fifth" },
      h("div", { class: "row" }, h("label", { for: id }, t("rules-fifth")), this.#select),
      this.#field.element,
      this.#about,
      this.#rate.element,
    );
  }

  paint(): void {
    const { rule } = this.#stage.state.fifth;
    this.#select.value = rule;
    show(this.#field.element, rule === "own");
    show(this.#about, rule === "own");
    show(this.#rate.element, fifth.hasRateOf(rule));
    this.#field.paint();
    this.#rate.paint();
  }
}

function label(name: fifth.Fifth["rule"]) {
  return name === "none" ? "fifth-none" : name === "own" ? "fifth-own" : (`rule-${name}` as const);
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
