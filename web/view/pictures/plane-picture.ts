/**
 * The loss over (w, b) from above: level curves, the recorded runs, the ball with the way down and
 * its next step, the way to the goal and the angle between the two. One unit is as long along both
 * axes: only so does the way down cross the level curves at right angles.
 */

import type { Quadratic } from "../../model/quadratic.ts";
import { put, s, show, write } from "../kit/dom.ts";
import { along } from "../kit/player.ts";
import { fixed } from "../kit/numbers.ts";
import { PlaneHandle, type PlaneHandleOptions } from "../kit/plane-handle.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import { LevelCurves } from "./level-curves.ts";
import { Legend, type Runner } from "./track-legend.ts";
import { TrackLines, type Line, type Rival } from "./track-lines.ts";

type Pair = readonly [number, number];

export interface PlaneState {
  readonly surface: Quadratic;
  readonly window: { readonly x: Pair; readonly y: Pair };
  readonly axes: { readonly x: string; readonly y: string };
  readonly main: Line;
  readonly rivals: readonly Rival[];
  readonly legend: readonly Runner[];
  /** The longest text a runner's steps can be. */
  readonly widest: string;
  /** The step the state is at, and the one shown, with a fraction while it moves. */
  readonly step: number;
  readonly shown: number;
  readonly last: number;
  readonly lit: boolean;
  /** Degrees between the way down and the goal. */
  readonly angle: number | null;
  /** Hide what would answer the question before it is asked. */
  readonly untold: boolean;
  /** An arrow that was drawn, and whether it is still being drawn. */
  readonly drawn: { readonly from: Pair; readonly tip: Pair; readonly open: boolean } | null;
  readonly goal: Pair;
  readonly field: boolean;
  /** Two places on the line the run cannot leave. */
  readonly rail: readonly [Pair, Pair] | null;
  readonly diverges: boolean;
}

const WEDGE = 34;
const RAY = 84;

export class PlanePicture {
  readonly plot: Plot;
  readonly start: PlaneHandle;
  readonly tip: PlaneHandle;
  #levels = new LevelCurves();
  #tracks = new TrackLines();
  #legend = new Legend();
  #rail = s("line", { class: "rail-line" });
  #goalRay = s("line", { class: "goal-ray" });
  #downRay = s("line", { class: "down-ray" });
  #wedge = s("path", { class: "wedge" });
  #wedgeText = s("text", { class: "wedge-text", "text-anchor": "middle" });
  #goal = s("path", { class: "goal-mark", d: "M-7,0H7M0,-7V7" });
  #shaft = s("line");
  #head = s("path");
  #arrow = s("g", { class: "step-arrow" }, this.#shaft, this.#head);
  #ghost = s("line", { class: "ghost-line" });
  #ball = s("circle", { class: "ball", r: 8 });
  #gone = s("text", { class: "status bad", "text-anchor": "middle", "data-kedou": "gone" });
  #last: PlaneState | null = null;
  #drawnFor: readonly [Quadratic, boolean] | null = null;

