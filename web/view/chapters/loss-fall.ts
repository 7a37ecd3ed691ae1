/** The tadpole of chapter 3 that falls to 0, and which points are where the lesson has them. */

import { animate, ease } from "../kit/frames.ts";
import { TADPOLES, type Point } from "../lesson.ts";
import { FALLING } from "./loss-guess.ts";

const FALL = 700;

/** A tadpole on its way down; while none falls there are no points on the way. */
export class Fall {
  /** How far it is, from 0 to 1; null when none falls. */
  #at: number | null = null;
  #stop = (): void => undefined;
  #repaint: () => void;

  constructor(repaint: () => void) {
    this.#repaint = repaint;
  }

  start(): void {
    this.#stop();
    this.#at = 0;
    this.#stop = animate(
      FALL,
      (u) => {
        this.#at = u < 1 ? ease(u) : null;
        this.#repaint();
      },
      () => {
        this.#at = null;
      },
    );
  }

  /** The points on the way; null when none falls. */
  points(): readonly Point[] | null {
    return this.#at === null ? null : halfway(this.#at);
  }

  stop(): void {
    if (this.#at === null) return;
    this.#stop();
    this.#at = null;
  }
}

/** The points while the tadpole falls. */
function halfway(u: number): readonly Point[] {
  const [x, y] = TADPOLES[FALLING]!;
  return TADPOLES.map((point, i) => (i === FALLING ? [x, y * (1 - u)] : point));
}

export function isAt(points: readonly Point[], where: readonly Point[]): boolean {
  return countMoved(points, where) === 0;
}

/** Whether points are the lesson's, with one or two of them moved. */
export function comparable(points: readonly Point[]): boolean {
  const moved = countMoved(points, TADPOLES);
  return moved > 0 && moved <= 2;
}

function countMoved(points: readonly Point[], where: readonly Point[]): number {
  if (points.length !== where.length) return Infinity;
  return points.filter(([x, y], i) => x !== where[i]![0] || y !== where[i]![1]).length;
}
