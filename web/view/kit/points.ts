/**
 * Points that a learner may change: dragged in the picture, moved and removed by keys, typed and
 * pasted in the table. What may not be is refused in a sentence, and nothing changes.
 */

import type { Point } from "../lesson.ts";
import { fixed } from "./numbers.ts";
import { list, Misshapen, number, pair, type Shape } from "./shape.ts";
import { MOST_POINTS, Table, X_RANGE, Y_RANGE } from "./table.ts";
import { t } from "./words.ts";

const pairsShape = list(pair(number(...X_RANGE), number(...Y_RANGE)), 2, MOST_POINTS);

export const pointsShape: Shape<readonly Point[]> = (value) => {
  const points = pairsShape(value);
  if (points.every(([x]) => x === 0)) throw new Misshapen();
  return points;
};

export interface PointsOptions {
  readonly points: () => readonly Point[];
  readonly change: (points: readonly Point[], how: string | null) => void;
  /** A drag has ended. */
  readonly seal: () => void;
  /** Where a refusal is said. */
  readonly say: (sentence: string) => void;
}

/** What a picture needs to let its tadpoles be moved. */
export interface Moving {
  /** Where a tadpole is now, painted or not. */
  readonly at: (index: number) => Point;
  readonly move: (index: number, to: Point, how: "drag" | "key") => void;
  readonly moved: () => void;
  readonly remove: (index: number) => void;
  readonly add: (point: Point) => void;
}

export class PointsEditor implements Moving {
  readonly table: Table;
  #options: PointsOptions;

  constructor(options: PointsOptions) {
    this.#options = options;
    this.table = new Table({ change: (points) => options.change(points, null) });
  }

  at = (index: number): Point => this.#options.points()[index]!;

  move = (index: number, to: Point, how: "drag" | "key"): void => {
    const points = this.#options.points().map((each, i) => (i === index ? to : each));
    if (this.#offer(points, `tadpole-${index}-${how}`)) {
      this.#options.say(t("tadpole-place", { x: fixed(to[0], 1), y: fixed(to[1], 1) }));
    }
  };

  moved = (): void => this.#options.seal();

  remove = (index: number): void => {
    this.#offer(
      this.#options.points().filter((_, i) => i !== index),
      null,
    );
  };

  add = (point: Point): void => {
    this.#offer([...this.#options.points(), point], null);
  };

  #offer(points: readonly Point[], how: string | null): boolean {
    const { change, say } = this.#options;
    if (points.length < 2 || points.length > MOST_POINTS) {
      say(t("table-rows", { most: String(MOST_POINTS) }));
      return false;
    }
    if (points.every(([x]) => x === 0)) {
      say(t("table-all-zero"));
      return false;
    }
    change(points, how);
    return true;
  }
}
