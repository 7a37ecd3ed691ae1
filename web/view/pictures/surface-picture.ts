/**
 * The loss over (w, b) as a surface: a trough of glass, cut off at one height, seen from anywhere.
 * Its facets follow the two directions of the bowl, so that few of them show a narrow valley well;
 * they are painted from the back to the front, and the runs and the ball lie in it.
 */

import type { Quadratic } from "../../model/quadratic.ts";
import { put, s, write } from "../kit/dom.ts";
import { along } from "../kit/player.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import { facetsOf } from "./facets.ts";
import { eyeFor, type Eye, type Pair, type View } from "./eye.ts";
import { TrackLines, type Line, type Rival } from "./track-lines.ts";
import { Turner, type TurnerOptions } from "./turner.ts";

export interface SurfaceState {
  readonly surface: Quadratic;
  readonly window: { readonly x: Pair; readonly y: Pair };
  readonly names: readonly [x: string, y: string];
  readonly main: Line;
  readonly rivals: readonly Rival[];
  readonly shown: number;
  readonly last: number;
  readonly untold: boolean;
  readonly goal: Pair;
  readonly view: View;
}

/** Heights at which the surface may be cut off: it does not breathe while the start is dragged. */
const CUTS = Array.from({ length: 60 }, (_, i) => Number(`${i % 2 ? 3 : 1}e${(i >> 1) - 9}`));

export class SurfacePicture {
  readonly plot: Plot;
  #floor = s("path", { class: "surface-floor" });
  #upright = s("path", { class: "axis" });
  #facets = s("g", { class: "facets" });
  #polygons: SVGPolygonElement[] = [];
  #tracks = new TrackLines();
  #drop = s("line", { class: "drop" });
  #goal = s("path", { class: "goal-mark", d: "M-6,0H6M0,-6V6" });
  #ball = s("circle", { class: "ball", r: 7 });
  #names = [0, 1, 2].map(() => s("text", { class: "title", "text-anchor": "middle" }));
  #turner: Turner;
  #last: SurfaceState | null = null;
  #drawn = "";
  #drawnFor: Quadratic | null = null;

  constructor(turning: TurnerOptions) {
    this.plot = new Plot({
      label: t("surface-picture"),
      name: "surface-picture",
      x: [0, 1],
      y: [0, 1],
      xTitle: "",
      yTitle: "",
      bare: true,
    });
    const { plot } = this;
    this.#turner = new Turner(turning);
    plot.under.append(this.#floor, this.#upright, this.#facets);
    plot.data.append(this.#tracks.element, this.#drop, this.#goal, this.#ball);
    plot.over.append(...this.#names, this.#tracks.marks, this.#turner.element);
    plot.onLayout(() => {
      this.#drawn = "";
      if (this.#last) this.paint(this.#last);
    });
  }

  paint(state: SurfaceState): void {
    this.#last = state;
    const { plot } = this;
    const { main, rivals, shown, last, surface, window, view, names } = state;
    this.#turner.paint(plot);
    const theta = new Float64Array(2);
    const gradient = new Float64Array(2);
    const gap = (x: number, y: number): number => {
      theta[0] = x;
      theta[1] = y;
      return surface.evaluate(theta, gradient);
    };
    const first = gap(main.x[0]!, main.y[0]!);
    const cut = CUTS.find((each) => each > 1.05 * first) ?? first;
    const eye = eyeFor(plot, window, view, cut);
    const key = [...view, ...window.x, ...window.y, ...names, cut].join(" ");
    if (key !== this.#drawn || surface !== this.#drawnFor) {
      this.#drawn = key;
      this.#drawnFor = surface;
      this.#draw(state, cut, eye);
    }
    const place = (x: number, y: number): Pair => eye.point(x, y, Math.min(gap(x, y), 4 * cut));
    this.#tracks.paint(main, rivals, shown, last, !state.untold, place);
    const [bx, by] = [along(main.x, shown), along(main.y, shown)];
    const [px, py] = place(bx, by);
    const [fx, fy] = eye.point(bx, by, 0);
    put(this.#ball, { cx: px.toFixed(1), cy: py.toFixed(1) });
    put(this.#drop, { x1: px, y1: py, x2: fx, y2: fy });
    const [gx, gy] = eye.point(...state.goal, 0);
    put(this.#goal, { transform: `translate(${gx.toFixed(1)},${gy.toFixed(1)})` });
  }

  #draw({ surface, window, names }: SurfaceState, cut: number, eye: Eye): void {
    const facets = facetsOf(surface, window, cut).sort(
      (a, b) => eye.depth(...b.middle) - eye.depth(...a.middle),
    );
    while (this.#polygons.length < facets.length) {
      this.#polygons.push(s("polygon"));
      this.#facets.append(this.#polygons.at(-1)!);
    }
    this.#polygons.forEach((polygon, i) => {
      const facet = facets[i];
      const points = (facet?.corners ?? []).map((corner) => {
        const [px, py] = eye.point(...corner);
        return `${px.toFixed(1)},${py.toFixed(1)}`;
      });
      put(polygon, {
        points: points.join(" "),
        "fill-opacity": facet ? (0.5 - 0.42 * Math.sqrt(facet.height)).toFixed(2) : 0,
      });
    });
    this.#drawAxes(window, names, cut, eye);
  }

  /** The floor with its names on the near sides, and the loss as an upright at the back. */
  #drawAxes(
    { x, y }: SurfaceState["window"],
    names: SurfaceState["names"],
    cut: number,
    eye: Eye,
  ): void {
    const corners: readonly Pair[] = [
      [x[0], y[0]],
      [x[1], y[0]],
      [x[1], y[1]],
      [x[0], y[1]],
    ];
    const at = ([px, py]: Pair): string => `${px.toFixed(1)},${py.toFixed(1)}`;
    const floor = corners.map((corner) => at(eye.point(...corner, 0)));
    const back = corners.reduce((a, b) => (eye.depth(...b) > eye.depth(...a) ? b : a));
    const top = eye.point(...back, 1.08 * cut);
    put(this.#floor, { d: `M${floor.join("L")}Z` });
    put(this.#upright, { d: `M${at(eye.point(...back, 0))}L${at(top)}` });
    const near = (a: Pair, b: Pair): Pair => (eye.depth(...a) < eye.depth(...b) ? a : b);
    const [mx, my] = [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2];
    const [ox, oy] = [0.12 * (x[1] - x[0]), 0.12 * (y[1] - y[0])];
    const places = [
      eye.point(...near([mx, y[0] - oy], [mx, y[1] + oy]), 0),
      eye.point(...near([x[0] - ox, my], [x[1] + ox, my]), 0),
      [top[0], top[1] - 6] as const,
    ];
    this.#names.forEach((text, i) => {
      write(text, [...names, "L"][i]!);
      put(text, { x: places[i]![0].toFixed(1), y: (places[i]![1] + (i < 2 ? 5 : 0)).toFixed(1) });
    });
  }
}
