/** The path of a descent over two of its parameters, on the contours of the loss. */

import type { Slice } from "../../model/slice.ts";
import { put, s, show } from "../kit/dom.ts";
import { tenths } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";

export interface SliceState {
  readonly slice: Slice;
  readonly names: readonly [string, string];
  readonly path: readonly (readonly [number, number])[];
  readonly at: readonly [number, number];
}

const RINGS = 7;

export class SlicePicture {
  readonly plot: Plot;
  #rings = s("g");
  #path = s("path", { class: "zigzag" });
  #best = s("path", { class: "best-cross" });
  #dot = s("circle", { class: "ball", r: 6 });
  #last: SliceState | null = null;
  #named: readonly [string, string] = ["", ""];
  /** What the rings were drawn of: a rate that is dragged does not move them. */
  #ringed: { slice: Slice; outer: number } | null = null;

  constructor() {
    this.plot = new Plot({
      label: t("own-slice"),
      name: "slice-picture",
      x: [0, 1],
      y: [0, 1],
      xTitle: "w",
      yTitle: "b",
    });
    const { plot } = this;
    plot.data.append(this.#rings, this.#path, this.#best, this.#dot);
    for (let n = 0; n < RINGS; n++) this.#rings.append(s("path", { class: "contour" }));
    plot.onLayout(() => {
      this.#ringed = null;
      if (this.#last) this.#draw(this.#last);
    });
  }

  paint(state: SliceState): void {
    this.#last = state;
    const { centre } = state.slice;
    // From the start to as far beyond the best point; what diverges leaves the picture.
    const start = state.path[0]!;
    const domain = (which: 0 | 1): [number, number] => {
      const away = Math.abs(start[which] - centre[which]) || Math.abs(centre[which]) || 1;
      return [centre[which] - 1.25 * away, centre[which] + 1.25 * away];
    };
    const [x, y] = state.names;
    const isNamed = this.#named[0] === x && this.#named[1] === y;
    this.#named = state.names;
    this.plot.nameAxes(x, y);
    if (this.plot.setDomain(domain(0), domain(1))) return;
    if (isNamed) this.#draw(state);
    else this.plot.arrange();
  }

  #draw({ slice, path, at }: SliceState): void {
    const { plot } = this;
    const place = ([a, b]: readonly [number, number]): string =>
      `${clip(plot.x(a), plot.width)},${clip(plot.y(b), plot.height)}`;
    const start = path[0]!;
    const outer = slice.gap(start[0], start[1]);
    if (this.#ringed?.slice !== slice || this.#ringed.outer !== outer) {
      this.#ringed = { slice, outer };
      for (let n = 0; n < RINGS; n++) {
        // Equally far apart along a ray: the gap grows with the square of the distance.
        const points = slice.contour(1.6 * outer * ((n + 1) / RINGS) ** 2);
        put(this.#rings.children[n]!, {
          d: points ? `M${points.map(place).join("L")}Z` : "",
        });
      }
    }
    put(this.#path, { d: `M${path.map(place).join("L")}` });
    const [cx, cy] = [plot.x(slice.centre[0]), plot.y(slice.centre[1])];
    put(this.#best, { d: `M${cx - 6},${cy - 6}l12,12M${cx - 6},${cy + 6}l12,-12` });
    const inside = Number.isFinite(at[0]) && Number.isFinite(at[1]);
    show(this.#dot, inside);
    if (inside)
      put(this.#dot, { cx: clip(plot.x(at[0]), plot.width), cy: clip(plot.y(at[1]), plot.height) });
  }
}

function clip(at: number, size: number): string {
  const kept = Number.isFinite(at) ? Math.max(-3 * size, Math.min(4 * size, at)) : -3 * size;
  return tenths(kept);
}
