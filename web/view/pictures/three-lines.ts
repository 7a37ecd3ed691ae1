/**
 * The tadpoles, the best line of each of three losses, and the areas that the loss looked at
 * charges. In a guess the lines have dashed ghosts with an end to drag each.
 */

import { put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { spread } from "../kit/labels.ts";
import { fixed } from "../kit/numbers.ts";
import type { Moving } from "../kit/points.ts";
import { t } from "../kit/words.ts";
import type { Point } from "../lesson.ts";
import { LOSS_NAMES, perLoss, type LossName, type PerLoss } from "../losses.ts";
import { areaOf, outline } from "./areas.ts";
import { LinePicture } from "./line-picture.ts";

export interface ThreeLinesOptions {
  readonly moving: Moving;
  readonly ghost: (name: LossName) => number;
  readonly moveGhost: (name: LossName, w: number, how: "drag" | "key") => void;
  readonly moved: () => void;
}

export interface ThreeLinesState {
  readonly points: readonly Point[];
  readonly best: PerLoss<number>;
  readonly looked: LossName;
  readonly delta: number;
  /** The line of the areas: the best of the loss looked at, or the one a hand tries. */
  readonly w: number;
  readonly tried: boolean;
  readonly errors: ArrayLike<number>;
  readonly charges: ArrayLike<number>;
  readonly guess: "none" | "open" | "told";
  /** The tadpole to take first. */
  readonly ringed: number | null;
  /** From where to where a tadpole is going to fall. */
  readonly fall: readonly [Point, Point] | null;
}

export const GHOST_LOW = 0;
export const GHOST_HIGH = 1;
/** Lines end here; beyond is room for their names, for the ends of ghosts, and for large squares. */
const END = 5;
const EDGE = 6.4;
const LOW_Y = -0.5;
/** A low picture leaves out the top, where no tadpole of the lesson is. */
const TOPS = { low: 5.5, full: 7 };
const LOW_PICTURE = 300;

export class ThreeLines {
  readonly line: LinePicture;
  #options: ThreeLinesOptions;
  #lines = perLoss((name) => s("line", { class: `loss-line loss-${name}` }));
  #labels = perLoss((name) =>
    s("text", { class: "loss-label", "data-kedou": `line-label-${name}` }),
  );
  #ghostLines = perLoss((name) => s("line", { class: `ghost-line loss-${name}` }));
  #ghosts: PerLoss<Handle>;
  #areas = s("g", { class: "areas" });
  #ring = s(
    "g",
    { class: "first-ring", "aria-hidden": "true" },
    s("circle", { class: "handle-ring pulse", r: 15 }),
  );
  #fall = s("g", { class: "fall", "aria-hidden": "true" });
  #way = s("path", { class: "fall-way" });
  #landing = s("circle", { class: "landing", r: 8 });
  #hasNames = true;
  #em = 15;
  #last: ThreeLinesState | null = null;

  constructor(options: ThreeLinesOptions) {
    this.#options = options;
    this.line = new LinePicture({
      w: () => this.#last?.w ?? 0,
      moving: options.moving,
      x: [0, EDGE],
      y: [LOW_Y, TOPS.full],
      until: END,
      xTicks: [0, 1, 2, 3, 4, 5],
    });
    const { plot } = this.line;
    this.#ghosts = perLoss((name) => {
      const handle = new Handle(plot, {
        name: `guess-${name}`,
        label: t("loss-ghost", { loss: t(`loss-${name}`) }),
        kind: "guess",
        low: GHOST_LOW,
        high: GHOST_HIGH,
        step: 0.01,
        bigStep: 0.05,
        radius: 12,
        fromPointer: (_, y) => y / this.#ghostX(name),
        value: () => options.ghost(name),
        text: (w) => `w = ${fixed(w, 2)}`,
        change: (w, how) => options.moveGhost(name, w, how),
        end: options.moved,
      });
      handle.element.append(
        s(
          "text",
          { class: "badge-text", "text-anchor": "middle", y: 4.5 },
          t(`loss-letter-${name}`),
        ),
      );
      return handle;
    });
    this.#fall.append(this.#way, this.#landing);
    plot.under.append(this.#areas);
    for (const name of LOSS_NAMES) plot.data.append(this.#ghostLines[name], this.#lines[name]);
    plot.over.append(
      this.#fall,
      this.#ring,
      ...LOSS_NAMES.map((name) => this.#labels[name]),
      ...LOSS_NAMES.map((name) => this.#ghosts[name].element),
    );
    plot.onLayout(() => {
      this.#measure();
      if (this.#last) this.paint(this.#last);
    });
  }

  paint(state: ThreeLinesState): void {
    this.#last = state;
    const { plot } = this.line;
    const { points, best, looked, tried, guess } = state;
    this.#fit(points);
    this.line.paint({ points, w: state.w, b: 0, tails: true });
    plot.svg.classList.toggle("at-best", !tried);
    for (const name of LOSS_NAMES) {
      const line = this.#lines[name];
      put(line, {
        x1: plot.x(0),
        y1: plot.y(0),
        x2: plot.x(END),
        y2: plot.y(best[name] * END).toFixed(2),
      });
      line.classList.toggle("looked", name === looked && !tried);
    }
    this.#paintLabels(state);
    this.#paintAreas(state);
    for (const name of LOSS_NAMES) this.#paintGhost(name, guess);
    const { ringed, fall } = state;
    show(this.#ring, ringed !== null);
    if (ringed !== null) {
      const [x, y] = points[ringed]!;
      put(this.#ring, { transform: `translate(${plot.x(x)},${plot.y(y)})` });
    }
    show(this.#fall, fall !== null);
    if (fall !== null) {
      const [[x, from], [, to]] = fall;
      put(this.#landing, { cx: plot.x(x), cy: plot.y(to) });
      const [px, end] = [plot.x(x), plot.y(to) - 12];
      put(this.#way, { d: `M${px},${plot.y(from) + 12}V${end}m-5,-8l5,8l5,-8` });
    }
  }

  /** Choose how much of y is shown; not while a hand holds a tadpole, which would jump. */
  #fit(points: readonly Point[]): void {
    const { plot } = this.line;
    if (plot.svg.querySelector(".tadpole.held")) return;
    const isLow = plot.height < LOW_PICTURE && points.every(([, y]) => y <= TOPS.low);
    plot.setDomain([0, EDGE], [LOW_Y, isLow ? TOPS.low : TOPS.full]);
  }

  /** The ends of ghosts stand side by side, so that three equal lines have three ends to take. */
  #ghostX(name: LossName): number {
    const { plot } = this.line;
    const isTold = this.#last?.guess === "told";
    // Once told, they leave room for the letters of the lines.
    const room = plot.right - plot.x(END) - this.#em - 18;
    const apart = isTold ? Math.min(25, room / 2) : 46;
    return plot.x.invert(plot.right - 2 - apart * LOSS_NAMES.indexOf(name));
  }

  #paintGhost(name: LossName, guess: "none" | "open" | "told"): void {
    const { plot } = this.line;
    const handle = this.#ghosts[name];
    handle.enable(guess !== "none");
    handle.element.classList.toggle("settled", guess === "told");
    if (guess !== "open") handle.element.setAttribute("tabindex", "-1");
    show(this.#ghostLines[name], guess !== "none");
    if (guess === "none") return;
    const w = this.#options.ghost(name);
    const top = plot.y.invert(plot.top + 8);
    const x = Math.min(this.#ghostX(name), top / Math.max(w, 1e-9));
    handle.place(x, w * x);
    put(this.#ghostLines[name], {
      x1: plot.x(0),
      y1: plot.y(0),
      x2: plot.x(x),
      y2: plot.y(w * x),
    });
  }

  /** Lines that lie close keep their names apart. */
  #paintLabels({ best, looked, guess }: ThreeLinesState): void {
    const { plot } = this.line;
    const wanted = LOSS_NAMES.map((name) =>
      Math.max(plot.top, Math.min(plot.bottom, plot.y(best[name] * END))),
    );
    const places = spread(wanted, this.#em * 1.2);
    LOSS_NAMES.forEach((name, i) => {
      const label = this.#labels[name];
      show(label, guess !== "open");
      label.classList.toggle("looked", name === looked);
      const isShort = guess === "told" || !this.#hasNames;
      write(label, t(isShort ? `loss-letter-${name}` : `loss-${name}`));
      put(label, { x: plot.x(END) + 6, y: (places[i]! + this.#em * 0.35).toFixed(1) });
    });
  }

  #paintAreas({ points, looked, delta, errors, charges, guess }: ThreeLinesState): void {
    const { plot } = this.line;
    show(this.#areas, guess !== "open");
    if (guess === "open") return;
    while (this.#areas.childElementCount > points.length) this.#areas.lastChild!.remove();
    while (this.#areas.childElementCount < points.length) {
      const i = this.#areas.childElementCount;
      this.#areas.append(s("path", { "data-kedou": `area-${i}` }));
    }
    points.forEach(([x, y], i) => {
      const e = errors[i]!;
      put(this.#areas.children[i]!, {
        d: outline(areaOf(looked, plot, x, y, e, delta)),
        class: e >= 0 ? "area plus" : "area minus",
        "data-value": charges[i]!,
      });
    });
  }

  #measure(): void {
    const { plot } = this.line;
    this.#em = Number.parseFloat(getComputedStyle(plot.svg).fontSize) || 15;
    const room = plot.width - plot.x(END) - 10;
    const wide = (text: string): number =>
      [...text].reduce((sum, each) => sum + (each > "\u2e80" ? 1 : 0.56), 0) * this.#em;
    this.#hasNames = LOSS_NAMES.every((name) => wide(t(`loss-${name}`)) <= room);
  }
}
