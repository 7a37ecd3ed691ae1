/** Which dash and which letter is which run: the legend of a race, inside the picture. */

import { clear, put, s, show, write } from "../kit/dom.ts";
import type { Plot } from "../kit/plot.ts";
import { mark, type Rival } from "./track-lines.ts";

const ROW = 24;
/** How long a line of the legend is. */
const DASH = 28;
/** A plot narrower than this has room for letters and steps only. */
const NARROW = 330;
/** And so it is where more than these run. */
const MANY = 6;

export interface Runner {
  readonly name: string;
  /** How many steps it needs, in words and as a number; the longest words are `widest`. */
  readonly steps: string;
  readonly count: string;
}

export class Legend {
  readonly element = s("g", { class: "track-legend", "data-kedou": "legend" });
  #texts: SVGTextElement[] = [];
  #built = "";

  /** The chosen run comes first in `runners`, then its rivals. */
  paint(rivals: readonly Rival[], runners: readonly Runner[], widest: string, plot: Plot): void {
    show(this.element, rivals.length > 0);
    if (rivals.length === 0) return;
    const narrow = plot.right - plot.left < NARROW || runners.length > MANY;
    const text = ({ name, steps, count }: Runner): string =>
      narrow ? count : `${name} · ${steps}`;
    // Measuring costs a layout of the page, so it is not done while only the steps change.
    const names = runners.map(({ name }) => name);
    const key = [...names, ...rivals.map((each) => each.letter), plot.right, plot.bottom].join(
      "\n",
    );
    if (key !== this.#built) {
      this.#built = key;
      const longest = runners.map(({ name }) => text({ name, steps: widest, count: "300" }));
      this.#build(rivals, longest, narrow, plot);
    }
    runners.forEach((runner, i) => write(this.#texts[i]!, text(runner)));
  }

  #build(rivals: readonly Rival[], names: readonly string[], narrow: boolean, plot: Plot): void {
    const dash = narrow ? 0 : DASH;
    this.#texts = names.map((name) => s("text", { x: dash + 32 }, name));
    const rows = this.#texts.map((text, i) => {
      const letter = mark();
      letter.lastElementChild!.textContent = i === 0 ? "" : rivals[i - 1]!.letter;
      if (i === 0) letter.setAttribute("class", "rival-mark own");
      put(letter, { transform: `translate(${dash + 16},-5)` });
      const style = i === 0 ? "track-walked" : `track-rival rival-${i - 1}`;
      return s(
        "g",
        { transform: `translate(0,${i * ROW + 20})` },
        narrow ? null : s("path", { class: style, d: `M8,-5H${dash + 6}` }),
        letter,
        text,
      );
    });
    const height = names.length * ROW + 8;
    const ground = s("rect", { class: "legend-ground", rx: 8, height });
    clear(this.element, ground, ...rows);
    const width =
      dash + 42 + Math.max(...this.#texts.map((text) => text.getBoundingClientRect().width));
    put(ground, { width });
    const x = plot.right - width - 2;
    const y = narrow ? plot.top + 30 : plot.bottom - height - 6;
    put(this.element, { transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` });
  }
}
