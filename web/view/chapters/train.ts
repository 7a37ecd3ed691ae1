/** Chapter 9: right on what it saw is memory; right on what it did not see is learning. */

import {
  coefficients,
  evaluatePolynomial,
  predictor,
  type Polynomial,
  type Prediction,
} from "../../model/powers.ts";
import { BigNumber, button, Slider } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { GuessCard } from "../kit/guess.ts";
import { clamp, signed } from "../kit/numbers.ts";
import { PointsEditor } from "../kit/points.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { TADPOLES } from "../lesson.ts";
import { lossText, PowerLossesPicture, type PowerLosses } from "../pictures/power-losses.ts";
import { PowersPicture, TIMES } from "../pictures/powers-picture.ts";
import { curveOf, highestPower, kept, MOST_POWER, testedPowers, type Tested } from "../powers.ts";
import { DescentPanel } from "./train-descent.ts";
import { answered, asking, chosenIn, CUBIC, judge, namesOfChoices } from "./train-guess.ts";
import { rivalOf, withEvidence } from "./train-guess.ts";
import { snippet } from "./train-python.ts";
import { Report } from "./train-report.ts";
import { ASKED, between, everything, FIRST, looked, read, seenAfter } from "./train-state.ts";
import type { State } from "./train-state.ts";
import { arithmetic, equation } from "./train-words.ts";

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const tests = testedPowers();
  const predicts = kept(({ fit }: { fit: Polynomial }) => predictor(fit));
  const isAsking = (): boolean => stage.state.guess.stage === "open";
  const fitOf = ({ points, power, step }: State): Polynomial => {
    const test = tests(points)[power - 1]!;
    return step === 0 ? test.whole : test.without[step - 1]!;
  };
  const predicted = (state: State, x: number): number =>
    state.way === "descent"
      ? curveOf(panel.descent(state).coefficientsAfter(state.taken))(x)
      : evaluatePolynomial(fitOf(state), x);

  const editor = new PointsEditor({
    points: () => stage.state.points,
    change: (points, how) => {
      if (isAsking()) return;
      const highest = highestPower(points);
      refused = highest < 1;
      if (refused) {
        stage.live.say(t("train-too-few"));
        return stage.repaint();
      }
      const { state } = stage;
      store.set(
        {
          points,
          power: Math.min(state.power, highest),
          step: Math.min(state.step, points.length),
          seen: seenAfter(state, points),
          guess: FIRST.guess,
        },
        how,
      );
    },
    seal: () => store.seal(),
    say: (sentence) => stage.live.say(sentence),
  });
  let refused = false;
  const choose = (asked: number, how: string | null): void => {
    if (isAsking()) return;
    const { points, step, seen, power: before } = stage.state;
    const power = clamp(asked, 1, highestPower(points));
    if (power === before) return;
    panel.pause();
    store.set({ power, seen: looked(seen, power, between(step, step)), rate: null }, how);
    stage.live.say(powerText(power));
  };
  const powerText = (power: number): string => {
    const test = tests(stage.state.points)[power - 1];
    const seen = stage.state.seen[power - 1];
    const isWhole = seen?.length === stage.state.points.length;
    return t("train-power-text", {
      power: String(power),
      training: test ? lossText(test.whole.trainingLoss) : t("train-not-yet"),
      left: test && isWhole ? lossText(test.leftOut) : t("train-not-yet"),
    });
  };

  const picture = new PowersPicture({
    moving: editor,
    place: () => stage.state.place ?? ASKED,
    movePlace: (place, how) => store.set({ place }, how),
    predicted: () => predicted(stage.state, stage.state.place ?? ASKED),
    badge: () => stage.state.guess.value,
    moveBadge: (value, how) => {
      if (isAsking()) store.set({ guess: { ...stage.state.guess, value } }, `badge-${how}`);
    },
    moved: () => store.seal(),
  });
  const losses = new PowerLossesPicture({
    most: MOST_POWER,
    power: () => stage.state.power,
    choose,
    chosen: () => store.seal(),
    text: powerText,
  });
  const panel = new DescentPanel(stage);
  stage.addPlot(picture.plot, "powers");
  const lossesFrame = stage.addPlot(losses.plot, "losses");
  const curveFrame = stage.addPlot(panel.picture.plot, "losses");
  const player = stage.addPlayer("step", ({ points }) => points.length, t("train-hide"), {
    also: (to) => {
      const { seen, power, step } = stage.state;
      return { seen: looked(seen, power, between(step, to)) };
    },
  });
  const pause = (): void => {
    player.pause();
    panel.pause();
  };
  const transport = stage.dock.lastElementChild!;
  stage.dock.append(panel.controls);

  const number = new BigNumber("training", "L", t("train-number"), 3, () => stage.repaint());
  const formula = h("p", { class: "formula", "data-kedou": "formula" });
  const report = new Report(() => store.set({ seen: everything(stage.state.points) }));
  const guess = new GuessCard({
    question: t("train-question"),
    hint: t("train-hint"),
    stays: t("train-stays"),
    begin: () => {
      pause();
      store.set(asking(stage.state));
    },
    lock: () => answer("done"),
    reveal: () => answer("shown"),
  });
  const answer = (how: "done" | "shown"): void => {
    pause();
    store.set(answered(stage.state, how));
    stage.live.say(judge(stage.state.guess).text);
  };
  stage.scene.append(number.echo);
  stage.side.append(number.element, formula, report.element, panel.report, guess.element);

  const predict = button("predict", "", () =>
    store.set({ place: stage.state.place === null ? ASKED : null }),
  );
  const placeSlider = new Slider({
    name: "place",
    label: t("train-place"),
    low: TIMES[0],
    high: TIMES[1],
    step: 0.1,
    decimals: 1,
    value: () => stage.state.place ?? ASKED,
    change: (place) => store.set({ place }, "place"),
    end: () => store.seal(),
  });
  const ways = (["exact", "descent"] as const).map((way) => ({
    way,
    choose: button(way, t(way === "exact" ? "train-exact" : "train-descent"), () => {
      pause();
      const asked = isAsking() ? { guess: FIRST.guess } : {};
      store.set({ way, step: 0, ...asked });
    }),
  }));
  stage.extras.append(
    h(
      "div",
      { class: "row", role: "group", "aria-label": t("train-way") },
      ...ways.map((each) => each.choose),
    ),
    h("div", { class: "row" }, predict),
    placeSlider.element,
    editor.table.element,
  );
  if (stage.state === FIRST) losses.pulse();

  let said = 0;
  return {
    paint(state) {
      const { points, power, step, seen, place, way, guess: asked } = state;
      const all = tests(points);
      const test = all[power - 1]!;
      const isDescent = way === "descent";
      const isOpen = asked.stage === "open";
      const fit = fitOf(state);
      const moving = !isDescent && player.shown !== step;
      const descent = isDescent ? panel.descent(state) : null;
      const c = descent ? descent.coefficientsAfter(state.taken) : coefficients(fit);
      const curve = descent ? curveOf(c) : moving ? mixed(test, player.shown) : fitted(fit);
      const isPredicting = place !== null && !isOpen;
      const band = isPredicting && !isDescent ? predicts({ fit }) : null;
      const prediction: Prediction | null = !isPredicting
        ? null
        : band && !moving
          ? band(place)
          : { value: curve(place), low: null, high: null };
      const chosen = isDescent ? null : chosenIn(asked);
      const isElsewhere = chosen !== null && (chosen.power !== power || step > 0);
      const rival = isOpen
        ? CUBIC
        : isDescent
          ? test
          : isElsewhere
            ? chosen
            : asked.stage === "closed" || step > 0
              ? null
              : rivalOf(power);
      const hidden = player.lit ? Math.floor(player.shown) - 1 : step - 1;
      picture.paint({
        points,
        curve,
        end: isPredicting ? TIMES[1] : Math.max(...points.map(([x]) => x)),
        hidden: hidden < 0 ? null : hidden,
        next: player.lit ? step - 1 : null,
        place: prediction,
        band,
        other: rival && fitted(rival.whole),
        otherIsGuess: isElsewhere,
        chosen: chosen && fitted(chosen.whole),
        asking: isOpen ? namesOfChoices() : null,
      });
      losses.paint({
        losses: FIRST.seen.map((_, i) => collected(all[i], seen[i] ?? null, state)),
        power,
        highest: highestPower(points),
      });
      show(lossesFrame, !isDescent);
      show(curveFrame, isDescent);
      show(panel.controls, isDescent);
      show(panel.report, isDescent);
      show(transport, !isDescent && !isOpen);
      if (isDescent) panel.paint(state);

      const loss = descent ? descent.lossAfter(state.taken) : fit.trainingLoss;
      number.set(loss, () => arithmetic(state, isDescent ? curve : fitted(fit)));
      write(formula, equation(c));
      show(formula, !isOpen);
      report.paint(state, { test, fit: isDescent ? null : fit, prediction, refused });
      refused = false;
      guess.paint(asked, () => judge(asked));
      write(predict, t(place === null ? "train-predict" : "train-predict-off"));
      placeSlider.paint();
      show(placeSlider.element, place !== null);
      for (const each of ways) each.choose.setAttribute("aria-pressed", String(each.way === way));
      editor.table.paintCurve(points, isDescent ? curve : fitted(fit));
      if (!moving && step !== said) {
        said = step;
        if (step > 0) {
          const e = signed(test.errors[step - 1]!);
          stage.live.say(t("train-live", { tadpole: String(step), e }));
        }
      }
    },
    snippet,
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
    destroy: () => panel.destroy(),
  };
}

