/** A whole picture as a handle: drag it to turn what it shows, or use the arrow keys. */

import { put, s } from "../kit/dom.ts";
import { clamp } from "../kit/numbers.ts";
import type { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import type { View } from "./eye.ts";

export interface TurnerOptions {
  readonly turns: readonly [number, number];
  readonly heights: readonly [number, number];
  readonly view: () => View;
  readonly change: (view: View, how: "drag" | "key") => void;
  readonly end: () => void;
}

/** Degrees a pixel of the pointer, and an arrow key, turn by. */
const PER_PIXEL = 0.5;
const PER_KEY = 5;

export class Turner {
  readonly element: SVGGElement;
  #options: TurnerOptions;
  #ground = s("rect", { class: "turn-ground" });

  constructor(options: TurnerOptions) {
    this.#options = options;
    this.element = s(
      "g",
      {
        class: "turner",
        role: "slider",
        tabindex: 0,
        "aria-label": t("surface-turn"),
        "aria-roledescription": t("plane-handle"),
        "aria-valuemin": options.turns[0],
        "aria-valuemax": options.turns[1],
        "data-kedou": "surface-turn",
      },
      this.#ground,
    );
    this.#follow();
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  paint(plot: Plot): void {
    const [turn, height] = this.#options.view();
    put(this.#ground, { width: plot.width, height: plot.height });
    put(this.element, {
      "aria-valuenow": turn,
      "aria-valuetext": t("surface-view", { turn: String(turn), height: String(height) }),
      "data-x": turn,
      "data-y": height,
    });
  }

  /** Drag: to the side turns, up and down raises the eye. */
  #follow(): void {
    const { element } = this;
    const { view, end } = this.#options;
    let from: { x: number; y: number; view: View } | null = null;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = { x: event.clientX, y: event.clientY, view: view() };
      element.setPointerCapture(event.pointerId);
      element.classList.add("held");
      element.focus({ preventScroll: true });
      event.preventDefault();
    });
    element.addEventListener("pointermove", (event) => {
      if (!from) return;
      const [turn, height] = from.view;
      const by = PER_PIXEL * (event.clientX - from.x);
      this.#to(turn + by, height + PER_PIXEL * (event.clientY - from.y), "drag");
    });
    const stop = (): void => {
      if (!from) return;
      from = null;
      element.classList.remove("held");
      end();
    };
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
      element.addEventListener(name, stop);
    }
  }

  #key(event: KeyboardEvent): void {
    const { turns, view } = this.#options;
    const by = PER_KEY * (event.shiftKey ? 3 : 1);
    const [turn, height] = view();
    const ways: Readonly<Record<string, View>> = {
      ArrowRight: [turn + by, height],
      ArrowLeft: [turn - by, height],
      ArrowUp: [turn, height + by],
      ArrowDown: [turn, height - by],
      Home: [turns[0], height],
      End: [turns[1], height],
    };
    const to = ways[event.key];
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    this.#to(...to, "key");
  }

  /** Turning goes round and round; the eye stays above. */
  #to(turn: number, height: number, how: "drag" | "key"): void {
    const { heights, change } = this.#options;
    const round = ((((Math.round(turn) + 180) % 360) + 360) % 360) - 180;
    change([round, clamp(Math.round(height), ...heights)], how);
  }
}
