/** The loss over w: parabola, ball, tangent, and an arrow that is the next step. */

import { put, s, show } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { fixed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import type { Bowl } from "../lesson.ts";
import type { Window } from "../windows.ts";

export interface BowlPictureOptions {
  readonly x?: readonly [number, number];
  readonly y?: readonly [number, number];
  /** How a hand moves the ball; without it the ball only shows. */
  readonly roll?: (w: number, how: "drag" | "key") => void;
  readonly rolled?: () => void;
  readonly ballLabel?: string;
  readonly flag?: {
    readonly value: () => number;
    readonly plant: (w: number, how: "drag" | "key") => void;
    readonly planted: () => void;
  };
}

export interface BowlState {
  readonly bowl: Bowl;
  readonly w: number;
  /** The window, where it is not the first one any more. */
  readonly x?: Window;
  readonly y?: Window;
  readonly curve?: boolean;
  readonly tangent?: boolean;
  /** Where the arrow of the step points to, from w. */
  readonly next?: number | null;
  readonly trail?: readonly number[];
  readonly path?: readonly number[];
  readonly flag?: number | null;
  readonly truth?: number | null;
  readonly lit?: boolean;
}

export class BowlPicture {
  readonly plot: Plot;
  readonly ball: Handle | null = null;
  readonly flagHandle: Handle | null = null;
  #curve = s("path", { class: "curve" });
  #tangent = s("line", { class: "tangent" });
  #drop = s("line", { class: "drop" });
  #path = s("path", { class: "zigzag" });
  #trail = s("g");
  #arrow = s("g", { class: "step-arrow" });
  #shaft = s("line");
  #head = s("path");
  #dot = s("circle", { class: "ball", r: 9 });
  #flag = s("g", { class: "guess-flag", "aria-hidden": "true" });
  #truth = s("g", { class: "truth-flag", "aria-hidden": "true" });
  #last: BowlState | null = null;
  #latest = 0;

  constructor(options: BowlPictureOptions = {}) {
    this.plot = new Plot({
      label: t("bowl-picture"),
      name: "bowl-picture",
      x: options.x ?? [-0.3, 2],
      y: options.y ?? [0, 8],
      xTitle: t("axis-w"),
      yTitle: t("axis-loss"),
    });
    const { plot } = this;
    this.#arrow.append(this.#shaft, this.#head);
    this.#flag.append(...flagShape());
    this.#truth.append(...flagShape());
    plot.data.append(this.#curve, this.#path, this.#trail, this.#tangent, this.#drop);
    plot.over.append(this.#truth, this.#flag, this.#arrow);
    if (options.roll) {
      this.ball = new Handle(plot, {
        name: "ball",
        label: options.ballLabel ?? t("move-the-ball"),
        get low() {
          return plot.x.domain()[0]!;
        },
        get high() {
          return plot.x.domain()[1]!;
        },
        step: 0.01,
        fromPointer: (x) => x,
        value: () => this.#latest,
        text: (w) =>
          t("ball-text", { w: fixed(w, 3), loss: fixed(this.#last?.bowl.height(w) ?? 0, 3) }),
        change: options.roll,
        ...(options.rolled ? { end: options.rolled } : {}),
      });
      plot.over.append(this.ball.element);
    } else plot.over.append(this.#dot);
    if (options.flag) {
      const { value, plant, planted } = options.flag;
      this.flagHandle = new Handle(plot, {
        name: "guess-flag",
        label: t("move-the-flag"),
        kind: "guess",
        get low() {
          return plot.x.domain()[0]!;
        },
        get high() {
          return plot.x.domain()[1]!;
        },
        step: 0.005,
        bigStep: 0.05,
        fromPointer: (x) => x,
        value,
        text: (w) => `w = ${fixed(w, 3)}`,
        change: plant,
        end: planted,
      });
      plot.over.append(this.flagHandle.element);
    }
    plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  paint(state: BowlState): void {
    this.#last = state;
    this.#latest = state.w;
    const { plot } = this;
    const { bowl, w } = state;
    if (state.x && state.y) plot.setDomain(state.x, state.y);
    put(this.#curve, { d: state.curve === false ? "" : plot.curve((x) => bowl.height(x)) });
    const height = bowl.height(w);
    const px = plot.x(w);
    const py = Math.max(plot.top - 40, plot.y(height));
    const inside = px >= plot.left - 6 && px <= plot.right + 6 && plot.y(height) >= plot.top - 24;
    show(this.#dot, inside);
    if (this.ball) this.ball.place(w, plot.y.invert(py));
    else put(this.#dot, { cx: px.toFixed(2), cy: py.toFixed(2) });
    put(this.#drop, { x1: px, x2: px, y1: py, y2: plot.bottom });

    show(this.#tangent, state.tangent !== false);
    this.#tangent.classList.toggle("lit", state.lit === true);
    if (state.tangent !== false) {
      const perX = plot.x(1) - plot.x(0);
      const perY = plot.y(0) - plot.y(1);
      const rise = (bowl.slope(w) * perY) / perX;
      const length = Math.min(110, (plot.right - plot.left) * 0.22);
      const dx = length / Math.hypot(1, rise);
      put(this.#tangent, { x1: px - dx, y1: py + dx * rise, x2: px + dx, y2: py - dx * rise });
    }

    const next = state.next ?? null;
    const far = next === null ? 0 : plot.x(next) - px;
    const shown = next !== null && Math.abs(far) > 1.5 && inside;
    show(this.#arrow, shown);
    if (shown) {
      const end = Math.max(plot.left, Math.min(plot.right, px + far));
      const way = Math.sign(far);
      const head = Math.min(10, Math.abs(end - px) * 0.7);
      put(this.#shaft, { x1: px, y1: plot.bottom, x2: end - way * head * 0.7, y2: plot.bottom });
      put(this.#head, {
        d: `M${end},${plot.bottom}l${-way * head},${-head * 0.62}v${head * 1.24}z`,
      });
    }

    const trail = state.trail ?? [];
    while (this.#trail.childElementCount > trail.length) this.#trail.lastChild!.remove();
    while (this.#trail.childElementCount < trail.length) {
      this.#trail.append(s("circle", { class: "trail-dot", r: 4 }));
    }
    trail.forEach((each, i) => {
      put(this.#trail.children[i]!, { cx: plot.x(each), cy: keep(plot, bowl.height(each)) });
    });
    const path = state.path ?? [];
    put(this.#path, {
      d: path
        .map((each, i) => `${i ? "L" : "M"}${keepX(plot, each)},${keep(plot, bowl.height(each))}`)
        .join(""),
    });

    this.#placeFlag(this.#flag, state.flag ?? null);
    this.#placeFlag(this.#truth, state.truth ?? null);
    if (this.flagHandle) {
      this.flagHandle.enable(state.flag !== null && state.flag !== undefined && !state.truth);
      this.flagHandle.place(state.flag ?? 0, plot.y.invert(plot.bottom));
    }
  }

  #placeFlag(flag: SVGGElement, w: number | null): void {
    show(flag, w !== null);
    if (w !== null) put(flag, { transform: `translate(${this.plot.x(w)},${this.plot.bottom})` });
  }
}

function keep(plot: Plot, value: number): number {
  return Math.round(Math.max(-3 * plot.height, plot.y(value)) * 10) / 10;
}

function keepX(plot: Plot, value: number): number {
  return Math.round(Math.max(-3 * plot.width, Math.min(4 * plot.width, plot.x(value))) * 10) / 10;
}

function flagShape(): SVGElement[] {
  return [s("line", { x1: 0, y1: 0, x2: 0, y2: -58 }), s("path", { d: "M0,-58l22,8l-22,8z" })];
}
