/** Chapter 6: four runners from w = 1. Knowing the way is not enough; hold the step back. */

import { BigNumber, Slider } from "../kit/controls.ts";
import { h, put, show, write } from "../kit/dom.ts";
import { Endings } from "../kit/endings.ts";
import { GuessCard } from "../kit/guess.ts";
import { bracketed, clamp, fixed } from "../kit/numbers.ts";
import { along } from "../kit/player.ts";
import { PointsEditor } from "../kit/points.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { bowlOf } from "../lesson.ts";
import { LinePicture } from "../pictures/line-picture.ts";
import { RacePicture } from "../pictures/race-picture.ts";
import { RunnersBowl } from "../pictures/runners-bowl.ts";
import { lossWindow, rateWindow, type Window } from "../windows.ts";
import { FifthPanel } from "./rules-fifth-panel.ts";
import { judge } from "./rules-guess.ts";
import { OwnFunction } from "./rules-mine.ts";
import { raceInPython } from "./rules-python.ts";
import { at, endings, fate, recorder, sumText } from "./rules-race.ts";
import { FIRST, NAMES, NOTHING, read, STEPS, windowOf, type State } from "./rules-state.ts";

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
        ? raceInPython({ ...state, fifth: FIRST.fifth }, 0)
        : raceInPython(state, entrantsOf(state)[4]?.weights.length ?? 0),
    destroy: () => own?.destroy(),
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
  };
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
