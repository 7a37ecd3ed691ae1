/** The four pictures of one state: the plane, the line, the loss, and the surface if wanted. */

import { clamp, fixed, short, snap } from "../kit/numbers.ts";
import { stepsWithin } from "../kit/outcome.ts";
import { along, type Player } from "../kit/player.ts";
import type { PointsEditor } from "../kit/points.ts";
import type { Stage } from "../kit/stage.ts";
import { t } from "../kit/words.ts";
import { lossOf } from "../lesson.ts";
import { LinePicture } from "../pictures/line-picture.ts";
import { LossSteps } from "../pictures/loss-steps.ts";
import { PlanePicture } from "../pictures/plane-picture.ts";
import { SurfacePicture } from "../pictures/surface-picture.ts";
import type { Runner } from "../pictures/track-legend.ts";
import type { Rival } from "../pictures/track-lines.ts";
import {
  B_REACH,
  HEIGHT,
  isUntold,
  LETTERS,
  QUESTION,
  TURN,
  UNDRAWN,
  W_REACH,
  type State,
  type Theta,
} from "./state.ts";
import { fromPicture, toPicture, type Track, type Tracks } from "./tracks.ts";
import { reachIn, windowOf, type Window } from "./window.ts";

export type Change = (patch: Partial<State>, how?: string | null) => void;

export class Pictures {
  readonly plane: PlanePicture;
  readonly line: LinePicture;
  readonly loss = new LossSteps();
  readonly surface: SurfacePicture;
  /** Where the plane is, for the number inside the picture. */
  readonly frame: HTMLElement;
  #stage: Stage<State>;
  #runs: (state: State) => Tracks;
  #surfaceFrame: HTMLElement;
  #window: Window = windowOf(false, []);

