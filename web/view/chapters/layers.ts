/** Chapter 4, a side trail: values forward through layers, slopes back, one edge at a time. */

import { BigNumber, button, Slider } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { GuessCard } from "../kit/guess.ts";
import { fixed } from "../kit/numbers.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { TADPOLES } from "../lesson.ts";
import {
  ACTIVATIONS,
  between,
  CHAIN,
  hiddenOf,
  MOST_STEPS,
  MOST_UNITS,
  networkOf,
  numbersOf,
  outputs,
  passOf,
  randomised,
  resized,
  valueAt,
  withValue,
  type LayerNumbers,
  type Pass,
  type Place,
} from "../networks.ts";
import { DescentCurve } from "../pictures/descent-curve.ts";
import { FitPicture } from "../pictures/fit-picture.ts";
import { NetworkPicture, type Lit } from "../pictures/network-picture.ts";
import { OutputLine } from "../pictures/output-line.ts";
import { judge } from "./layers/judge.ts";
import { Matrices, type Marked } from "./layers/matrices.ts";
import { snippet } from "./layers/python.ts";
import {
  countEdges,
  FIRST,
  last,
  PINCHED,
  RATES,
  REACH,
  read,
  recorded,
  rowsOf,
  stopOf,
  taken,
  W1,
  WIDER,
  widthsOf,
  type State,
} from "./layers/state.ts";
import { arithmetic, lossLine, Sums, unitName } from "./layers/sums.ts";

function isSame(a: Place, b: Place): boolean {
  return a.layer === b.layer && a.to === b.to && a.from === b.from;
}

/** The numbers of the network on screen: those of the state, or what descent has made of them. */
function layersNow(state: State): readonly LayerNumbers[] {
  const steps = taken(state);
  return steps === 0 ? state.layers : numbersOf(recorded(state).networks[steps]!);
}

