/** Chapter 9: right on what it saw is memory; right on what it did not see is learning. */

import {
  coefficients,
  evaluatePolynomial,
  freedomOf,
  predictor,
  type Polynomial,
} from "../../model/powers.ts";
import { BigNumber, button, Readout, Slider } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { GuessCard, type Guess, type Verdict } from "../kit/guess.ts";
import { bracketed, clamp, fixed, signed } from "../kit/numbers.ts";
import { PointsEditor } from "../kit/points.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t, tell } from "../kit/words.ts";
import { TADPOLES, type Point } from "../lesson.ts";
import { lossText, PowerLossesPicture, type PowerLosses } from "../pictures/power-losses.ts";
import { PowersPicture, TIMES } from "../pictures/powers-picture.ts";
import { curveOf, highestPower, kept, MOST_POWER, testedPowers, type Tested } from "../powers.ts";
import { DescentPanel } from "./train-descent.ts";
import { snippet } from "./train-python.ts";
import { ASKED, between, everything, FIRST, looked, read, seenAfter } from "./train-state.ts";
import type { Seen, State } from "./train-state.ts";

const CANON = testedPowers()(TADPOLES);
const LINE = CANON[0]!;
const CUBIC = CANON[2]!;
/** What the badge lies on, from -1 to 1. */
const CHOICES = [CUBIC, null, LINE] as const;

function judge({ value, stage }: Guess): Verdict {
  const { value: line, low, high } = predictor(LINE.whole)(ASKED);
  const values = {
    line: fixed(line, 2),
    low: fixed(low!, 2),
    high: fixed(high!, 2),
    cubic: fixed(evaluatePolynomial(CUBIC.whole, ASKED), 2),
    line_loss: lossText(LINE.whole.trainingLoss),
    cubic_loss: lossText(CUBIC.whole.trainingLoss),
    line_left: lossText(LINE.leftOut),
    cubic_left: lossText(CUBIC.leftOut),
  };
  if (stage === "shown") return { kind: "shown", text: t("train-shown", values) };
  if (value === 1) return { kind: "right", text: t("train-right", values) };
  if (value === -1) return { kind: "typical", text: t("train-typical", values) };
  return { kind: "undecided", text: t("train-undecided", values) };
}

