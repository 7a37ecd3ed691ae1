/** Chapter 7: too big is as slow as too small; bigger still blows up. */

import { BigNumber, button, Slider } from "../kit/controls.ts";
import { h, show, write } from "../kit/dom.ts";
import { GuessCard, guessShape, type Guess, type Verdict } from "../kit/guess.ts";
import { bracketed, fixed } from "../kit/numbers.ts";
import { along } from "../kit/player.ts";
import { number, oneOf, record, whole, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { bowlOf, runOf, TADPOLES } from "../lesson.ts";
import { BowlPicture } from "../pictures/bowl-picture.ts";
import { LossCurves } from "../pictures/loss-curves.ts";
import { RateMap, words } from "../pictures/rate-map.ts";
import { pythonNumber, pythonPoints } from "./python.ts";

interface State {
  readonly rate: number;
  readonly step: number;
  readonly riddle: "closed" | "open" | "bouncing" | "growing";
  readonly guess: Guess;
}

const STEPS = 100;
const LOW = 0.002;
const HIGH = 0.115;
const NEAR = 0.001;
const ASKED = 0.09;
const FIRST: State = {
  rate: 0.01,
  step: 0,
  riddle: "closed",
  guess: { stage: "closed", value: 10 },
};

const read: Shape<State> = record({
  rate: number(LOW, HIGH),
  step: whole(0, STEPS),
  riddle: oneOf("closed", "open", "bouncing", "growing"),
  guess: guessShape(1, 300),
}) as Shape<State>;

const BOWL = bowlOf(TADPOLES);
const CURVATURE = 2 * BOWL.a;
const LIMIT = 2 / CURVATURE;
const FOLD = 1 / CURVATURE;
/** The rates shown for comparison; 0.09 runs along with 0.01, so they share a label. */
const OTHERS = [
  { rate: 0.01, label: "0.01, 0.09", at: 4 },
  { rate: 0.05, label: "", at: 1 },
  { rate: 0.09, label: "", at: 4 },
  { rate: 0.11, label: "0.11", at: 8 },
];

/** Steps from 0 to within 0.001 of the best w; null where it never gets there. */
function needed(rate: number): number | null {
  const factor = Math.abs(1 - rate * CURVATURE);
  if (factor >= 1) return null;
  if (factor === 0) return 1;
  const steps = Math.log(NEAR / Math.abs(BOWL.best)) / Math.log(factor);
  return Math.max(1, Math.ceil(steps - 1e-9));
}

function judge({ value, stage }: Guess): Verdict {
  const values = { steps: String(value), truth: String(needed(ASKED)) };
  if (stage === "shown") return { kind: "shown", text: t("rate-shown", values) };
  if (value >= 27 && value <= 35) return { kind: "right", text: t("rate-right", values) };
  if (value >= 2 && value <= 5) return { kind: "typical", text: t("rate-typical", values) };
  return value < 27
    ? { kind: "few", text: t("rate-few", values) }
    : { kind: "many", text: t("rate-many", values) };
}

function recorder(): (rate: number) => { run: readonly number[]; losses: readonly number[] } {
  let key = Number.NaN;
  let kept = { run: [] as readonly number[], losses: [] as readonly number[] };
  return (rate) => {
    if (rate !== key) {
      key = rate;
      const run = runOf("gradient-descent", BOWL, 0, rate, STEPS);
      kept = { run, losses: run.map((w) => BOWL.height(w)) };
    }
    return kept;
  };
}

function open(stage: Stage<State>): View<State> {
  const { store } = stage;
  const recorded = recorder();
  const map = new RateMap({
    low: LOW,
    high: HIGH,
    limit: LIMIT,
    fold: FOLD,
    needed,
    rate: () => stage.state.rate,
    change: (rate, how) => {
      player.pause();
      store.set({ rate }, how);
    },
    ghostRate: ASKED,
    ghost: () => stage.state.guess.value,
    changeGhost: (value, how) =>
      store.set({ guess: { ...stage.state.guess, value } }, `ghost-${how}`),
    moved: () => store.seal(),
  });
  const bowl = new BowlPicture({ x: [-0.4, 2], y: [0, 8] });
  const curves = new LossCurves(
    OTHERS.map(({ rate, label, at }) => ({
      label,
      at,
      losses: runOf("gradient-descent", BOWL, 0, rate, STEPS).map((w) => BOWL.height(w)),
    })),
  );
  stage.addPlot(map.plot, "map");
  stage.addPlot(bowl.plot, "bowl");
  stage.addPlot(curves.plot, "curves");
  const player = stage.addPlayer("step", () => STEPS, t("one-step"));
  player.speed = 4;
  const big = new BigNumber("steps-needed", "n", t("rate-number"), 0, () => stage.repaint());
  const formula = h("p", { class: "formula", "data-kedou": "formula" });
  const loss = h("p", { class: "formula", "data-kedou": "loss" });
  const guess = new GuessCard({
    question: t("rate-question"),
    hint: t("rate-hint"),
    stays: t("rate-stays"),
    begin: () => {
      player.pause();
      store.set({ ...FIRST, guess: { stage: "open", value: 10 } });
    },
    lock: () => {
      store.set({ ...FIRST, rate: ASKED, guess: { ...stage.state.guess, stage: "done" } });
      stage.live.say(judge(stage.state.guess).text);
    },
    reveal: () => {
      store.set({ ...FIRST, rate: ASKED, guess: { ...stage.state.guess, stage: "shown" } });
      stage.live.say(judge(stage.state.guess).text);
    },
  });
  const breakIt = button("break-it", t("break-it"), () => {
    store.set({ rate: 0.11, step: 0, riddle: "closed" });
    player.play();
  });
  const ask = button("riddle", t("riddle"), () => {
    player.pause();
    store.set({ rate: 0.1, step: 0, riddle: "open" });
  });
  const answer = (riddle: "bouncing" | "growing"): void => {
    store.set({ rate: 0.1, step: STEPS, riddle });
    stage.live.say(t(riddle === "growing" ? "riddle-right" : "riddle-wrong"));
  };
  const bouncing = button("riddle-bouncing", t("riddle-bouncing"), () => answer("bouncing"));
  const growing = button("riddle-growing", t("riddle-growing"), () => answer("growing"));
  const said = h("p", { "data-kedou": "riddle-verdict" });
  const riddle = h(
    "section",
    { class: "guess", "aria-label": t("riddle") },
    h("p", { class: "question" }, t("riddle-question")),
    h("div", { class: "row" }, bouncing, growing),
    said,
  );
  const after = h("div", { class: "row" }, breakIt, ask);
  stage.scene.append(big.echo);
  stage.side.append(big.element, formula, loss, guess.element, after, riddle);
  const slider = new Slider({
    name: "rate",
    label: t("learning-rate"),
    low: LOW,
    high: HIGH,
    step: 0.0001,
    decimals: 6,
    value: () => stage.state.rate,
    change: (rate) => store.set({ rate }, "rate"),
    end: () => store.seal(),
  });
  stage.extras.append(slider.element);

  let told = "";
  return {
    paint(state) {
      const { rate, step, guess: asked } = state;
      const { run, losses } = recorded(rate);
      const w = along(run, player.shown);
      const moving = player.shown !== step;
      const from = moving ? Math.floor(Math.min(player.shown, step)) : step;
      const guessing = asked.stage === "open";
      const isTold = asked.stage === "done" || asked.stage === "shown";
      const steps = guessing ? 30 : needed(rate);
      map.paint(guessing, isTold);
      bowl.paint({
        bowl: BOWL,
        w,
        next: run[from + 1] ?? null,
        path: run.slice(0, Math.min(from, 40) + 1),
        lit: player.lit,
      });
      curves.paint(losses, player.shown, moving ? BOWL.height(w) : losses[step]!);
      big.set(
        steps,
        () => [
          `|1 − ${rate} · ${fixed(CURVATURE, 4)}| = ${fixed(Math.abs(1 - rate * CURVATURE), 5)}`,
          steps === null
            ? t("rate-never")
            : `${fixed(BOWL.best, 4)} · ${fixed(Math.abs(1 - rate * CURVATURE), 5)}^${steps} ≤ ${NEAR}`,
        ],
        steps === null ? t("never") : undefined,
      );
      const next = run[from + 1];
      write(
        formula,
        next === undefined
          ? `w = ${fixed(run[from]!, 4)}`
          : `${fixed(run[from]!, 4)} − ${rate} · ${bracketed(BOWL.slope(run[from]!))} = ${fixed(next, 4)}`,
      );
      write(loss, `L = ${fixed(moving ? BOWL.height(w) : losses[step]!, 3)}`);
      loss.setAttribute("data-value", String(losses[step]!));
      loss.classList.toggle("alarm", rate > LIMIT);
      guess.paint(asked, () => judge(asked));
      show(after, isTold);
      show(riddle, state.riddle !== "closed");
      show(bouncing, state.riddle === "open");
      show(growing, state.riddle === "open");
      show(said, state.riddle === "bouncing" || state.riddle === "growing");
      write(said, t(state.riddle === "growing" ? "riddle-right" : "riddle-wrong"));
      slider.paint();
      const news = t("rate-text", { rate: String(rate), steps: words(steps) });
      if (news !== told) {
        told = news;
        stage.live.say(news);
      }
    },
    snippet,
    solved: (state) => state.guess.stage === "done" && judge(state.guess).kind === "right",
  };
}

function snippet({ rate, step }: State): string {
  return `import numpy as np

${pythonPoints(TADPOLES)}
learning_rate = ${pythonNumber(rate)}
best = np.mean(x * y) / np.mean(x * x)


def descend(w):
    return w + learning_rate * 2 * np.mean(x * (y - w * x))


w = 0.0
for step in range(${step}):
    w = descend(w)
print("loss", np.mean((y - w * x) ** 2))

w, steps = 0.0, 0
while ${NEAR} < abs(w - best) < 1e6 and steps < 100_000:
    w, steps = descend(w), steps + 1
print("steps-needed", steps if abs(w - best) <= ${NEAR} else None)
`;
}

export const learningRate: Lesson<State> = {
  name: "learning-rate",
  title: () => t("rate-title"),
  lead: () => t("rate-lead"),
  read,
  first: FIRST,
  beats: [
    {},
    { guess: { stage: "open", value: 10 } },
    { rate: 0.09, step: 10, guess: { stage: "shown", value: 3 } },
    { rate: 0.049979, step: 1, guess: { stage: "shown", value: 3 } },
    { rate: 0.11, step: 10, guess: { stage: "shown", value: 3 } },
    { rate: 0.1, riddle: "open", guess: { stage: "shown", value: 3 } },
    { rate: 0.1, step: 100, riddle: "growing", guess: { stage: "shown", value: 3 } },
  ],
  open,
};
