/** The tadpoles and what a network makes of every time: a curve, and a tail to it from each. */

import { put, s } from "../kit/dom.ts";
import { fixed, signed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import { TADPOLES } from "../lesson.ts";
import { tailPath } from "./tadpoles.ts";

export interface FitState {
  /** What the network makes of several x. */
  readonly outputs: (x: readonly number[]) => Float64Array;
  readonly picked: number;
  /** Whether only the picked tadpole counts. */
  readonly alone: boolean;
}

const X = [0, 5] as const;
const Y = [-0.5, 5] as const;
const GRID = Array.from({ length: 121 }, (_, i) => X[0] + ((X[1] - X[0]) * i) / 120);

export class FitPicture {
  readonly plot: Plot;
  #curve = s("path", { class: "model-line fit" });
  #tails = TADPOLES.map(() => s("path", { class: "tail" }));
  #dots: SVGGElement[];
  #last: FitState | null = null;

  constructor(pick: (index: number) => void) {
    this.plot = new Plot({
      label: t("fit-picture"),
      name: "fit-picture",
      x: X,
      y: Y,
      xTitle: t("axis-time"),
      yTitle: t("axis-volume"),
    });
    this.#dots = TADPOLES.map((_, i) => {
      const dot = s(
        "g",
        { class: "tadpole", role: "button", tabindex: 0, "data-kedou": `tadpole-${i}` },
        s("circle", { class: "tadpole-hit", r: 16 }),
        s("circle", { class: "tadpole-dot", r: 6 }),
      );
      dot.addEventListener("click", () => pick(i));
      dot.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        pick(i);
      });
      return dot;
    });
    this.plot.data.append(...this.#tails, this.#curve);
    this.plot.over.append(...this.#dots);
    this.plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  paint(state: FitState): void {
    this.#last = state;
    const { plot } = this;
    const heights = state.outputs(GRID);
    const far = (y: number): number => Math.max(-plot.height, Math.min(2 * plot.height, plot.y(y)));
    const at = (x: number, i: number): string =>
      `${plot.x(x).toFixed(1)},${far(heights[i]!).toFixed(1)}`;
    put(this.#curve, { d: `M${GRID.map(at).join("L")}` });
    const predicted = state.outputs(TADPOLES.map(([x]) => x));
    TADPOLES.forEach(([x, y], i) => {
      const e = y - predicted[i]!;
      const counts = !state.alone || i === state.picked;
      const tail = this.#tails[i]!;
      const tip = plot.y.invert(far(predicted[i]!));
      put(tail, { d: counts ? tailPath(plot, x, y, tip) : "" });
      tail.setAttribute("class", e >= 0 ? "tail plus" : "tail minus");
      if (e < 0) tail.setAttribute("fill", `url(#${plot.id}-hatch)`);
      else tail.removeAttribute("fill");
      const dot = this.#dots[i]!;
      const isPicked = i === state.picked;
      put(dot, {
        transform: `translate(${plot.x(x).toFixed(2)},${plot.y(y).toFixed(2)})`,
        "aria-pressed": String(isPicked),
        "aria-label": t("tadpole-error", { x: fixed(x, 1), y: fixed(y, 1), e: signed(e) }),
      });
      dot.classList.toggle("picked", isPicked);
      dot.classList.toggle("faint", !counts);
    });
  }
}