/** Whether this is the chain that the guess is about, whatever its first weight is now. */
function isAsked({ layers, tadpole, all, run, pinch }: State): boolean {
  const before = pinch ? withValue(layers, pinch, pinch.was) : layers;
  return (
    tadpole === FIRST.tadpole &&
    !all &&
    run === "pass" &&
    JSON.stringify(before) === JSON.stringify(CHAIN)
  );
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
  const pick = (tadpole: number): void => store.set({ tadpole, pinch: null });
  const fit = new FitPicture(pick);
  const curve = new DescentCurve(MOST_STEPS);
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

  const wider = button("wider", t("layers-wider"), () => {
    player.pause();
    store.set(WIDER);
  });
  const chain = button("chain", t("layers-chain"), () => {
    player.pause();
    store.set({ ...FIRST, loose: true, guess: stage.state.guess });
  });
  const all = button("all-tadpoles", t("layers-all"), () => {
    player.pause();
    const { state } = stage;
    store.set({ all: !state.all, layers: layersNow(state), step: 0, trained: 0, pinch: null });
  });
  const choices = h("div", { class: "activations" });
  const rate = new Slider({
    name: "rate",
    label: t("learning-rate"),
    low: RATES[0],
    high: RATES[1],
    step: 0.001,
    decimals: 4,
    log: true,
    value: () => stage.state.rate,
    change: (value) => {
      const { state } = stage;
      const end = last({ ...state, rate: value });
      const step = state.run === "descent" ? Math.min(state.step, end) : state.step;
      store.set({ rate: value, step }, "rate");
    },
    end: () => store.seal(),
  });
  const parts = h("div", { class: "row" }, wider, all, chain);
  stage.side.append(
    number.element,
    h("div", { class: "sum-block" }, heading, lines),
    loss,
    rate.element,
    guess.element,
    parts,
    choices,
  );
  /** In a wider network the guess, which is about the chain, stands last. */
  const putGuess = (isLast: boolean): void => {
    const before = isLast ? choices.nextSibling : parts;
    if (guess.element.nextSibling !== before) stage.side.insertBefore(guess.element, before);
  };

  const free = button("free", t("layers-free"), () => store.set({ loose: !stage.state.loose }));
  const random = button("random-weights", t("layers-random"), () => {
    player.pause();
    store.set({
      layers: randomised(stage.state.layers),
      step: 0,
      trained: 0,
      pinch: null,
      loose: true,
    });
  });
  const width = (which: 0 | 1): Slider =>
    new Slider({
      name: `hidden-${which + 1}`,
      label: t(which === 0 ? "layers-hidden-1" : "layers-hidden-2"),
      low: which === 0 ? 1 : 0,
      high: MOST_UNITS,
      step: 1,
      decimals: 0,
      value: () => hiddenOf(stage.state.layers)[which] ?? 0,
      change: (value) => {
        player.pause();
        const hidden = [...hiddenOf(stage.state.layers)];
        hidden[which] = Math.round(value);
        store.set(
          {
            layers: resized(
              layersNow(stage.state),
              hidden.filter((units) => units > 0),
            ),
            step: 0,
            trained: 0,
            chosen: null,
            pinch: null,
            loose: true,
          },
          `hidden-${which}`,
        );
      },
      end: () => store.seal(),
    });
  const tadpole = new Slider({
    name: "tadpole",
    label: t("layers-tadpole"),
    low: 1,
    high: TADPOLES.length,
    step: 1,
    decimals: 0,
    value: () => stage.state.tadpole + 1,
    change: (value) => {
      player.pause();
      store.set({ tadpole: Math.round(value) - 1, pinch: null }, "tadpole");
    },
    end: () => store.seal(),
  });
  const sliders = [width(0), width(1), tadpole];
  const matrices = new Matrices();
  stage.extras.append(
    h("div", { class: "row" }, free, random),
    ...sliders.map((each) => each.element),
    matrices.element,
  );

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
      write(heading, stop ? headingOf(state, sums) : t("station-update"));
      const written = sumsOf(state, sums, output - was);
      fill(lines, written);
      write(loss, lossLine(shown, y));
      loss.setAttribute("data-value", String(still.back.loss));
      loss.classList.toggle("alarm", isDescent && recorded(state).diverges);

      const isFresh = atRest && !state.loose && state.pinch === null;
      const isChain = edgeCount === 2;
      putGuess(!isChain);
      show(runs, state.loose && !isGuessing);
      show(wider, !isFresh && !isGuessing && isChain);
      show(chain, !isChain);
      show(all, state.loose);
      pass.setAttribute("aria-pressed", String(!isDescent));
      descent.setAttribute("aria-pressed", String(isDescent));
      all.setAttribute("aria-pressed", String(state.all));
      free.setAttribute("aria-pressed", String(state.loose));
      show(rate.element, isDescent);
      rate.paint();
      paintChoices(choices, state, (layers) => {
        player.pause();
        store.set({ layers, step: 0, trained: 0, pinch: null });
      });
      show(choices, state.loose);
      for (const each of sliders) each.paint();
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

/** The pass of a state; during a step of descent, of a network on its way. */
function passShown(state: State, shown: number): Pass {
  const { points, row } = rowsOf(state);
  if (state.run === "pass") return passOf(networkOf(layersNow(state)), points, row);
  const { networks } = recorded(state);
  const from = Math.min(Math.floor(shown), networks.length - 1);
  const next = networks[from + 1] ?? networks[from]!;
  return passOf(between(networks[from]!, next, shown - from), points, row);
}

function outputNow(state: State): number {
  const { passed, row } = passShown(state, state.step);
  return passed.output.data[row]!;
}

/** The pass before the pinch; null where nothing is pinched. */
function beforePinch(state: State): Pass | null {
  const { pinch, layers, run, trained } = state;
  if (!pinch || run === "descent" || trained > 0) return null;
  if (valueAt(layers, pinch) === pinch.was) return null;
  const { points, row } = rowsOf(state);
  return passOf(networkOf(withValue(layers, pinch, pinch.was)), points, row);
}

function movesOf(before: Pass, now: Pass): readonly (readonly number[])[] {
  return now.passed.activations.map((matrix, c) => {
    const old = before.passed.activations[c]!;
    return Array.from(
      { length: matrix.columns },
      (_, i) =>
        matrix.data[now.row * matrix.columns + i]! - old.data[before.row * old.columns + i]!,
    );
  });
}

type Where = ReturnType<typeof stopOf> | null;

function litOf(state: State, stop: Where, shown: number): Lit | null {
  if (stop?.kind !== "forward" && stop?.kind !== "backward") return null;
  const along = shown >= state.step ? 1 : Math.max(0, shown - (state.step - 1));
  return { edge: stop.edge, backward: stop.kind === "backward", along };
}

function headingOf(state: State, sums: Sums): string {
  const stop = stopOf(state.step, countEdges(state.layers));
  if (stop.kind === "rest" && state.pinch && beforePinch(state)) return t("layers-pinch");
  return sums.heading(stop);
}

/** The sums beside the picture: of the edge in the light, a pinch, or a unit that was tapped. */
function sumsOf(state: State, sums: Sums, moved: number): string[] {
  const { chosen, pinch } = state;
  const output = state.layers.length;
  if (state.run === "descent") {
    const { networks, diverges } = recorded(state);
    const column = chosen && chosen.column > 0 ? chosen.column : 1;
    const unit = chosen && chosen.column > 0 ? chosen.unit : 0;
    const network = networks[Math.min(state.step, networks.length - 1)]!;
    const layers = numbersOf(network);
    const places: Place[] = [
      ...layers[column - 1]!.weights[unit]!.map((_, from) => ({
        layer: column - 1,
        to: unit,
        from,
      })),
      { layer: column - 1, to: unit, from: null },
    ];
    return [
      ...(diverges ? [t("layers-diverges")] : []),
      ...places.flatMap((place) => sums.update(place, valueAt(layers, place), state.rate)),
      t("layers-together", { n: String(countNumbers(layers)) }),
    ];
  }
  const stop = stopOf(state.step, countEdges(state.layers));
  if (stop.kind === "forward") return sums.forward(stop.edge);
  if (stop.kind === "backward") return sums.backward(stop.edge);
  if (stop.kind === "loss") return sums.loss(TADPOLES[state.tadpole]![1]);
  if (pinch && beforePinch(state) && !chosen) {
    return sums.pinch(pinch, valueAt(state.layers, pinch), moved);
  }
  return chosen ? sums.unit(chosen.column, chosen.unit) : sums.unit(output, 0);
}

function countNumbers(layers: readonly LayerNumbers[]): number {
  return layers.reduce((sum, { weights, bias }) => sum + weights.flat().length + bias.length, 0);
}

/** The element of the matrices that belongs to what is in the light. */
function markedIn(state: State, stop: Where, { edges }: Pass): Marked | null {
  if (stop?.kind === "forward" || stop?.kind === "backward") return edges[stop.edge]!;
  const { pinch } = state;
  if (pinch && pinch.from !== null) return { ...pinch, from: pinch.from };
  return null;
}

function fill(element: HTMLElement, texts: readonly string[]): void {
  while (element.childElementCount > texts.length) element.lastChild!.remove();
  while (element.childElementCount < texts.length) element.append(h("p"));
  texts.forEach((text, i) => write(element.children[i]!, text));
}

/** One choice of activation for each layer that has one. */
function paintChoices(
  element: HTMLElement,
  state: State,
  choose: (layers: readonly LayerNumbers[]) => void,
): void {
  const { layers } = state;
  if (element.childElementCount !== layers.length + 1) {
    const rows = layers.map((_, l) => {
      const isOutput = l === layers.length - 1;
      const name = isOutput ? t("layer-output") : t("layers-hidden", { n: String(l + 1) });
      const select = h(
        "select",
        { class: "field wide-field", "data-kedou": `activation-${l + 1}` },
        ...ACTIVATIONS.map((each) => h("option", { value: each }, t(`activation-${each}`))),
      );
      return h("label", { class: "activation" }, h("span", {}, name), select);
    });
    element.replaceChildren(h("p", { class: "label" }, t("layers-activation")), ...rows);
  }
  layers.forEach(({ activation }, l) => {
    const select = element.children[l + 1]!.querySelector("select")!;
    select.value = activation;
    select.onchange = () => {
      const chosen = ACTIVATIONS.find((each) => each === select.value)!;
      const now = layersNow(state);
      choose(now.map((each, i) => (i === l ? { ...each, activation: chosen } : each)));
    };
  });
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
