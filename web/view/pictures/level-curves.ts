/** The level curves of a bowl of two parameters, exact ellipses, and the field of its way down. */

import { levelCurve, type Ellipse } from "../../model/level-curves.ts";
import type { Quadratic } from "../../model/quadratic.ts";
import { put, s, show, write } from "../kit/dom.ts";
import { short } from "../kit/numbers.ts";
import type { Plot } from "../kit/plot.ts";

/** The losses that have a curve: two a decade near the bottom, as far up as the picture goes. */
const LEVELS = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((power) =>
  [1, 2, 3, 5].map((digit) => Number((digit * power).toPrecision(1))),
);
const MOST = 16;
/** As close as two curves or two of their numbers may come, in pixels. */
const CURVE_GAP = 5;
const TEXT_GAP = 30;
/** Half an ellipse longer than this many pictures is as good as a straight line. */
const FAR = 40;

export class LevelCurves {
  readonly lines = s("g");
  readonly labels = s("g", { "aria-hidden": "true" });
  /** All that is within 1 % of the lowest loss. */
  readonly goal = s("ellipse", { class: "goal-zone" });
  readonly field = s("path", { class: "flow-field" });
  #ellipses: SVGEllipseElement[] = [];
  #texts: SVGTextElement[] = [];

  draw(plot: Plot, surface: Quadratic): void {
    const perUnit = plot.x(1) - plot.x(0);
    const shown = visible(plot, surface, perUnit);
    while (this.#ellipses.length < shown.length) {
      this.#ellipses.push(s("ellipse", { class: "level-curve" }));
      this.lines.append(this.#ellipses.at(-1)!);
      this.#texts.push(s("text", { class: "level-text", "text-anchor": "middle" }));
      this.labels.append(this.#texts.at(-1)!);
    }
    let last = 0;
    this.#ellipses.forEach((ellipse, i) => {
      const level = shown[i];
      show(ellipse, level !== undefined);
      const text = this.#texts[i]!;
      const curve = level === undefined ? null : levelCurve(surface, level - surface.least);
      if (curve) place(ellipse, plot, curve, perUnit);
      const at = curve && labelPlace(plot, curve);
      const fits = curve !== null && curve.short * perUnit - last >= TEXT_GAP;
      show(text, Boolean(at) && fits);
      if (!at || !fits) return;
      last = curve.short * perUnit;
      put(text, { x: at[0].toFixed(1), y: (at[1] + 4).toFixed(1) });
      write(text, short(level!));
    });
    show(this.goal, surface.least > 0);
    if (surface.least > 0)
      place(this.goal, plot, levelCurve(surface, 0.01 * surface.least), perUnit);
  }

  /** Arrows along the way down, on a grid; the longer the steeper, by the cube root. */
  drawField(plot: Plot, surface: Quadratic | null): void {
    show(this.field, surface !== null);
    if (!surface) return;
    const pitch = Math.max(26, (plot.right - plot.left) / 16);
    const theta = new Float64Array(2);
    const gradient = new Float64Array(2);
    let d = "";
    for (let px = plot.left + pitch / 2; px < plot.right; px += pitch) {
      for (let py = plot.top + pitch / 2; py < plot.bottom; py += pitch) {
        theta[0] = plot.x.invert(px);
        theta[1] = plot.y.invert(py);
        surface.evaluate(theta, gradient);
        const size = Math.hypot(gradient[0]!, gradient[1]!);
        if (size === 0) continue;
        const length = Math.min(pitch * 0.92, pitch * 0.24 * Math.cbrt(size));
        d += arrow(px, py, -gradient[0]! / size, gradient[1]! / size, length);
      }
    }
    put(this.field, { d });
  }
}

/** The levels whose curves can be told apart and reach into the picture. */
function visible(plot: Plot, surface: Quadratic, perUnit: number): number[] {
  const reach = Math.hypot(plot.width, plot.height) * 2;
  const levels: number[] = [];
  let last = 0;
  for (const level of LEVELS) {
    if (!(level > surface.least)) continue;
    const radius = levelCurve(surface, level - surface.least).short * perUnit;
    if (radius - last < CURVE_GAP) continue;
    if (radius > reach || levels.length === MOST) break;
    levels.push(level);
    last = radius;
  }
  return levels;
}

function place(ellipse: SVGEllipseElement, plot: Plot, curve: Ellipse, perUnit: number): void {
  const { centre, along } = curve;
  const most = FAR * Math.max(plot.width, plot.height);
  const degrees = (-Math.atan2(along[1], along[0]) * 180) / Math.PI;
  put(ellipse, {
    rx: Math.min(most, curve.long * perUnit).toFixed(2),
    ry: Math.min(most, curve.short * perUnit).toFixed(2),
    transform: `translate(${plot.x(centre[0]).toFixed(2)},${plot.y(centre[1]).toFixed(2)}) rotate(${degrees.toFixed(3)})`,
  });
}

/** Where a curve's number stands: on the short axis, on the side to the right. */
function labelPlace(plot: Plot, { centre, along, short }: Ellipse): [number, number] | null {
  const across = along[1] > 0 ? [along[1], -along[0]] : [-along[1], along[0]];
  const x = plot.x(centre[0] + across[0]! * short);
  const y = plot.y(centre[1] + across[1]! * short);
  const isInside =
    x > plot.left + 12 && x < plot.right - 8 && y > plot.top + 8 && y < plot.bottom - 8;
  return isInside ? [x, y] : null;
}

function arrow(x: number, y: number, dx: number, dy: number, length: number): string {
  const tip = [x + (dx * length) / 2, y + (dy * length) / 2] as const;
  const head = Math.min(5, length * 0.4);
  const left = [tip[0] - head * (dx + 0.55 * dy), tip[1] - head * (dy - 0.55 * dx)] as const;
  const right = [tip[0] - head * (dx - 0.55 * dy), tip[1] - head * (dy + 0.55 * dx)] as const;
  const at = ([px, py]: readonly [number, number]): string => `${px.toFixed(1)},${py.toFixed(1)}`;
  return `M${at([x - (dx * length) / 2, y - (dy * length) / 2])}L${at(tip)}M${at(left)}L${at(tip)}L${at(right)}`;
}
