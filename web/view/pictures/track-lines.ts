/** Recorded runs as lines in a picture: walked and still to come, and others with dash and letter. */

import { put, s, show, write } from "../kit/dom.ts";
import { along } from "../kit/player.ts";

/** A recorded run as a picture sees it. */
export interface Line {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface Rival extends Line {
  readonly letter: string;
}

/** From data to pixels. */
export type Place = (x: number, y: number) => readonly [number, number];

export class TrackLines {
  /** Under the ball: the lines. */
  readonly element: SVGGElement;
  /** Over everything: the rivals' letters. */
  readonly marks = s("g", { "aria-hidden": "true" });
  #ahead = s("path", { class: "track-ahead" });
  #walked = s("path", { class: "track-walked" });
  #dots = s("path", { class: "track-dots" });
  #others = s("g");
  #lines: SVGPathElement[] = [];
  #letters: SVGGElement[] = [];

  #floor: (() => number) | null;

  /** With a floor, letters that would cover each other move up or down, not below it. */
  constructor(floor: (() => number) | null = null) {
    this.#floor = floor;
    this.element = s("g", {}, this.#others, this.#ahead, this.#walked, this.#dots);
  }

  /**
   * Draw the runs up to the step `shown`, which has a fraction while it moves; what lies ahead
   * too, unless that is not to be known yet.
   */
  paint(
    main: Line,
    rivals: readonly Rival[],
    shown: number,
    last: number,
    ahead: boolean,
    place: Place,
  ): void {
    const end = Math.min(last, main.x.length - 1);
    const upTo = Math.min(shown, end);
    put(this.#ahead, { d: ahead ? path(main, 0, end, place) : "" });
    put(this.#walked, { d: path(main, 0, upTo, place) });
    put(this.#dots, { d: dots(main, Math.floor(upTo), place) });
    while (this.#lines.length < rivals.length) {
      const line = s("path");
      const letter = mark();
      this.#lines.push(line);
      this.#letters.push(letter);
      this.#others.append(line);
      this.marks.append(letter);
    }
    this.#lines.forEach((line, i) => {
      const rival = rivals[i];
      const letter = this.#letters[i]!;
      show(line, rival !== undefined);
      show(letter, rival !== undefined && (!this.#floor || rivals.length <= MANY));
      if (!rival) return;
      put(line, { class: `track-rival rival-${i}`, d: path(rival, 0, shown, place) });
      write(letter.lastElementChild!, rival.letter);
    });
    const places = rivals.map(({ x, y }) => place(along(x, shown), along(y, shown)));
    (this.#floor ? spread(places, this.#floor()) : places).forEach(([px, py], i) => {
      put(this.#letters[i]!, { transform: `translate(${px.toFixed(1)},${py.toFixed(1)})` });
    });
  }
}

const LETTER = 19;
/** More letters than these have no room above each other. */
const MANY = 6;

/** Move places that lie above each other until their letters can be read, down to a floor. */
function spread(
  places: readonly (readonly [number, number])[],
  floor: number,
): readonly (readonly [number, number])[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a]![1] - places[b]![1]);
  const heights = places.map(([, y]) => y);
  order.forEach((i, k) => {
    if (k > 0) heights[i] = Math.max(heights[i]!, heights[order[k - 1]!]! + LETTER);
  });
  order.reverse().forEach((i, k) => {
    heights[i] = Math.min(heights[i]!, k > 0 ? heights[order[k - 1]!]! - LETTER : floor);
  });
  return places.map(([x], i) => [x, heights[i]!]);
}

export function mark(): SVGGElement {
  return s(
    "g",
    { class: "rival-mark" },
    s("circle", { r: 9 }),
    s("text", { "text-anchor": "middle", y: 4.5 }),
  );
}

/** The line from one step to another, which may lie between two. */
function path({ x, y }: Line, from: number, to: number, place: Place): string {
  if (to <= from) return "";
  const end = Math.min(to, x.length - 1);
  let d = "";
  for (let i = from; i <= end; i++) {
    const [px, py] = place(x[i]!, y[i]!);
    d += `${d ? "L" : "M"}${px.toFixed(1)},${py.toFixed(1)}`;
  }
  if (!Number.isInteger(end)) {
    const [px, py] = place(along(x, end), along(y, end));
    d += `L${px.toFixed(1)},${py.toFixed(1)}`;
  }
  return d;
}

/** A dot at every step: lines of no length with round ends. */
function dots({ x, y }: Line, to: number, place: Place): string {
  let d = "";
  for (let i = 0; i <= to; i++) {
    const [px, py] = place(x[i]!, y[i]!);
    d += `M${px.toFixed(1)},${py.toFixed(1)}h0`;
  }
  return d;
}