  constructor(start: PlaneHandleOptions, tip: PlaneHandleOptions) {
    this.plot = new Plot({
      label: t("plane-picture"),
      name: "plane-picture",
      x: [0, 1],
      y: [0, 1],
      xTitle: t("axis-w"),
      yTitle: t("axis-b"),
      square: true,
    });
    const { plot } = this;
    this.start = new PlaneHandle(plot, start);
    this.tip = new PlaneHandle(plot, tip);
    const levels = this.#levels;
    plot.under.append(levels.lines, levels.field, levels.goal, this.#rail);
    plot.data.append(levels.labels, this.#goalRay, this.#tracks.element, this.#downRay);
    plot.data.append(this.#ghost, this.#wedge, this.#wedgeText, this.#goal, this.#arrow);
    plot.over.append(this.#tracks.marks, this.#ball, this.start.element, this.tip.element);
    plot.over.append(this.#gone, this.#legend.element);
    plot.onLayout(() => {
      this.#drawnFor = null;
      if (this.#last) this.paint(this.#last);
    });
  }

  paint(state: PlaneState): void {
    const { plot } = this;
    this.#last = state;
    plot.nameX(state.axes.x);
    plot.nameY(state.axes.y);
    plot.setDomain(state.window.x, state.window.y);
    const { surface, field } = state;
    if (this.#drawnFor?.[0] !== surface || this.#drawnFor[1] !== field) {
      this.#drawnFor = [surface, field];
      this.#levels.draw(plot, surface);
      this.#levels.drawField(plot, field ? surface : null);
    }
    const { main, shown } = state;
    const place = (x: number, y: number): Pair => this.#place(x, y);
    this.#tracks.paint(main, state.rivals, shown, state.last, !state.untold, place);
    this.#legend.paint(state.rivals, state.legend, state.widest, plot);
    const [px, py] = place(along(main.x, shown), along(main.y, shown));
    const inside =
      px > plot.left - 4 && px < plot.right + 4 && py > plot.top - 4 && py < plot.bottom + 4;
    this.#paintBall(px, py, inside, state.diverges);
    const [gx, gy] = place(...state.goal);
    put(this.#goal, { transform: `translate(${gx.toFixed(1)},${gy.toFixed(1)})` });
    this.#paintWays(state, px, py, inside);
    this.#paintDrawn(state);
    show(this.#rail, state.rail !== null);
    if (state.rail) {
      const [[x1, y1], [x2, y2]] = [place(...state.rail[0]), place(...state.rail[1])];
      put(this.#rail, { x1, y1, x2, y2 });
    }
    this.start.paint();
    this.start.enable(state.drawn?.open !== true);
  }

  /** Pixels of a place; what flies off is kept on its ray, or browsers lose count. */
  #place(x: number, y: number): Pair {
    const { plot } = this;
    const px = plot.x(x);
    const py = plot.y(y);
    const most = 30 * (plot.width + plot.height);
    const size = Math.max(Math.abs(px), Math.abs(py));
    return size > most ? [(px / size) * most, (py / size) * most] : [px, py];
  }

  #paintBall(px: number, py: number, inside: boolean, diverges: boolean): void {
    const { plot } = this;
    show(this.#ball, inside);
    put(this.#ball, { cx: px.toFixed(2), cy: py.toFixed(2) });
    const isGone = !inside && diverges;
    show(this.#gone, isGone);
    if (!isGone) return;
    const x = Math.max(plot.left + 48, Math.min(plot.right - 48, px));
    const y = Math.max(plot.top + 18, Math.min(plot.bottom - 8, py));
    put(this.#gone, { x: x.toFixed(1), y: y.toFixed(1) });
    write(this.#gone, `▲ ${t("outcome-diverged")}`);
  }

  /** The way down, the way to the goal, the angle between, and the next step. */
  #paintWays(state: PlaneState, px: number, py: number, inside: boolean): void {
    const { main, shown, step, angle, untold } = state;
    const told = inside && !untold;
    const theta = Float64Array.of(along(main.x, shown), along(main.y, shown));
    const gradient = state.surface.gradient(theta);
    if (state.rail) gradient[1] = 0;
    const size = Math.hypot(gradient[0]!, gradient[1]!);
    const [gx, gy] = this.#place(...state.goal);
    const far = Math.hypot(gx - px, gy - py);
    const clear = told && angle !== null && size > 0 && far > 12;
    show(this.#downRay, clear);
    show(this.#goalRay, clear);
    this.#downRay.classList.toggle("lit", state.lit);
    const [dx, dy] = [-gradient[0]! / size, gradient[1]! / size];
    if (clear) {
      put(this.#downRay, { x1: px, y1: py, x2: px + RAY * dx, y2: py + RAY * dy });
      put(this.#goalRay, { x1: px, y1: py, x2: gx, y2: gy });
    }
    const wide = clear && far > 1.6 * WEDGE && angle >= 4;
    show(this.#wedge, wide);
    show(this.#wedgeText, wide);
    if (wide) {
      const goal = [(gx - px) / far, (gy - py) / far] as const;
      const turn = dx * goal[1] - dy * goal[0] > 0 ? 1 : 0;
      put(this.#wedge, {
        d: `M${px + WEDGE * dx},${py + WEDGE * dy}A${WEDGE},${WEDGE} 0 0 ${turn} ${px + WEDGE * goal[0]},${py + WEDGE * goal[1]}`,
      });
      const middle = Math.hypot(dx + goal[0], dy + goal[1]) || 1;
      put(this.#wedgeText, {
        x: (px + ((WEDGE + 20) * (dx + goal[0])) / middle).toFixed(1),
        y: (py + ((WEDGE + 20) * (dy + goal[1])) / middle + 5).toFixed(1),
      });
      write(this.#wedgeText, `${fixed(angle, 0)}°`);
    }
    const from = shown === step ? step : Math.floor(Math.min(shown, step));
    const isNext = told && from + 1 < main.x.length;
    const [nx, ny] = isNext ? this.#place(main.x[from + 1]!, main.y[from + 1]!) : [px, py];
    const length = Math.hypot(nx - px, ny - py);
    show(this.#arrow, length > 2);
    if (length <= 2) return;
    const head = Math.min(12, length * 0.6);
    const [ux, uy] = [(nx - px) / length, (ny - py) / length];
    const [bx, by] = [nx - head * ux, ny - head * uy];
    put(this.#shaft, { x1: px, y1: py, x2: bx, y2: by });
    const wing = head * 0.55;
    put(this.#head, {
      d: `M${nx},${ny}L${bx - wing * uy},${by + wing * ux}L${bx + wing * uy},${by - wing * ux}z`,
    });
  }

  #paintDrawn({ drawn }: PlaneState): void {
    show(this.#ghost, drawn !== null);
    this.tip.enable(drawn !== null);
    if (!drawn) return;
    const [x1, y1] = this.#place(...drawn.from);
    const [x2, y2] = this.#place(...drawn.tip);
    put(this.#ghost, { x1, y1, x2, y2 });
    this.tip.paint();
    this.tip.settle(!drawn.open);
  }
}
