/** Chapter 3: a loss decides whose voice counts; squaring makes the farthest the loudest. */

import { Choice } from "../kit/choice.ts";
import { BigNumber, button, Readout, Slider } from "../kit/controls.ts";
import { h, s, show, write } from "../kit/dom.ts";
import { animate, ease } from "../kit/frames.ts";
import { GuessCard } from "../kit/guess.ts";
import { intervalsShape, widened, type Interval } from "../kit/intervals.ts";
import { fixed, short, signed } from "../kit/numbers.ts";
import { PointsEditor, pointsShape } from "../kit/points.ts";
import { maybe, Misshapen, number, oneOf, record, type Shape } from "../kit/shape.ts";
import type { Lesson, Stage, View } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import type { Day } from "../forecast.ts";
import { TADPOLES, type Point } from "../lesson.ts";
import {
  errorsOf,
  judgedByAll,
  LOSS_NAMES,
  perLoss,
  type Judged,
  type LossName,
  type PerLoss,
} from "../losses.ts";
import { ThreeLines } from "../pictures/three-lines.ts";
import { HIGH, LOW, TracePicture, type Drawn } from "../pictures/trace-picture.ts";
import {
  CLOSED,
  FALLEN,
  FALLING,
  ghostsShape,
  judgeGhosts,
  UNMOVED,
  type Ghosts,
} from "./loss-guess.ts";
import { forecastInPython, tadpolesInPython } from "./loss-python.ts";
import { RainPart } from "./loss-rain.ts";

interface State {
  readonly part: "tadpoles" | "rain";
  readonly points: readonly Point[];
  readonly looked: LossName;
  readonly delta: number;
  /** The w that a hand tries; null: the best of the loss looked at. */
  readonly w: number | null;
  /** Where the hand has drawn each loss. */
  readonly been: PerLoss<readonly Interval[]>;
  readonly drawn: Drawn;
  readonly guess: Ghosts;
  readonly chance: number;
  readonly day: Day;
}

const NOWHERE: State["been"] = { squared: [], huber: [], absolute: [] };
const FIRST: State = {
  part: "tadpoles",
  points: TADPOLES,
  looked: "squared",
  delta: 1,
  w: null,
  been: NOWHERE,
  drawn: "traced",
  guess: CLOSED,
  chance: 80,
  day: "sun",
};

const intervals = intervalsShape(LOW, HIGH);
const read: Shape<State> = (value) => {
  const state = record({
    part: oneOf("tadpoles", "rain"),
    points: pointsShape,
    looked: oneOf(...LOSS_NAMES),
    delta: number(0.1, 3),
    w: maybe(number(LOW, HIGH)),
    been: record({ squared: intervals, huber: intervals, absolute: intervals }),
    drawn: oneOf("traced", "whole", "all"),
    guess: ghostsShape,
    chance: number(0, 100),
    day: oneOf("rain", "sun"),
  })(value) as State;
  // No line through the origin is better than another then.
  if (state.points.every(([x]) => x === 0)) throw new Misshapen();
  return state;
};

const RULE: Readonly<Record<LossName, (delta: string) => string>> = {
  squared: () => "ℓ = e²",
  huber: (delta) => `ℓ = ½ e²,   |e| > ${delta}:  ${delta} · (|e| − ½ · ${delta})`,
  absolute: () => "ℓ = |e|",
};

const FALL = 700;

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

  /** A tadpole on its way down, from 0 to 1; null when none falls. */
  let falling: number | null = null;
  let stopFall = (): void => undefined;
  const fall = (): void => {
    stopFall();
    falling = 0;
    stopFall = animate(
      FALL,
      (u) => {
        falling = u < 1 ? ease(u) : null;
        stage.repaint();
      },
      () => {
        falling = null;
      },
    );
  };

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

  const rows = perLoss((name) => ({
    before: h("span", { class: "before" }),
    best: new Readout(`best-${name}`, 3, "best"),
  }));
  const look = new Choice<LossName>({
    name: "look",
    label: t("loss-look"),
    of: LOSS_NAMES.map((name) => ({
      value: name,
      label: t(`loss-${name}`),
      more: [
        s(
          "svg",
          { class: "sample", viewBox: "0 0 56 8", "aria-hidden": "true" },
          s("line", { class: `loss-line loss-${name}`, x1: 2, y1: 4, x2: 54, y2: 4 }),
        ),
        h("span", { class: "bests" }, "w = ", rows[name].before, rows[name].best.element),
      ],
    })),
    value: () => stage.state.looked,
    choose: (looked) => store.set({ looked }),
  });
  look.element.classList.add("losses");

  const big = new BigNumber("loss", "L", t("loss-number"), 3, () => stage.repaint());
  const rule = h("p", { class: "formula", "data-kedou": "formula" });
  const charge = h("p", { class: "charge-said", "data-kedou": "charge" });
  const share = h("p", { class: "charge-said", "data-kedou": "farthest-share" });
  const flat = h("p", { class: "charge-said", "data-kedou": "flat" });
  const whole = button("show-whole", t("loss-show-whole"), () => store.set({ drawn: "whole" }));
  const answer = (how: "done" | "shown"): void => {
    const { guess } = stage.state;
    store.set({ ...FIRST, points: FALLEN, guess: { ...guess, stage: how } });
    fall();
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
    if (falling !== null && state.points !== FALLEN) {
      stopFall();
      falling = null;
    }
    const points = falling === null ? state.points : halfway(falling);
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
    for (const name of LOSS_NAMES) {
      const { before, best } = rows[name];
      best.set(all[name].best);
      write(before, first ? `${fixed(first[name].best, 3)} → ` : "");
    }
    show(whole, state.been[looked].length > 0 && state.drawn === "traced" && !isOpen());
    guess.paint(asked, () => judgeGhosts(asked));
    look.paint();
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
    destroy: () => stopFall(),
  };
}

/** The points while the tadpole falls. */
function halfway(u: number): readonly Point[] {
  const [x, y] = TADPOLES[FALLING]!;
  return TADPOLES.map((point, i) => (i === FALLING ? [x, y * (1 - u)] : point));
}

function isAt(points: readonly Point[], where: readonly Point[]): boolean {
  return countMoved(points, where) === 0;
}

/** Whether points are the lesson's, with one or two of them moved. */
function comparable(points: readonly Point[]): boolean {
  const moved = countMoved(points, TADPOLES);
  return moved > 0 && moved <= 2;
}

function countMoved(points: readonly Point[], where: readonly Point[]): number {
  if (points.length !== where.length) return Infinity;
  return points.filter(([x, y], i) => x !== where[i]![0] || y !== where[i]![1]).length;
}

function arithmetic(
  { looked, delta, w }: State,
  errors: Float64Array,
  charges: Float64Array,
  loss: number,
): string[] {
  const count = charges.length;
  const lines = [
    `e = ${Array.from(errors, (e) => signed(e)).join(",  ")}`,
    `ℓ = ${Array.from(charges, (each) => fixed(each)).join(",  ")}`,
    `L = ${fixed(loss * count, 3)} / ${count} = ${fixed(loss, 4)}`,
  ];
  return w === null ? [...lines, t(`loss-how-${looked}`, { delta: short(delta) })] : lines;
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