  constructor(
    stage: Stage<State>,
    runs: (state: State) => Tracks,
    change: Change,
    editor: PointsEditor,
    player: () => Player,
  ) {
    this.#stage = stage;
    this.#runs = runs;
    const end = (): void => {
      stage.store.seal();
      stage.repaint();
    };
    const state = (): State => stage.state;
    this.plane = new PlanePicture(
      {
        name: "start",
        label: t("gradient-start"),
        kind: "ink",
        radius: 6,
        step: 0.05,
        at: () => toPicture(runs(state()).plane, state().start),
        reach: () => reachIn(this.#window),
        text: () => startText(state()),
        change: (x, y, how) => {
          player().pause();
          change({ start: this.#startAt(x, y), step: 0 }, `start-${how}`);
        },
        end,
      },
      {
        name: "guess-tip",
        label: t("gradient-tip"),
        kind: "guess",
        step: 0.02,
        at: () => toPicture(runs(state()).plane, state().guess.value),
        reach: () => reachIn(this.#window),
        text: () => placeText(state().guess.value),
        change: (x, y, how) => {
          const [w, b] = fromPicture(runs(state()).plane, x, y);
          const value: Theta = [snap(w, 0.001), snap(b, 0.001)];
          change({ guess: { ...state().guess, value } }, `tip-${how}`);
        },
        end,
      },
    );
    const track = (): Track => runs(state()).main;
    this.line = new LinePicture({
      w: () => along(track().w, player().shown),
      b: () => along(track().b, player().shown),
      moving: editor,
    });
    this.surface = new SurfacePicture({
      turns: TURN,
      heights: HEIGHT,
      view: () => state().view,
      change: (view, how) => change({ view }, `view-${how}`),
      end,
    });
    this.frame = stage.addPlot(this.plane.plot, "plane");
    this.#surfaceFrame = stage.addPlot(this.surface.plot, "surface");
    stage.addPlot(this.line.plot, "line");
    stage.addPlot(this.loss.plot, "curves");
  }

  /** Where a place of the plane's picture is in w and b, as round as a hand can be. */
  #startAt(x: number, y: number): Theta {
    const { state } = this.#stage;
    const [w, b] = fromPicture(this.#runs(state).plane, x, y);
    const grain = state.scaled ? 0.001 : 0.01;
    return [
      snap(clamp(w, ...W_REACH), grain),
      state.locked ? 0 : snap(clamp(b, ...B_REACH), grain),
    ];
  }

  paint(state: State, tracks: Tracks, shown: number, lit: boolean, angle: number | null): void {
    const { plane, main, last } = tracks;
    const { points, step, scaled, locked, guess } = state;
    const untold = isUntold(state);
    const rivals = untold ? [] : tracks.rivals;
    const raced = rivals.filter((track) => track.rule !== main.rule).length;
    const named = rivals.map((track, i) => ({
      track,
      letter: i < raced ? LETTERS[track.rule] : String(i - raced + 1),
    }));
    const inPlane: Rival[] = named.map(({ track, ...each }) => ({
      ...each,
      x: track.x,
      y: track.y,
    }));
    const goal: Theta = locked ? [plane.walked.solution.theta[0]!, 0] : pairOf(plane.drawn.best);
    if (!this.plane.start.held) this.#window = windowOf(scaled, [[main.x[0]!, main.y[0]!], goal]);
    const axes = axesOf(tracks, scaled);
    const [w, b] = [along(main.w, shown), along(main.b, shown)];
    this.plane.paint({
      surface: plane.drawn,
      window: this.#window,
      axes,
      main,
      rivals: inPlane,
      widest: t("gradient-runner-never"),
      legend: rivals.length ? [runner(main), ...rivals.map(runner)] : [],
      step,
      shown,
      last,
      lit,
      angle,
      untold,
      drawn:
        guess.stage === "open" || isDrawn(state)
          ? {
              from: toPicture(plane, QUESTION),
              tip: toPicture(plane, guess.value),
              open: guess.stage === "open",
            }
          : null,
      goal,
      field: state.field && guess.stage !== "open",
      rail: locked ? [toPicture(plane, [W_REACH[0], 0]), toPicture(plane, [W_REACH[1], 0])] : null,
      diverges: main.trajectory.outcome === "diverged",
    });
    this.line.paint({ points, w, b });
    this.loss.paint({
      main: curve(main),
      rivals: named.map(({ track, letter }) => ({ ...curve(track), letter })),
      shown,
      last,
      least: main.trajectory.exact!.loss,
      untold,
      arrived: stepsWithin(main.trajectory, 0.01, main.trajectory.exact!.loss),
    });
    this.#surfaceFrame.hidden = !state.surface;
    this.#stage.scene.classList.toggle("with-surface", state.surface);
    if (!state.surface) return;
    this.surface.paint({
      surface: plane.drawn,
      window: this.#window,
      names: scaled ? ["u", "a"] : ["w", "b"],
      main,
      rivals: inPlane,
      shown,
      last,
      untold,
      goal,
      view: state.view,
    });
  }
}

/** Whether there is an answer to show beside the truth. */
function isDrawn({ guess }: State): boolean {
  if (guess.stage === "shown") return guess.value.some((each, j) => each !== UNDRAWN[j]);
  return guess.stage === "done";
}

const steps = new WeakMap<Track, readonly number[]>();

/** A run as a line over its steps. */
function curve(track: Track): { x: readonly number[]; y: readonly number[] } {
  const known = steps.get(track) ?? track.loss.map((_, i) => i);
  steps.set(track, known);
  return { x: known, y: track.loss };
}

/** A run in the legend: its rule with its rate, and how many steps it needs. */
function runner({ rule, rate, trajectory }: Track): Runner {
  const within = stepsWithin(trajectory, 0.01, trajectory.exact!.loss);
  return {
    name: t(`rule-${rule}`) + (rate === null ? "" : ` ${short(rate, 3)}`),
    count: within === null ? "—" : String(within),
    steps:
      within === null
        ? t("gradient-runner-never")
        : t("gradient-runner-steps", { steps: String(within) }),
  };
}

function axesOf({ plane }: Tracks, scaled: boolean): { x: string; y: string } {
  if (!scaled) return { x: t("axis-w"), y: t("axis-b") };

  const { coordinates } = plane.drawn;
  return {
    x: t("gradient-axis-u", { sd: fixed(coordinates.scale[0]!) }),
    y: t("gradient-axis-a", { m: fixed(coordinates.shift[0]!) }),
  };
}

function pairOf(theta: Float64Array): Theta {
  return [theta[0]!, theta[1]!];
}

function placeText([w, b]: Theta): string {
  return t("gradient-place", { w: fixed(w), b: fixed(b) });
}

function startText({ points, start: [w, b] }: State): string {
  return t("gradient-start-text", {
    w: fixed(w),
    b: fixed(b),
    loss: fixed(lossOf(points, w, b), 3),
  });
}
