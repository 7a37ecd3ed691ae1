/** Chapter 4, a side trail: values forward through layers, slopes back, one edge at a time. */

import { BigNumber, button } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { GuessCard } from "../kit/guess.ts";
import { fixed } from "../kit/numbers.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { TADPOLES } from "../lesson.ts";
import { MOST_STEPS, outputs, valueAt, withValue, type Pass, type Place } from "../networks.ts";
import { NetworkDescent } from "../pictures/network-descent.ts";
import { FitPicture } from "../pictures/fit-picture.ts";
import { NetworkPicture } from "../pictures/network-picture.ts";
import { OutputLine } from "../pictures/output-line.ts";
import { Controls } from "./layers/controls.ts";
import { judge } from "./layers/judge.ts";
import { arithmetic, headingOf, lossLine, sumsOf } from "./layers/lines.ts";
import { Matrices } from "./layers/matrices.ts";
import {
  beforePinch,
  isAsked,
  layersNow,
  litOf,
  markedIn,
  movesOf,
  outputNow,
  passShown,
} from "./layers/now.ts";
import { snippet } from "./layers/python.ts";
import {
  countEdges,
  FIRST,
  last,
  PINCHED,
  REACH,
  read,
  recorded,
  stopOf,
  taken,
  W1,
  WIDER,
  widthsOf,
  type State,
} from "./layers/state.ts";
import { Sums, unitName } from "./layers/sums.ts";

