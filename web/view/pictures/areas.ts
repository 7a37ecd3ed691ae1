/**
 * What a loss charges one tadpole, as an area in units of the picture: the square on the error;
 * Huber's half square, whose sides stop spreading at delta; the strip of width 1 for the absolute
 * loss. An area lies on the side away from the line, so that no line is covered by its own areas.
 */

import type { Plot } from "../kit/plot.ts";
import type { LossName } from "../losses.ts";

/** Return the corners of the area, in pixels; it is moved inwards where it would leave the picture. */
export function areaOf(
  name: LossName,
  plot: Plot,
  x: number,
  y: number,
  e: number,
  delta: number,
): readonly (readonly [number, number])[] {
  const unit = plot.y(0) - plot.y(1);
  const size = Math.abs(e) * unit;
  const widths = { squared: size, huber: Math.min(size, delta * unit), absolute: unit };
  const width = widths[name];
  const way = e > 0 ? -1 : 1;
  const tadpole = plot.y(y);
  const line = plot.y(y - e);
  const left = way > 0 ? plot.x(x) : plot.x(x) - width;
  const moved = Math.max(plot.left, Math.min(left, plot.right - width));
  const near = way > 0 ? moved : moved + width;
  const far = near + way * width;
  const widest = name === "huber" ? line + way * width : line;
  return [
    [near, line],
    [far, widest],
    [far, tadpole],
    [near, tadpole],
  ];
}

export function outline(corners: readonly (readonly [number, number])[]): string {
  return `M${corners.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join("L")}Z`;
}
