/** Chapter 3: a loss decides whose voice counts; squaring makes the farthest the loudest. */

import { Choice } from "../kit/choice.ts";
import { BigNumber, button, Slider } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { GuessCard } from "../kit/guess.ts";
import { widened } from "../kit/intervals.ts";
import { fixed, short } from "../kit/numbers.ts";
import { PointsEditor } from "../kit/points.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { TADPOLES, type Point } from "../lesson.ts";
import { errorsOf, judgedByAll, perLoss, type Judged, type PerLoss } from "../losses.ts";
import { ThreeLines } from "../pictures/three-lines.ts";
import { HIGH, LOW, TracePicture, type Drawn } from "../pictures/trace-picture.ts";
import { comparable, Fall, isAt } from "./loss-fall.ts";
import { FALLEN, FALLING, judgeGhosts, UNMOVED } from "./loss-guess.ts";
import { Looks } from "./loss-look.ts";
import { forecastInPython, tadpolesInPython } from "./loss-python.ts";
import { RainPart } from "./loss-rain.ts";
import { FIRST, NOWHERE, read, type State } from "./loss-state.ts";
import { arithmetic, RULE } from "./loss-sums.ts";

/** The losses over the points of a state, kept as long as those stay the same. */
function recorder(): (points: readonly Point[], delta: number) => PerLoss<Judged> {
  let last: { points: readonly Point[]; delta: number; judged: PerLoss<Judged> } | null = null;
  return (points, delta) => {
    if (last?.points !== points || last.delta !== delta) {
      last = { points, delta, judged: judgedByAll(points, delta) };
    }
    return last.judged;
  };
}

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const lossesOf = recorder();
  const losses = (): PerLoss<Judged> => lossesOf(stage.state.points, stage.state.delta);
  const shownW = (): number => stage.state.w ?? losses()[stage.state.looked].best;
  const isOpen = (): boolean => stage.state.guess.stage === "open";

  const fall = new Fall(() => stage.repaint());
  const editor = new PointsEditor({
    points: () => stage.state.points,
    change: (points, how) => {
      if (!isOpen()) store.set({ points, w: null }, how);
    },
    seal: () => store.seal(),
    say: (sentence) => {
      const best = losses();
      const values = perLoss((name) => fixed(best[name].best, 3));
      stage.live.say(`${sentence}. ${t("loss-live", { ...values })}`);
    },
  });
  const lines = new ThreeLines({
    moving: editor,
    ghost: (name) => stage.state.guess[name],
    moveGhost: (name, w, how) =>
      store.set({ guess: { ...stage.state.guess, [name]: w } }, `ghost-${name}-${how}`),
    moved: () => store.seal(),
  });
  const trace = new TracePicture({
    w: shownW,
    roll: (w, how) => {
      const { been, looked } = stage.state;
      const way = widened(been[looked], Math.max(LOW, Math.min(HIGH, shownW())), w);
      store.set({ w, been: { ...been, [looked]: way } }, `ball-${how}`);
      const loss = losses()[looked].height(w);
      stage.live.say(t("ball-text", { w: fixed(w, 3), loss: fixed(loss, 3) }));
    },
    rolled: () => store.seal(),
  });
  const rain = new RainPart({
    forecast: () => stage.state,
    change: (forecast, how) => store.set(forecast, how),
    seal: () => store.seal(),
  });
  const frames = {
    line: stage.addPlot(lines.line.plot, "line"),
    bowl: stage.addPlot(trace.plot, "bowl"),
    rain: stage.addPlot(rain.picture.plot, "rain"),
  };

  const part = new Choice<State["part"]>({
    name: "part",
    label: t("loss-part"),
    of: [
      { value: "tadpoles", label: t("loss-part-tadpoles") },
      { value: "rain", label: t("loss-part-rain") },
    ],
    value: () => stage.state.part,
    choose: (chosen) => store.set({ part: chosen }),
  });
  part.element.classList.add("parts");
  stage.lead.after(part.element);

  const look = new Looks(
    () => stage.state.looked,
    (looked) => store.set({ looked }),
  );
  const big = new BigNumber("loss", "L", t("loss-number"), 3, () => stage.repaint());
  const rule = h("p", { class: "formula", "data-kedou": "formula" });
  const charge = h("p", { class: "charge-said", "data-kedou": "charge" });
  const share = h("p", { class: "charge-said", "data-kedou": "farthest-share" });
  const flat = h("p", { class: "charge-said", "data-kedou": "flat" });
  const whole = button("show-whole", t("loss-show-whole"), () => store.set({ drawn: "whole" }));
  const answer = (how: "done" | "shown"): void => {
    const { guess } = stage.state;
    store.set({ ...FIRST, points: FALLEN, guess: { ...guess, stage: how } });
    fall.start();
    stage.live.say(judgeGhosts(stage.state.guess).text);
  };
  const guess = new GuessCard({
    question: t("loss-question"),
    hint: t("loss-hint"),
    lockLabel: t("loss-lock"),
    stays: t("loss-stays"),
    begin: () => store.set({ ...FIRST, guess: { ...UNMOVED, stage: "open" } }),
    lock: () => answer("done"),
    reveal: () => answer("shown"),
  });
  stage.scene.append(big.echo);
  const side = h(
    "div",
    { class: "loss-side" },
    big.element,
    h("div", { class: "charges" }, rule, charge, share, flat),
    whole,
    guess.element,
  );
  stage.side.append(side, rain.side);
  stage.dock.append(look.element, rain.dock);

  const drawn = new Choice<Drawn>({
    name: "drawn",
    label: t("loss-drawn"),
    of: (["traced", "whole", "all"] as const).map((value) => ({
      value,
      label: t(`loss-drawn-${value}`),
    })),
    value: () => stage.state.drawn,
    choose: (value) => store.set({ drawn: value }),
  });
  const delta = new Slider({
    name: "delta",
    label: t("loss-delta"),
    low: 0.1,
    high: 3,
    step: 0.05,
    decimals: 2,
    value: () => stage.state.delta,
    change: (value) => {
      if (!isOpen()) store.set({ delta: value }, "delta");
    },
    end: () => store.seal(),
  });
  const extras = h(
    "div",
    { class: "loss-extras" },
    drawn.element,
    delta.element,
    editor.table.element,
  );
  stage.extras.append(extras, rain.extras);

  const paintTadpoles = (state: State): void => {
    const { looked, guess: asked } = state;
    if (state.points !== FALLEN) fall.stop();
    const points = fall.points() ?? state.points;
    const all = lossesOf(points, state.delta);
    const now = all[looked];
    const w = state.w ?? now.best;
    const errors = errorsOf(points, w);
    const charges = now.charges(w);
    const loss = now.height(w);
    const told = asked.stage === "done" || asked.stage === "shown";
    lines.paint({
      points,
      best: perLoss((name) => all[name].best),
      looked,
      delta: state.delta,
      w,
      tried: state.w !== null,
      errors,
      charges,
      guess: isOpen() ? "open" : told && isAt(points, FALLEN) ? "told" : "none",
      ringed: isAt(points, TADPOLES) && !isOpen() ? FALLING : null,
      fall: isOpen() ? [TADPOLES[FALLING]!, FALLEN[FALLING]!] : null,
    });
    trace.paint({
      losses: all,
      looked,
      w,
      been: state.been[looked],
      drawn: state.drawn,
      guessing: isOpen(),
    });
    big.set(loss, () => arithmetic(state, errors, charges, loss));
    const size = short(state.delta);
    write(rule, RULE[looked](size));
    write(charge, t(`loss-charge-${looked}`, { delta: size }));
    const sum = charges.reduce((a, each) => a + each, 0);
    show(share, sum > 0);
    if (sum > 0) {
      const most = Math.max(...charges) / sum;
      write(share, t("loss-share", { share: fixed(100 * most, 0) }));
      share.setAttribute("data-value", String(most));
    }
    const { low, high } = now.floor;
    show(flat, high - low > 1e-9);
    write(flat, t("loss-flat", { low: fixed(low, 3), high: fixed(high, 3) }));
    const first = comparable(points) ? lossesOfTadpoles(state.delta) : null;
    look.paint(all, first);
    show(whole, state.been[looked].length > 0 && state.drawn === "traced" && !isOpen());
    guess.paint(asked, () => judgeGhosts(asked));
    drawn.paint();
    delta.paint();
    editor.table.paint(state.points, w, 0, { name: "ℓ", of: charges });
  };
  const lossesOfTadpoles = ((): ((delta: number) => PerLoss<Judged>) => {
    const kept = recorder();
    return (size) => kept(TADPOLES, size);
  })();

  return {
    paint(state) {
      const isRain = state.part === "rain";
      for (const each of [frames.line, frames.bowl, side, extras, look.element, big.echo]) {
        show(each, !isRain);
      }
      show(frames.rain, isRain);
      rain.show(isRain);
      write(stage.lead, t(isRain ? "loss-rain-lead" : "loss-lead"));
      part.paint();
      if (isRain) rain.paint(state);
      else paintTadpoles(state);
    },
    snippet: (state) =>
      state.part === "rain"
        ? forecastInPython(state.chance, state.day === "rain")
        : tadpolesInPython(state.points, state.looked, state.delta, state.w),
    solved: ({ guess: asked }) => asked.stage === "done" && judgeGhosts(asked).kind === "right",
    destroy: () => fall.stop(),
  };
}

export const loss: Lesson<State> = {
  name: "loss",
  title: () => t("loss-title"),
  lead: () => t("loss-lead"),
  read,
  first: FIRST,
  beats: [
    {},
    { guess: { ...UNMOVED, stage: "open" } },
    { points: FALLEN, guess: { ...UNMOVED, stage: "shown" } },
    { points: FALLEN, looked: "huber", guess: { ...UNMOVED, stage: "shown" } },
    { points: FALLEN, looked: "absolute", guess: { ...UNMOVED, stage: "shown" } },
    { w: 0.4, been: { ...NOWHERE, squared: [[0.4, 0.796]] } },
    { w: 0.4, been: { ...NOWHERE, squared: [[0.4, 0.796]] }, drawn: "whole" },
    { drawn: "all" },
    { part: "rain" },
    { part: "rain", chance: 5 },
  ],
  open,
};
