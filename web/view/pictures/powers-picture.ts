/**
 * Tadpoles and a curve: one of them may be hidden, its tail is then the error of a curve that did
 * not see it. To the right, where no tadpole is, lies what the curve predicts.
 */

import type { Prediction } from "../../model/powers.ts";
import { focusedBy, put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { clamp, fixed, signed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import type { Moving } from "../kit/points.ts";
import { t } from "../kit/words.ts";
import type { Point } from "../lesson.ts";
import { letAdd, letMove, tailPath } from "./tadpoles.ts";

export const TIMES = [0, 7] as const;
/** The picture widens where the curve is drawn on to later times. */
const NEAR = [-0.5, 7.5] as const;
const WIDE = [-3.2, 8] as const;
/** Where the badge lies for the line, for neither, and for the cubic. */
const LANES: Readonly<Record<number, number>> = { 1: 6, 0: 4, [-1]: 2 };
const LANE_X = 4.85;
const BAND_PIECES = 72;
const SMALL = 240;

export type Curve = (x: number) => number;

export interface PowersOptions {
  readonly moving: Moving;
  /** The place to predict, moved along the time. */
  readonly place: () => number;
  readonly movePlace: (x: number, how: string) => void;
  readonly predicted: () => number;
  readonly badge: () => number;
  readonly moveBadge: (choice: number, how: string) => void;
  readonly moved: () => void;
}

export interface PowersState {
  readonly points: readonly Point[];
  readonly curve: Curve;
  /** How far to the right the curves are drawn. */
  readonly end: number;
  readonly hidden: number | null;
  /** The tadpole that will be hidden next, while that is announced. */
  readonly next: number | null;
  readonly place: Prediction | null;
  readonly band: ((x: number) => Prediction) | null;
  /** A second curve: the cubic beside the line, the goal of a descent. */
  readonly other: Curve | null;
  readonly otherIsGuess: boolean;
  /** The curve that was chosen in the guess, once it is answered. */
  readonly chosen: Curve | null;
  /** Names and losses of line and cubic while the guess is open. */
  readonly asking: readonly [string, string] | null;
}

export class PowersPicture {
  readonly plot: Plot;
  #options: PowersOptions;
  #band = s("path", { class: "band" });
  #other = s("path", { class: "other-curve" });
  #curve = s("path", { class: "model-curve" });
  #tadpoles = s("g");
  #tails: SVGPathElement[] = [];
  #dots: SVGGElement[] = [];
  #error = s("text", { class: "number-label" });
  #unknown = s(
    "g",
    { class: "unknown", "aria-hidden": "true" },
    s("line"),
    s("circle", { r: 15 }),
    s("text", { "text-anchor": "middle", y: 5 }, "?"),
  );
  #whisker = s("path", { class: "whisker" });
  #rival = s(
    "g",
    { class: "rival" },
    s("circle", { r: 5 }),
    s("text", { class: "number-label", "text-anchor": "end", x: -11, y: 5 }),
  );
  #value = s("text", { class: "number-label", "text-anchor": "end" });
  #leaders = [s("path", { class: "leader" }), s("path", { class: "leader" })] as const;
  #names = [s("text", { class: "title" }), s("text", { class: "title" })] as const;
  #badgeText = s("text", { class: "badge-name", "text-anchor": "middle" }, t("train-badge"));
  #place: Handle;
  #badge: Handle;
  #last: PowersState | null = null;

  constructor(options: PowersOptions) {
    this.#options = options;
    this.plot = new Plot({
      label: t("powers-picture"),
      name: "powers-picture",
      x: TIMES,
      y: NEAR,
      xTitle: t("axis-time"),
      yTitle: t("axis-volume"),
    });
    const { plot } = this;
    plot.under.append(this.#band);
    plot.data.append(this.#other, this.#tadpoles, this.#curve, this.#whisker);
    this.#place = new Handle(plot, {
      name: "place",
      label: t("train-place"),
      low: TIMES[0],
      high: TIMES[1],
      step: 0.1,
      bigStep: 1,
      fromPointer: (x) => x,
      value: options.place,
      text: (x) => t("train-place-text", { x: fixed(x, 1), y: fixed(options.predicted(), 2) }),
      change: options.movePlace,
      end: options.moved,
    });
    this.#badge = new Handle(plot, {
      name: "guess-badge",
      label: t("train-badge-label"),
      kind: "guess",
      low: -1,
      high: 1,
      step: 1,
      bigStep: 2,
      fromPointer: (_, y) => lane(y),
      value: options.badge,
      text: choiceText,
      change: options.moveBadge,
      end: options.moved,
    });
    plot.over.append(
      ...this.#leaders,
      ...this.#names,
      this.#unknown,
      this.#error,
      this.#value,
      this.#rival,
      this.#place.element,
      this.#badgeText,
      this.#badge.element,
    );
    letAdd(plot, options.moving);
    plot.onLayout(() => this.#last && this.paint(this.#last));
  }

  paint(state: PowersState): void {
    this.#last = state;
    const { plot } = this;
    const { curve, end, other } = state;
    const isWide = state.place !== null;
    plot.setDomain(TIMES, isWide ? WIDE : NEAR);
    // On a small screen the name of the axis would lie on what is predicted.
    plot.nameX(isWide && plot.height < SMALL ? "" : t("axis-time"));
    put(this.#curve, { d: plot.curve(curve, TIMES[0], end, 160) });
    this.#other.classList.toggle("guessed", state.otherIsGuess);
    put(this.#other, { d: other ? plot.curve(other, TIMES[0], end, 160) : "" });
    put(this.#band, { d: state.band ? this.#bandPath(state.band) : "" });
    this.#paintTadpoles(state);
    this.#paintPlace(state);
    this.#paintAsking(state);
    this.#paintChosen(state);
  }

  #paintTadpoles({ points, curve, hidden, next }: PowersState): void {
    const { plot } = this;
    if (this.#tails.length !== points.length) this.#makeTadpoles(points.length);
    points.forEach(([x, y], i) => {
      const e = y - curve(x);
      const isHidden = i === hidden;
      const faint = hidden !== null && !isHidden ? " faint" : "";
      const tail = this.#tails[i]!;
      put(tail, {
        d: Number.isNaN(e) ? "" : tailPath(plot, x, y, plot.y.invert(this.#kept(curve(x)))),
        class: `tail ${e >= 0 ? "plus" : "minus"}${faint}`,
      });
      if (e < 0) tail.setAttribute("fill", `url(#${plot.id}-hatch)`);
      else tail.removeAttribute("fill");
      const dot = this.#dots[i]!;
      put(dot, {
        transform: `translate(${plot.x(x).toFixed(2)},${plot.y(y).toFixed(2)})`,
        "data-x": x,
        "data-y": y,
      });
      dot.classList.toggle("out", isHidden);
      dot.classList.toggle("next", i === next);
      const place = t("tadpole-error", { x: fixed(x, 1), y: fixed(y, 1), e: signed(e) });
      const said = isHidden ? `${place}. ${t("train-is-hidden")}` : place;
      dot.setAttribute("aria-label", `${said} ${t("tadpole-keys")}`);
    });
    show(this.#error, hidden !== null);
    if (hidden === null) return;
    const [x, y] = points[hidden]!;
    const e = y - curve(x);
    const middle = (plot.y(y) + clamp(this.#kept(curve(x)), plot.top, plot.bottom)) / 2;
    const isLeft = this.#hasMoreRoomLeft(points, x);
    write(this.#error, signed(e));
    put(this.#error, {
      x: plot.x(x) + (isLeft ? -13 : 13),
      y: middle + 5,
      "text-anchor": isLeft ? "end" : "start",
    });
  }

  #hasMoreRoomLeft(points: readonly Point[], x: number): boolean {
    const at = this.plot.x(x);
    const away = points.map(([each]) => this.plot.x(each) - at);
    const left = Math.min(at - this.plot.left, ...away.filter((by) => by < -1).map((by) => -by));
    const right = Math.min(this.plot.right - at, ...away.filter((by) => by > 1));
    return left > right;
  }

  #paintPlace(state: PowersState): void {
    const { plot } = this;
    const { place, asking } = state;
    const x = this.#options.place();
    show(this.#unknown, place === null && asking === null);
    const half = (plot.bottom - plot.top) / 2;
    put(this.#unknown, { transform: `translate(${plot.x(x)},${plot.top + half})` });
    put(this.#unknown.children[0]!, { y1: -half, y2: half });
    this.#paintRival(place !== null && state.band ? state.other : null, x);
    this.#place.enable(place !== null);
    show(this.#whisker, place !== null && place.low !== null);
    show(this.#value, place !== null);
    if (place === null) return;
    const at = clamp(this.#kept(place.value), plot.top + 10, plot.bottom - 10);
    this.#place.place(x, plot.y.invert(at));
    const out = place.value > plot.y.invert(plot.top) ? " ↑" : place.value < WIDE[0] ? " ↓" : "";
    write(this.#value, `${fixed(place.value, 2)}${out}`);
    const isLeft = plot.x(x) < plot.left + 90;
    put(this.#value, {
      x: plot.x(x) + (isLeft ? 20 : -20),
      y: clamp(at - 12, plot.top + 12, plot.bottom),
      "text-anchor": isLeft ? "start" : "end",
    });
    if (place.low === null || place.high === null) return;
    const px = plot.x(x).toFixed(1);
    const [low, high] = [this.#kept(place.low), this.#kept(place.high)];
    put(this.#whisker, { d: `M${px},${low}V${high}m-7,0h14M${px},${low}m-7,0h14` });
  }

  /** What the other curve says at the same time. */
  #paintRival(other: Curve | null, x: number): void {
    const { plot } = this;
    const value = other?.(x) ?? 0;
    show(this.#rival, other !== null && value >= WIDE[0] && value <= WIDE[1]);
    put(this.#rival, { transform: `translate(${plot.x(x)},${plot.y(value)})` });
    write(this.#rival.lastElementChild!, fixed(value, 2));
  }

  #paintAsking({ asking, curve, other, end }: PowersState): void {
    const { plot } = this;
    const choice = this.#options.badge();
    [1, -1].forEach((each, i) => {
      show(this.#leaders[i]!, asking !== null);
      show(this.#names[i]!, asking !== null);
      if (!asking) return;
      const from = (i === 0 ? curve : other!)(end);
      const y = plot.y(LANES[each]!);
      put(this.#leaders[i]!, {
        d: `M${plot.x(end)},${plot.y(from)}L${plot.x(LANE_X)},${y}`,
        class: choice === each ? "leader taken" : "leader",
      });
      write(this.#names[i]!, asking[i]!);
      put(this.#names[i]!, { x: plot.x(LANE_X) + 24, y: y + 5 });
    });
    this.#badge.enable(asking !== null);
    if (asking) this.#badge.place(LANE_X, LANES[choice]!);
  }

  /** The guess stays beside the truth: on the end of the curve that was chosen. */
  #paintChosen({ chosen, asking }: PowersState): void {
    const { plot } = this;
    this.#badge.element.classList.toggle("settled", chosen !== null);
    show(this.#badgeText, chosen !== null);
    if (asking || !chosen) return;
    let x = TIMES[1] - 0.3;
    while (x > 4.3 && (chosen(x) < -0.2 || chosen(x) > 7)) x -= 0.02;
    const y = chosen(x);
    this.#badge.element.classList.remove("gone");
    this.#badge.place(x, y);
    const isBeside = x < TIMES[1] - 0.6;
    put(this.#badgeText, {
      x: plot.x(x) + (isBeside ? 20 : 0),
      y: plot.y(y) + (isBeside ? 5 : -21),
      "text-anchor": isBeside ? "start" : "middle",
    });
  }

  #bandPath(band: (x: number) => Prediction): string {
    const { plot } = this;
    const upper: string[] = [];
    const lower: string[] = [];
    for (let i = 0; i <= BAND_PIECES; i++) {
      const x = TIMES[0] + ((TIMES[1] - TIMES[0]) * i) / BAND_PIECES;
      const { low, high } = band(x);
      if (low === null || high === null) return "";
      const px = plot.x(x).toFixed(1);
      upper.push(`${px},${this.#kept(high).toFixed(1)}`);
      lower.unshift(`${px},${this.#kept(low).toFixed(1)}`);
    }
    return `M${[...upper, ...lower].join("L")}Z`;
  }

  /** A height in pixels, no farther out of the picture than a stroke can be drawn. */
  #kept(y: number): number {
    const { height } = this.plot;
    return Number.isNaN(y) ? 3 * height : clamp(this.plot.y(y), -2 * height, 3 * height);
  }

  #makeTadpoles(count: number): void {
    const focused = this.#dots.findIndex((dot) => dot === focusedBy(dot));
    for (const dot of this.#dots) dot.remove();
    this.#tails = Array.from({ length: count }, () => s("path", { class: "tail" }));
    this.#dots = Array.from({ length: count }, (_, i) => {
      const dot = s(
        "g",
        { class: "tadpole movable", role: "button", tabindex: 0, "data-kedou": `tadpole-${i}` },
        s("circle", { class: "tadpole-hit", r: 22 }),
        s("circle", { class: "tadpole-dot", r: 7 }),
      );
      letMove(dot, i, this.plot, this.#options.moving);
      return dot;
    });
    this.#tadpoles.replaceChildren(...this.#tails);
    this.plot.over.prepend(...this.#dots);
    if (focused >= 0) this.#dots[Math.min(focused, count - 1)]?.focus({ preventScroll: true });
  }
}

function choiceText(choice: number): string {
  if (choice === 0) return t("train-choice-none");
  return choice > 0 ? t("train-choice-line") : t("train-choice-cubic");
}

/** The lane nearest to a height. */
function lane(y: number): number {
  return [1, 0, -1].reduce((a, b) => (Math.abs(LANES[b]! - y) < Math.abs(LANES[a]! - y) ? b : a));
}