const fitted =
  (polynomial: Polynomial) =>
  (x: number): number =>
    evaluatePolynomial(polynomial, x);

/** On the way from one hidden tadpole to the next, the curve lies between their two curves. */
function mixed(test: Tested, shown: number): (x: number) => number {
  const fits = [test.whole, ...test.without];
  const low = Math.floor(shown);
  const u = shown - low;
  const from = fits[low]!;
  const to = fits[Math.min(fits.length - 1, low + 1)]!;
  return (x) => (1 - u) * evaluatePolynomial(from, x) + u * evaluatePolynomial(to, x);
}

function collected(
  test: Tested | undefined,
  seen: readonly number[] | null,
  { power, step, points }: State,
): PowerLosses {
  if (!test || !seen) return { training: null, squares: [], newest: null, leftOut: null };
  const place = test.power === power ? seen.indexOf(step - 1) : -1;
  return {
    training: test.whole.trainingLoss,
    squares: seen.map((i) => test.errors[i]! ** 2),
    newest: place < 0 ? null : place,
    leftOut: seen.length === points.length ? test.leftOut : null,
  };
}

export const train: Lesson<State> = {
  name: "train",
  title: () => t("train-title"),
  lead: () => t("train-lead"),
  read,
  first: FIRST,
  beats: [
    {},
    { step: 1, seen: [[0], null, null, null] },
    { step: 7, seen: [[0, 1, 2, 3, 4, 5, 6], null, null, null] },
    { power: 3, seen: [[0, 1, 2, 3, 4, 5, 6], null, [], null] },
    { seen: [[0, 1, 2, 3, 4, 5, 6], null, [], null], guess: { stage: "open", value: 0 } },
    { seen: withEvidence(FIRST.seen), place: ASKED, guess: { stage: "shown", value: -1 } },
    { power: 4, step: 1, seen: everything(TADPOLES) },
    { power: 3, seen: everything(TADPOLES), way: "descent", taken: 1000 },
    { power: 3, seen: everything(TADPOLES), way: "descent", scaled: true, taken: 10_220 },
  ],
  open,
};