/** The evidence that an answer brings: line and cubic, on all tadpoles. */
function answered(seen: Seen): Seen {
  const all = TADPOLES.map((_, i) => i);
  return looked(looked(seen, 1, all), 3, all);
}

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
    moveBadge: (value, how) =>
      store.set({ guess: { ...stage.state.guess, value } }, `badge-${how}`),
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
  const player = stage.addPlayer(
    "step",
    ({ points }) => points.length,
    t("train-hide"),
    (to) => {
      const { seen, power, step } = stage.state;
      return { seen: looked(seen, power, between(step, to)) };
    },
  );
  const transport = stage.dock.lastElementChild!;
  stage.dock.append(panel.controls);

  const number = new BigNumber("training", "L", t("train-number"), 3, () => stage.repaint());
  const formula = h("p", { class: "formula", "data-kedou": "formula" });
  const hiddenText = h("span");
  const hiddenError = new Readout("hidden-error", 2);
  const leftOut = new Readout("left-out", 3);
  const showAll = button("show-all", t("train-show-all"), () => {
    store.set({ seen: everything(stage.state.points) });
  });
  const tested = h(
    "div",
    { class: "tested" },
    h("p", { class: "formula" }, hiddenText, hiddenError.element),
    h("p", { class: "formula" }, t("train-loss-left-out"), leftOut.element),
  );
  const at = h("span");
  const prediction = new Readout("prediction", 2);
  const low = new Readout("interval-low", 2);
  const high = new Readout("interval-high", 2);
  const interval = h("p", { class: "formula" });
  interval.append(t("train-interval"), low.element, t("train-to"), high.element);
  const noInterval = h("p", { class: "formula" });
  const predictions = h(
    "div",
    { class: "predictions" },
    h("p", { class: "formula" }, at, prediction.element),
    interval,
    noInterval,
  );
  const note = h("p", { class: "trouble", "data-kedou": "power-note" });
  const guess = new GuessCard({
    question: t("train-question"),
    hint: t("train-hint"),
    stays: t("train-stays"),
    begin: () => {
      player.pause();
      panel.pause();
      const { seen } = stage.state;
      const mine = stage.state.points === TADPOLES ? seen : FIRST.seen;
      store.set({
        ...FIRST,
        seen: looked(looked(mine, 1, []), 3, []),
        guess: { stage: "open", value: 0 },
      });
    },
    lock: () => answer("done"),
    reveal: () => answer("shown"),
  });
  const answer = (how: "done" | "shown"): void => {
    player.pause();
    panel.pause();
    const { points, seen, guess: asked } = stage.state;
    store.set({
      ...FIRST,
      seen: answered(points === TADPOLES ? seen : FIRST.seen),
      place: ASKED,
      guess: { ...asked, stage: how },
    });
    stage.live.say(judge(stage.state.guess).text);
  };
  stage.scene.append(number.echo);
  stage.side.append(
    number.element,
    formula,
    tested,
    h("div", { class: "row" }, showAll),
    predictions,
    panel.report,
    note,
    guess.element,
  );

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
      player.pause();
      panel.pause();
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
      const asking = asked.stage === "open";
      const told = asked.stage === "done" || asked.stage === "shown";
      const fit = fitOf(state);
      const moving = !isDescent && player.shown !== step;
      const descent = isDescent ? panel.descent(state) : null;
      const c = descent ? descent.coefficientsAfter(state.taken) : coefficients(fit);
      const curve = descent
        ? curveOf(c)
        : moving
          ? mixed(test, player.shown)
          : (x: number) => evaluatePolynomial(fit, x);
      const band = isDescent || asking || place === null ? null : predicts({ fit });
      const chosen = told && !isDescent ? CHOICES[asked.value + 1]! : null;
      const isOther = chosen !== null && (chosen.power !== power || step > 0);
      const rival = told && !isDescent && step === 0 ? rivalOf(power) : null;
      const hidden = player.lit ? Math.floor(player.shown) - 1 : step - 1;
      picture.paint({
        points,
        curve,
        end: place === null || asking ? Math.max(...points.map(([x]) => x)) : TIMES[1],
        hidden: hidden < 0 ? null : hidden,
        next: player.lit ? step - 1 : null,
        place:
          place === null || asking
            ? null
            : band && !moving
              ? band(place)
              : { value: curve(place), low: null, high: null },
        band,
        other: asking
          ? of(CUBIC)
          : isDescent
            ? of(test)
            : isOther
              ? of(chosen)
              : rival && of(rival),
        otherIsGuess: isOther,
        chosen: chosen && of(chosen),
        asking: asking ? [name("line", LINE), name("cubic", CUBIC)] : null,
      });
      const highest = highestPower(points);
      losses.paint({
        losses: FIRST.seen.map((_, i) => collected(all[i], seen[i] ?? null, state)),
        power,
        highest,
      });
      show(lossesFrame, !isDescent);
      show(curveFrame, isDescent);
      show(panel.controls, isDescent);
      show(panel.report, isDescent);
      show(transport, !isDescent && !asking);
      show(tested, !isDescent && !asking);
      if (isDescent) panel.paint(state);

      const loss = descent ? descent.lossAfter(state.taken) : fit.trainingLoss;
      number.set(loss, () => arithmetic(state, curve));
      write(formula, equation(c));
      show(formula, !asking);
      const shownError = step === 0 ? null : test.errors[step - 1]!;
      write(hiddenText, step === 0 ? t("train-none-hidden") : hiddenWords(state, shownError!));
      hiddenError.set(shownError, shownError === null ? "" : signed(shownError));
      const mine = seen[power - 1]?.length ?? 0;
      const isWhole = mine === points.length;
      leftOut.set(
        isWhole ? test.leftOut : null,
        isWhole
          ? lossText(test.leftOut)
          : t("train-so-far", { seen: String(mine), all: String(points.length) }),
      );
      const begun = seen.some((each) => each !== null && each.length > 0);
      const isDone = JSON.stringify(seen) === JSON.stringify(everything(points));
      show(showAll.parentElement!, !isDescent && !asking && begun && !isDone);

      show(predictions, place !== null && !asking);
      if (place !== null) {
        write(at, t("train-at", { x: fixed(place, 1) }));
        prediction.set(curveAt(state, place));
        const given = band?.(place) ?? null;
        show(interval, given !== null && given.low !== null);
        show(noInterval, given !== null && given.low === null);
        low.set(given?.low ?? null);
        high.set(given?.high ?? null);
        if (freedomOf(fit) <= 0) write(noInterval, tell(noFreedom(fit)));
      }
      write(note, refused ? t("train-too-few") : powerNote(highest));
      refused = false;
      show(note, note.textContent !== "");
      guess.paint(asked, () => judge(asked));

      write(predict, t(place === null ? "train-predict" : "train-predict-off"));
      placeSlider.paint();
      show(placeSlider.element, place !== null);
      for (const each of ways) each.choose.setAttribute("aria-pressed", String(each.way === way));
      editor.table.paintCurve(points, (x) => curveAt(state, x));
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

  function curveAt(state: State, x: number): number {
    return predicted(state, x);
  }
}

