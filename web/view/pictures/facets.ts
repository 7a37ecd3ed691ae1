/** A bowl of two parameters as a few hundred facets along its own two directions. */

import { levelCurve } from "../../model/level-curves.ts";
import type { Quadratic } from "../../model/quadratic.ts";

export interface Facet {
  readonly corners: readonly (readonly [x: number, y: number, gap: number])[];
  readonly middle: readonly [x: number, y: number];
  /** 0 at the bottom, 1 where the surface is cut off. */
  readonly height: number;
}

const LONG = 20;
const ACROSS = 12;

/** Cut the bowl off at a gap, and where its valley leaves the window. */
export function facetsOf(
  surface: Quadratic,
  window: { readonly x: readonly [number, number]; readonly y: readonly [number, number] },
  cut: number,
): Facet[] {
  const { centre, long, short, along } = levelCurve(surface, cut);
  const reach = (window.x[1] - window.x[0] + window.y[1] - window.y[0]) / 3;
  const end = Math.min(long, reach);
  const theta = new Float64Array(2);
  const gradient = new Float64Array(2);
  const rows = Array.from({ length: LONG + 1 }, (_, i) => {
    const v = end * ((2 * i) / LONG - 1);
    const share = Number.isFinite(long) ? v / long : 0;
    const side = Math.min(reach, short * Math.sqrt(Math.max(0, 1 - share * share)));
    return Array.from({ length: ACROSS + 1 }, (_, j) => {
      const u = side * ((2 * j) / ACROSS - 1);
      theta[0] = centre[0] + v * along[0] - u * along[1];
      theta[1] = centre[1] + v * along[1] + u * along[0];
      return [theta[0]!, theta[1]!, surface.evaluate(theta, gradient)] as const;
    });
  });
  const facets: Facet[] = [];
  for (let i = 0; i < LONG; i++) {
    for (let j = 0; j < ACROSS; j++) {
      const corners = [rows[i]![j]!, rows[i]![j + 1]!, rows[i + 1]![j + 1]!, rows[i + 1]![j]!];
      const mean = (k: 0 | 1 | 2): number => corners.reduce((sum, each) => sum + each[k] / 4, 0);
      facets.push({ corners, middle: [mean(0), mean(1)], height: Math.min(1, mean(2) / cut) });
    }
  }
  return facets;
}
