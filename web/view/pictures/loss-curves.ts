/** Loss against step, for several rates at once; the chosen one in front. */

import { put, s, show, write } from "../kit/dom.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import type { Window } from "../windows.ts";

export interface Pinned {
  readonly rate: number;
  readonly losses: readonly number[];
}

export interface CurvesState {
  readonly losses: readonly number[];
  readonly pinned: readonly Pinned[];
  readonly y: Window;
  /** The step shown, with a fraction while it moves, and the loss there. */
  readonly shown: number;
  readonly loss: number;
}

/** How many rates can be kept beside the chosen one. */
export const MOST_PINNED = 5;
const FEW = 40;
/** A label stands beside one of these steps of its curve. */
const PLACES = [1, 2, 4, 7, 11, 16, 22, 29, 36];

export class LossCurves {
  readonly plot: Plot;
  #pinned = Array.from({ length: MOST_PINNED }, () => ({
    path: s("path", { class: "loss-curve" }),
    label: s("text", { class: "curve-label" }),
  }));
  #path = s("path", { class: "loss-curve chosen" });
  #dot = s("circle", { class: "ball", r: 6 });
  #last: CurvesState | null = null;
  #drawn: readonly unknown[] = [];

  constructor(y: Window) {
    const ticks = (): number[] => powers(this.#last?.y ?? y);
    this.plot = new Plot({
      label: t("loss-curves"),
      name: "loss-curves",
      x: [0, FEW],
      y,
      logY: true,
      get yTicks() {
        return ticks();
      },
      xTitle: t("axis-step"),
      yTitle: t("axis-loss"),
    });
    for (const { path, label } of this.#pinned) {
      this.plot.data.append(path);
      this.plot.over.append(label);
    }
    this.plot.data.append(this.#path);
    this.plot.over.append(this.#dot);
    this.plot.onLayout(() => {
      this.#drawn = [];
      if (this.#last) this.paint(this.#last);
    });
  }

  paint(state: CurvesState): void {
    this.#last = state;
    const { losses, pinned, shown, loss, y } = state;
    const { plot } = this;
    plot.setDomain([0, shown > FEW ? losses.length - 1 : FEW], y);
    put(this.#path, { d: this.#line(losses) });
    put(this.#dot, {
      cx: plot.x(shown),
      cy: Math.max(plot.top - 8, plot.y(Math.max(y[0], loss))),
    });
    if (this.#drawn[0] !== pinned || this.#drawn[1] !== y) {
      this.#drawn = [pinned, y];
      this.#drawPinned(pinned);
    }
  }

  #line(losses: readonly number[]): string {
    const { plot } = this;
    const least = plot.y.domain()[0]!;
    const last = Math.min(losses.length - 1, plot.x.domain()[1]!);
    let d = "";
    for (let i = 0; i <= last; i++) {
      const y = Math.max(-500, plot.y(Math.max(least, losses[i]!)));
      d += `${i ? "L" : "M"}${plot.x(i).toFixed(1)},${y.toFixed(1)}`;
    }
    return d;
  }

  #drawPinned(pinned: readonly Pinned[]): void {
    const { plot } = this;
    const taken: (readonly [x: number, y: number])[] = [];
    this.#pinned.forEach(({ path, label }, i) => {
      const curve = pinned[i];
      show(path, curve !== undefined);
      show(label, curve !== undefined);
      if (!curve) return;
      put(path, { d: this.#line(curve.losses) });
      write(label, String(curve.rate));
      const free = PLACES.map((step) => {
        const loss = Math.max(curve.losses[step]!, plot.y.domain()[0]!);
        return [plot.x(step) + 6, plot.y(loss) - 5] as const;
      }).find(
        ([x, y]) =>
          y > plot.top + plot.em &&
          x < plot.right - 3 * plot.em &&
          taken.every(
            ([a, b]) => Math.abs(x - a) > 3.4 * plot.em || Math.abs(y - b) > 1.2 * plot.em,
          ),
      );
      show(label, free !== undefined);
      if (!free) return;
      taken.push(free);
      put(label, { x: free[0], y: free[1] });
    });
  }
}

/** The powers of ten within a window. */
function powers([low, high]: Window): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number((10 ** (first + i)).toPrecision(1)),
  );
}
