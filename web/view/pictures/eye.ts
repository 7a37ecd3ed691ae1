/** From (x, y, height) to pixels: a parallel projection, turned and seen from above. */

import { clamp } from "../kit/numbers.ts";
import type { Plot } from "../kit/plot.ts";

export type Pair = readonly [number, number];
/** How far the picture is turned, and from how high it is seen, in degrees. */
export type View = readonly [turn: number, height: number];

export interface Eye {
  readonly point: (x: number, y: number, gap: number) => Pair;
  /** How far back a place lies. */
  readonly depth: (x: number, y: number) => number;
}

/** How tall the cut surface stands beside half of its width: taller in a tall picture. */
const TALL = [1, 1.7] as const;
const DEGREE = Math.PI / 180;

/** Look at a window whose surface is `cut` high, so that all of it fits whichever way it is turned. */
export function eyeFor(
  plot: Plot,
  window: { readonly x: Pair; readonly y: Pair },
  [turn, height]: View,
  cut: number,
): Eye {
  const [x, y] = [window.x, window.y];
  const [mx, my] = [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2];
  const radius = Math.hypot(x[1] - mx, y[1] - my);
  const [sin, cos] = [Math.sin(turn * DEGREE), Math.cos(turn * DEGREE)];
  const [up, flat] = [Math.cos(height * DEGREE), Math.sin(height * DEGREE)];
  const tall = clamp((1.1 * plot.height) / plot.width, ...TALL);
  const high = 2 * radius * flat + tall * radius * up;
  const unit = 0.92 * Math.min(plot.width / (2 * radius), plot.height / high);
  const [cx, cy] = [plot.width / 2, plot.height / 2 + (tall * radius * up * unit) / 2];
  const across = (px: number, py: number): number => cos * (px - mx) - sin * (py - my);
  const depth = (px: number, py: number): number => sin * (px - mx) + cos * (py - my);
  return {
    depth,
    point: (px, py, gap) => [
      cx + unit * across(px, py),
      cy - unit * (depth(px, py) * flat + (gap / cut) * tall * radius * up),
    ],
  };
}