const of =
  ({ whole }: Tested) =>
  (x: number): number =>
    evaluatePolynomial(whole, x);

/** Once the guess is answered, line and cubic lie beside each other. */
function rivalOf(power: number): Tested | null {
  return power === 1 ? CUBIC : power === 3 ? LINE : null;
}

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

function name(which: "line" | "cubic", { whole }: Tested): string {
  const loss = lossText(whole.trainingLoss);
  return which === "line" ? t("train-name-line", { loss }) : t("train-name-cubic", { loss });
}

function hiddenWords({ points, step }: State, error: number): string {
  const y = points[step - 1]![1];
  return t("train-hidden", {
    tadpole: String(step),
    y: fixed(y, 2),
    predicted: bracketed(y - error),
  });
}

function noFreedom({ count, degree }: Polynomial) {
  const values = { rows: { count }, parameters: { count: degree + 1 } };
  return { code: "solution.no-freedom", values };
}

function powerNote(highest: number): string {
  if (highest >= MOST_POWER) return "";
  const power = highest + 1;
  return t("train-needs", {
    power: String(power),
    parameters: String(power + 1),
    needed: String(power + 2),
  });
}

/** y_hat with its numbers, the highest power first. */
function equation(c: readonly number[]): string {
  if (!c.every(Number.isFinite)) return "ŷ → ∞";
  const marks = ["", "x", "x²", "x³", "x⁴"];
  let text = "";
  for (let j = c.length - 1; j >= 0; j--) {
    const size = fixed(Math.abs(c[j]!), 3);
    const sign = c[j]! < 0 ? "−" : "+";
    text +=
      text === "" ? `${sign === "−" ? "−" : ""}${size}${marks[j]}` : ` ${sign} ${size}${marks[j]}`;
  }
  return `ŷ = ${text}`;
}

function arithmetic({ points, step }: State, curve: (x: number) => number): string[] {
  const saw = points.filter((_: Point, i: number) => i !== step - 1);
  const errors = saw.map(([x, y]) => y - curve(x));
  const sum = errors.reduce((total, e) => total + e * e, 0);
  if (!Number.isFinite(sum)) return ["L → ∞"];
  return [
    `e = ${errors.map((e) => signed(e)).join(",  ")}`,
    `e² = ${errors.map((e) => fixed(e * e)).join(" + ")} = ${fixed(sum, 3)}`,
    `L = ${fixed(sum, 3)} / ${saw.length} = ${fixed(sum / saw.length, 4)}`,
  ];
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
    { seen: answered(FIRST.seen), place: ASKED, guess: { stage: "shown", value: -1 } },
    { power: 4, step: 1, seen: everything(TADPOLES) },
    { power: 3, seen: everything(TADPOLES), way: "descent", taken: 1000 },
    { power: 3, seen: everything(TADPOLES), way: "descent", scaled: true, taken: 10_220 },
  ],
  open,
};