function isSame(a: Place, b: Place): boolean {
  return a.layer === b.layer && a.to === b.to && a.from === b.from;
}

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  /** What the hand holds: its value when it was taken, and as the hand left it last. */
  let held: { place: Place; was: number; left: number } | null = null;
  const valueNow = (place: Place): number => valueAt(layersNow(stage.state), place);

  const picture = new NetworkPicture({
    value: (place) => shownValue(place),
    take: (place) => {
      held = { place, was: valueNow(place), left: valueNow(place) };
    },
    change: (place, value, how) => {
      player.pause();
      const { state } = stage;
      const now = valueNow(place);
      if (!held || !isSame(held.place, place) || held.left !== now) {
        held = { place, was: now, left: now };
      }
      held.left = value;
      const layers = withValue(layersNow(state), place, value);
      const step = state.run === "descent" ? 0 : state.step;
      const { layer, to, from } = place;
      store.set(
        { layers, step, trained: 0, pinch: { layer, to, from, was: held.was } },
        `${layer}-${to}-${from ?? "b"}-${how}`,
      );
      stage.live.say(
        t("layers-pinch-live", {
          value: fixed(value, 2),
          output: fixed(outputNow(stage.state), 4),
        }),
      );
    },
    changed: () => store.seal(),
    choose: (column, unit) => {
      const { chosen } = stage.state;
      const isChosen = chosen?.column === column && chosen.unit === unit;
      store.set({ chosen: isChosen ? null : { column, unit } });
    },
    nameOf: (column, unit) => unitName(widthsOf(stage.state.layers), column, unit),
    weightOf: ({ layer }) => {
      const isChain = countEdges(stage.state.layers) === 2;
      return isChain ? (layer === 0 ? "w₁ = " : "w₂ = ") : "";
    },
  });
  const line = new OutputLine({
    reach: REACH,
    guess: () => stage.state.guess.value,
    say: (value, how) => store.set({ guess: { ...stage.state.guess, value } }, `guess-${how}`),
    said: () => store.seal(),
  });
  const fit = new FitPicture((tadpole) => controls.pick(tadpole));
  const curve = new NetworkDescent(MOST_STEPS);
  stage.addPlot(picture.plot, "network");
  const lineFrame = stage.addPlot(line.plot, "output-line");
  const fitFrame = stage.addPlot(fit.plot, "fit");
  const curveFrame = stage.addPlot(curve.plot, "descent");

  const pass = button("run-pass", t("run-pass"), () => {
    player.pause();
    const { state } = stage;
    if (state.run !== "pass") store.set({ run: "pass", trained: state.step, step: 0 });
  });
  const descent = button("run-descent", t("run-descent"), () => {
    player.pause();
    const { state } = stage;
    if (state.run !== "descent") {
      store.set({ run: "descent", step: taken(state), trained: 0, pinch: null });
    }
  });
  const runs = h(
    "div",
    { class: "row runs", role: "group", "aria-label": t("runs") },
    pass,
    descent,
  );
  stage.dock.append(runs);
  const player = stage.addPlayer("step", last, t("one-step"));
  const repaint = (): void => stage.repaint();
  const number = new BigNumber("output", "ŷ", t("layers-number"), 4, repaint);
  const heading = h("p", { class: "sum-heading", "data-kedou": "stop" });
  const lines = h("div", { class: "sum-lines", "data-kedou": "formula" });
  const loss = h("p", { class: "formula", "data-kedou": "loss" });
  const guess = new GuessCard({
    question: t("layers-question"),
    hint: t("layers-hint"),
    stays: t("layers-stays"),
    begin: () => {
      player.pause();
      store.set({ ...FIRST, guess: { stage: "open", value: 0 } });
    },
    lock: () => answer("done"),
    reveal: () => answer("shown"),
  });
  const answer = (how: "done" | "shown"): void => {
    player.pause();
    const { value } = stage.state.guess;
    store.set({ ...FIRST, ...PINCHED, loose: true, guess: { stage: how, value } });
    stage.live.say(judge(stage.state.guess).text);
  };

  const controls = new Controls(stage);
  stage.side.append(
    number.element,
    h("div", { class: "sum-block" }, heading, lines),
    loss,
    controls.rate.element,
    guess.element,
    controls.networks,
    controls.activations,
  );
  /** In a wider network the guess, which is about the chain, stands last. */
  const putGuess = (isLast: boolean): void => {
    const before = isLast ? controls.activations.nextSibling : controls.networks;
    if (guess.element.nextSibling !== before) stage.side.insertBefore(guess.element, before);
  };

  const matrices = new Matrices();
  stage.extras.append(...controls.extras, matrices.element);

  /** The network in the picture; on its way from one step of descent to the next, one between. */
  let shown: Pass = passShown(stage.state, 0);
  const shownValue = ({ layer, to, from }: Place): number => {
    const { weights, bias } = shown.network.layers[layer]!;
    return from === null ? bias[to]! : weights.data[to * weights.columns + from]!;
  };

  let said = "";
  return {
    paint(state) {
      const { guess: asked } = state;
      const isGuessing = asked.stage === "open";
      const isTold = asked.stage === "done" || asked.stage === "shown";
      const isMoving = player.shown !== state.step;
      const isDescent = state.run === "descent";
      shown = passShown(state, isDescent ? player.shown : 0);
      const still = isMoving && isDescent ? passShown(state, state.step) : shown;
      const sums = new Sums(shown);
      const edgeCount = countEdges(state.layers);
      const stop = isDescent ? null : stopOf(state.step, edgeCount);
      const y = TADPOLES[state.tadpole]![1];
      const output = shown.passed.output.data[shown.row]!;
      const before = beforePinch(state);
      const was = before ? before.passed.output.data[before.row]! : output;
      const atRest = stop?.kind === "rest";

      picture.paint({
        pass: shown,
        lit: litOf(state, stop, player.shown),
        atLoss: stop?.kind === "loss",
        slopesFrom: isDescent ? 0 : Math.max(0, 2 * edgeCount + 1 - state.step),
        outputSlope: isDescent || state.step > edgeCount,
        chosen: state.chosen,
        moves: before && atRest ? movesOf(before, shown) : null,
        isLoose: (place) => !isGuessing && (state.loose || isSame(place, W1)),
        showsBias: state.loose,
        pulse: state.step === 0 && !state.loose && !isGuessing && state.pinch === null,
        y,
        loss: shown.back.loss,
      });

      const isLine = !state.all && !isDescent;
      for (const frame of [fitFrame, curveFrame]) show(frame, !isLine);
      show(lineFrame, isLine);
      stage.scene.classList.toggle("with-line", isLine);
      if (isLine) {
        line.paint({
          was,
          now: output,
          guess: isGuessing || (isTold && isAsked(state)) ? asked.value : null,
          guessing: isGuessing,
        });
      } else {
        fit.paint({
          outputs: (x) => outputs(shown.network, x),
          picked: state.tadpole,
          alone: !state.all,
        });
        const at = isDescent ? player.shown : taken(state);
        curve.paint(recorded(state).losses, at, shown.back.loss);
      }

      const finalOutput = still.passed.output.data[still.row]!;
      number.set(isMoving && isDescent ? output : finalOutput, () => arithmetic(shown));
      write(heading, headingOf(state, sums));
      const written = sumsOf(state, sums, output - was);
      fill(lines, written);
      write(loss, lossLine(shown, y));
      loss.setAttribute("data-value", String(still.back.loss));
      loss.classList.toggle("alarm", isDescent && recorded(state).diverges);

      putGuess(edgeCount > 2);
      show(runs, state.loose && !isGuessing);
      pass.setAttribute("aria-pressed", String(!isDescent));
      descent.setAttribute("aria-pressed", String(isDescent));
      controls.paint(state);
      matrices.paint(shown, markedIn(state, stop, shown), isDescent || state.step > edgeCount);
      guess.paint(asked, () => judge(asked));

      const news = `${state.run} ${state.step} ${state.trained}`;
      if (!isMoving && news !== said) {
        if (said !== "" && state.step > 0) {
          stage.live.say(
            isDescent
              ? t("layers-descent-live", {
                  step: String(state.step),
                  loss: fixed(still.back.loss, 4),
                })
              : `${headingOf(state, sums)}. ${written.join("; ")}`,
          );
        }
        said = news;
      }
    },
    snippet,
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
  };
}

function fill(element: HTMLElement, texts: readonly string[]): void {
  while (element.childElementCount > texts.length) element.lastChild!.remove();
  while (element.childElementCount < texts.length) element.append(h("p"));
  texts.forEach((text, i) => write(element.children[i]!, text));
}

export const layers: Lesson<State> = {
  name: "layers",
  title: () => t("layers-title"),
  lead: () => t("layers-lead"),
  read,
  first: FIRST,
  beats: [
    {},
    PINCHED,
    { guess: { stage: "open", value: 0 } },
    { ...PINCHED, loose: true, guess: { stage: "shown", value: 0.01 } },
    { step: 2 },
    { step: 3 },
    { step: 4 },
    { step: 5 },
    WIDER,
    { ...WIDER, step: 7 },
    { ...WIDER, step: 13 },
    { ...WIDER, run: "descent", step: 10 },
    { ...WIDER, run: "descent", step: MOST_STEPS },
  ],
  open,
};
