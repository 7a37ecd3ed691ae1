/** A curve with a point, its tangent, a loupe, and a rod to tilt for the guess. */

import { put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { clamp, fixed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import type { Curve } from "../curves.ts";

export interface CurveOptions {
  readonly curve: () => Curve;
  readonly x: () => number;
  readonly move: (x: number, how: string) => void;
  readonly says: (x: number) => string;
  readonly rod: () => number;
  readonly tilt: (slope: number, how: string) => void;
  readonly moved: () => void;
}

export interface CurveState {
  readonly x: number;
  readonly loupe: number;
  readonly rod: number | null;
  readonly tilting: boolean;
}

export class CurvePicture {
  readonly plot: Plot;
  #options: CurveOptions;
  #path = s("path", { class: "curve" });
  #tangent = s("line", { class: "tangent" });
  #rodLine = s("line", { class: "ghost-line" });
  #drop = s("line", { class: "drop" });
  #glass = s("g", { class: "loupe" });
  #rim = s("circle", { class: "loupe-rim" });
  #inner = s("path", { class: "curve" });
  #innerTangent = s("line", { class: "tangent" });
  #label = s("text", { class: "title", "text-anchor": "middle" });
  #point: Handle;
  #rod: Handle;
  #drawn: Curve | null = null;
  #last: CurveState | null = null;

  constructor(options: CurveOptions) {
    this.#options = options;
    const curve = options.curve();
    this.plot = new Plot({
      label: t("curve-picture"),
      name: "curve-picture",
      x: curve.x,
      y: curve.y,
      xTitle: "",
      yTitle: t("axis-height"),
      xLabels: false,
    });
    const { plot } = this;
    plot.data.append(this.#path, this.#drop, this.#rodLine, this.#tangent);
    this.#glass.append(this.#rim, this.#inner, this.#innerTangent, this.#label);
    plot.over.append(this.#glass);
    this.#point = new Handle(plot, {
      name: "point",
      label: t("move-the-point"),
      get low() {
        return options.curve().x[0];
      },
      get high() {
        return options.curve().x[1];
      },
      get step() {
        return options.curve().step;
      },
      fromPointer: (x) => x,
      value: options.x,
      text: options.says,
      change: options.move,
      end: options.moved,
    });
    this.#rod = new Handle(plot, {
      name: "guess-rod",
      label: t("tilt-the-rod"),
      kind: "guess",
      low: -40,
      high: 40,
      step: 0.1,
      bigStep: 1,
      fromPointer: (x, y) => {
        const at = options.x();
        const run = x - at;
        const safe = Math.abs(run) < 0.01 ? (run < 0 ? -0.01 : 0.01) : run;
        return (y - options.curve().value(at)) / safe;
      },
      value: options.rod,
      text: (slope) => fixed(slope, 1),
      change: options.tilt,
      end: options.moved,
    });
    plot.over.append(this.#point.element, this.#rod.element);
    plot.onLayout(() => {
      this.#drawn = null;
      if (this.#last) this.paint(this.#last);
    });
  }

  paint(state: CurveState): void {
    this.#last = state;
    const { plot } = this;
    const curve = this.#options.curve();
    plot.setDomain(curve.x, curve.y);
    if (this.#drawn !== curve) {
      this.#drawn = curve;
      put(this.#path, { d: plot.curve(curve.value, curve.x[0], curve.x[1], 240) });
    }
    const { x, rod, tilting } = state;
    const y = held(curve.value(x), curve.y);
    const px = plot.x(x);
    const py = plot.y(y);
    this.#point.enable(!tilting);
    this.#point.place(x, y);
    put(this.#drop, { x1: px, x2: px, y1: py, y2: plot.bottom });
    const slope = curve.slope(x);
    const hasTangent = !tilting && Number.isFinite(slope) && y === curve.value(x);
    show(this.#tangent, hasTangent);
    if (hasTangent) this.#lay(this.#tangent, px, py, slope, 150);
    show(this.#rodLine, rod !== null);
    this.#rod.enable(tilting);
    if (rod !== null) {
      const [dx, dy] = this.#lay(this.#rodLine, px, py, rod, 130);
      this.#rod.place(plot.x.invert(px + dx), plot.y.invert(py - dy));
    }
    this.#paintLoupe(state.loupe, curve, x, slope);
  }

  /** Lay a line of a slope through a place, and return where its right end is from there. */
  #lay(
    line: SVGLineElement,
    px: number,
    py: number,
    slope: number,
    length: number,
  ): [number, number] {
    const { plot } = this;
    const perX = plot.x(1) - plot.x(0);
    const perY = plot.y(0) - plot.y(1);
    const rise = (slope * perY) / perX;
    const dx = Math.min(length, (plot.bottom - plot.top) * 0.42) / Math.hypot(1, rise);
    put(line, { x1: px - dx, y1: py + dx * rise, x2: px + dx, y2: py - dx * rise });
    return [dx, dx * rise];
  }

  #paintLoupe(loupe: number, curve: Curve, x: number, slope: number): void {
    const { plot } = this;
    const y = curve.value(x);
    const looks = loupe > 1 && Number.isFinite(y);
    show(this.#glass, looks);
    if (!looks) return;
    const r = Math.min(84, (plot.bottom - plot.top) * 0.34);
    const left = plot.x(x) > (plot.left + plot.right) / 2;
    const cx = left ? plot.left + r + 12 : plot.right - r - 12;
    const cy = plot.top + r + 6;
    const perX = (plot.x(1) - plot.x(0)) * loupe;
    const perY = (plot.y(0) - plot.y(1)) * loupe;
    put(this.#rim, { cx, cy, r });
    let d = "";
    let down = false;
    for (let i = -60; i <= 60; i++) {
      const dx = (i / 60) * r;
      const dy = (curve.value(x + dx / perX) - y) * perY;
      const inside = dx * dx + dy * dy <= r * r;
      if (inside) d += `${down ? "L" : "M"}${(cx + dx).toFixed(1)},${(cy - dy).toFixed(1)}`;
      down = inside;
    }
    put(this.#inner, { d });
    show(this.#innerTangent, Number.isFinite(slope));
    if (Number.isFinite(slope)) {
      const rise = (slope * perY) / perX;
      const dx = (r - 2) / Math.hypot(1, rise);
      put(this.#innerTangent, { x1: cx - dx, y1: cy + dx * rise, x2: cx + dx, y2: cy - dx * rise });
    }
    write(this.#label, `×${loupe}`);
    put(this.#label, { x: cx, y: cy + r - 8 });
  }
}

/** Where a point is drawn: at the edge where the curve leaves the picture, below where it ends. */
function held(value: number, [low, high]: readonly [number, number]): number {
  return Number.isNaN(value) ? low : clamp(value, low, high);
}

/** Below the curve: its slope, only where the hand has been. */
export class PenPicture {
  readonly plot: Plot;
  #path = s("path", { class: "pen" });
  #zero = s("line", { class: "best-line" });
  #dot = s("circle", { class: "ball", r: 6 });
  #last: [Curve, readonly (readonly [number, number])[], number, boolean] | null = null;

  constructor(curve: Curve) {
    this.plot = new Plot({
      label: t("pen-picture"),
      name: "pen-picture",
      x: curve.x,
      y: curve.slopes,
      xTitle: curve.variable,
      yTitle: t("axis-slope"),
    });
    this.plot.under.append(this.#zero);
    this.plot.data.append(this.#path);
    this.plot.over.append(this.#dot);
    this.plot.onLayout(() => this.#last && this.paint(...this.#last));
  }

  paint(
    curve: Curve,
    been: readonly (readonly [number, number])[],
    x: number,
    hidden: boolean,
  ): void {
    this.#last = [curve, been, x, hidden];
    const { plot } = this;
    plot.nameX(curve.variable);
    plot.setDomain(curve.x, curve.slopes);
    put(this.#zero, { x1: plot.left, x2: plot.right, y1: plot.y(0), y2: plot.y(0) });
    const hair = 1e-9 * (curve.x[1] - curve.x[0]);
    const corners = curve.places.filter(({ kind }) => kind === "corner");
    const pieces = been.flatMap(([from, to]) => {
      const cuts = corners.filter(({ x: at }) => at > from && at < to);
      const starts = [from, ...cuts.map(({ x: at }) => at + hair)];
      const ends = [...cuts.map(({ x: at }) => at - hair), to];
      return starts.map((start, i) => plot.curve(curve.slope, start, ends[i], 80));
    });
    put(this.#path, { d: hidden ? "" : pieces.join("") });
    const slope = curve.slope(x);
    const isThere = Number.isFinite(slope) && slope === held(slope, curve.slopes);
    show(this.#dot, !hidden && isThere);
    if (isThere) put(this.#dot, { cx: plot.x(x), cy: plot.y(slope) });
  }
}
