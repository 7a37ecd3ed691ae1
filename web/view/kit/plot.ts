/**
 * A plot in SVG whose axes never overlap: as many ticks as fit, the names of the axes in margins
 * of their own. Scales map data to pixels, and are made anew when the picture changes its size.
 */

import { scaleLinear, scaleLog, scaleSymlog, type ScaleContinuousNumeric } from "d3-scale";
import { clear, put, s, unique } from "./dom.ts";
import { short } from "./numbers.ts";
import { tied } from "./words.ts";

export type Scale = ScaleContinuousNumeric<number, number>;

/**
 * A linear scale as a factor and what is added: a thousand dots a frame notice that a scale looks
 * its ends up at every call.
 */
export function affine(scale: Scale): readonly [factor: number, shift: number] {
  const [from, to] = scale.domain() as [number, number];
  const [first, last] = scale.range() as [number, number];
  const factor = (last - first) / (to - from);
  return [factor, first - factor * from];
}

export interface PlotOptions {
  /** What the picture is, for a screen reader. */
  readonly label: string;
  readonly name: string;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
  /** x counts steps: 0, 1, 10, 100, ... are equally far apart from 1 on. */
  readonly stepsX?: boolean;
  readonly xTicks?: readonly number[];
  readonly yTicks?: readonly number[];
  /** No axes: the cover's picture. */
  readonly bare?: boolean;
  readonly square?: boolean;
  readonly rightRoom?: number;
  /** Whether the name of x has a row of its own however low the picture is. */
  readonly xTitleBelow?: boolean;
  /** Whether x has numbers: not where another picture below has the same x. */
  readonly xLabels?: boolean;
}

export class Plot {
  readonly svg: SVGSVGElement;
  readonly under = s("g");
  readonly data = s("g");
  readonly over = s("g");
  readonly id = unique("plot");
  width = 600;
  height = 400;
  /** Height of the type, in pixels. */
  em = 13;
  left = 0;
  right = 0;
  top = 0;
  bottom = 0;
  x: Scale;
  y: Scale;
  #options: PlotOptions;
  #axes = s("g", { class: "axes", "aria-hidden": "true" });
  #clip = s("rect");
  #observer: ResizeObserver;
  #titleInside = false;
  #isMeasured = false;
  /** The projector key changes the type and not the size of the picture. */
  #resized = tied(() => this.layout());
  #laidOut: () => void = () => undefined;

  constructor(options: PlotOptions) {
    this.#options = options;
    const x = options.logX ? scaleLog() : options.stepsX ? scaleSymlog() : scaleLinear();
    this.x = x.domain([...options.x]);
    this.y = (options.logY ? scaleLog() : scaleLinear()).domain([...options.y]);
    const clip = s("clipPath", { id: `${this.id}-clip` }, this.#clip);
    this.under.setAttribute("clip-path", `url(#${this.id}-clip)`);
    this.data.setAttribute("clip-path", `url(#${this.id}-clip)`);
    this.svg = s(
      "svg",
      { class: "plot", role: "group", "aria-label": options.label, "data-kedou": options.name },
      s("defs", {}, clip, hatch(this.id)),
      this.#axes,
      this.under,
      this.data,
      this.over,
    );
    this.#observer = new ResizeObserver(tied(() => this.layout()));
    this.#observer.observe(this.svg);
    window.addEventListener("resize", this.#resized);
  }

  /** Call `then` after every change of size, and once now. */
  onLayout(then: () => void): void {
    this.#laidOut = then;
  }

  /** Change the name of the x axis; it is drawn with the next layout. */
  nameX(xTitle: string): void {
    if (xTitle === this.#options.xTitle) return;
    this.#options = { ...this.#options, xTitle };
    this.layout();
  }

  /** Change the names of both axes; they are drawn with the next layout. */
  nameAxes(xTitle: string, yTitle: string): void {
    this.#options = { ...this.#options, xTitle, yTitle };
  }

  /** Whether y is on a log scale; it is drawn with the next layout. */
  setLogY(on: boolean): void {
    if (on === (this.#options.logY ?? false)) return;
    this.#options = { ...this.#options, logY: on };
    const range = this.y.range();
    this.y = (on ? scaleLog() : scaleLinear()).domain([...this.#options.y]).range(range);
  }

  /** Change the name of the y axis, likewise. */
  nameY(yTitle: string): void {
    if (yTitle === this.#options.yTitle) return;
    this.#options = { ...this.#options, yTitle };
    this.layout();
  }

  /**
   * Change what is shown; a square picture grows the shorter side of it. Whether it was another
   * one: then all is drawn anew.
   */
  setDomain(x: readonly [number, number], y: readonly [number, number]): boolean {
    const [x0, x1] = this.#options.x;
    const [y0, y1] = this.#options.y;
    if (x0 === x[0] && x1 === x[1] && y0 === y[0] && y1 === y[1]) return false;
    this.#options = { ...this.#options, x, y };
    this.x.domain([...x]);
    this.y.domain([...y]);
    this.arrange();
    return true;
  }

  /** Measure the picture, and draw it. */
  layout(): void {
    const width = this.svg.clientWidth;
    const height = this.svg.clientHeight;
    if (width === 0 || height === 0) return;
    this.em = Number.parseFloat(getComputedStyle(this.svg).fontSize) || 13;
    this.width = width;
    this.height = height;
    this.#isMeasured = true;
    this.arrange();
  }

  /** Draw in the size that was measured last: to measure during a drag costs a layout. */
  arrange(): void {
    if (!this.#isMeasured) {
      this.layout();
      return;
    }
    const { width, height, em } = this;
    const { bare, xTitle, rightRoom = 0, xLabels = true, xTitleBelow } = this.#options;
    const low = height < em * 18 && !xTitleBelow;
    this.#titleInside = low;
    this.right = width - (bare ? 8 : em * 1.1) - rightRoom * em;
    this.top = bare ? 8 : em * 2.3;
    this.bottom = height - (bare ? 8 : em * (!xLabels ? 0.6 : xTitle && !low ? 3.3 : 2.1));
    this.y.range([this.bottom, this.top]);
    // Numbers beside the axis have the room they need, and not less than short ones take.
    const longest = bare ? 0 : Math.max(0, ...this.#yLabels(em).map(({ text }) => text.length));
    this.left = bare ? 8 : em * Math.max(2.9, 0.56 * longest + 0.9);
    // A picture that is narrower than its margins, for a moment, is drawn a pixel wide.
    this.right = Math.max(this.right, this.left + 1);
    this.x.range([this.left, this.right]);
    if (this.#options.square) this.#keepSquare();
    put(this.svg, { viewBox: `0 0 ${width} ${height}` });
    put(this.#clip, {
      x: this.left,
      y: this.top - 2,
      width: Math.max(0, this.right - this.left),
      height: Math.max(0, this.bottom - this.top + 4),
    });
    if (!bare) this.#drawAxes(em);
    this.#laidOut();
  }

  /** One unit is as long along x as along y: grow the shorter domain around its middle. */
  #keepSquare(): void {
    const [x0, x1] = this.#options.x;
    const [y0, y1] = this.#options.y;
    const perX = (this.right - this.left) / (x1 - x0);
    const perY = (this.bottom - this.top) / (y1 - y0);
    const unit = Math.min(perX, perY);
    const halfX = (this.right - this.left) / unit / 2;
    const halfY = (this.bottom - this.top) / unit / 2;
    this.x.domain([(x0 + x1) / 2 - halfX, (x0 + x1) / 2 + halfX]);
    this.y.domain([(y0 + y1) / 2 - halfY, (y0 + y1) / 2 + halfY]);
  }

  #drawAxes(em: number): void {
    const { x, y, left, right, top, bottom } = this;
    const nodes: SVGElement[] = [];
    const xTicks =
      this.#options.xTicks ??
      (this.#options.stepsX
        ? stepTicks(x.domain()[1]!)
        : x.ticks(Math.max(2, Math.floor((right - left) / (em * 7)))));
    const { xTitle, yTitle } = this.#options;
    // A low picture has one row for the numbers of x and its name: the name has its end.
    const named = this.#titleInside && xTitle ? right - widthOf(xTitle) * em - em * 0.6 : Infinity;
    let last = -Infinity;
    for (const { tick, text: label } of labelled(xTicks)) {
      const at = x(tick);
      if (at < left - 1 || at > right + 1) continue;
      nodes.push(s("line", { class: "grid", x1: at, x2: at, y1: top, y2: bottom }));
      if (this.#options.xLabels === false) continue;
      const half = label.length * em * 0.3;
      if (at - half < last + em * 0.6 || at + half > named) continue;
      last = at + half;
      nodes.push(
        s("text", { class: "tick", x: at, y: bottom + em * 1.5, "text-anchor": "middle" }, label),
      );
    }
    let lowest = Infinity;
    for (const { tick, text } of this.#yLabels(em)) {
      const at = y(tick);
      if (at < top - 1 || at > bottom + 1) continue;
      nodes.push(s("line", { class: "grid", x1: left, x2: right, y1: at, y2: at }));
      if (at > lowest - em * 1.2) continue;
      lowest = at;
      nodes.push(
        s(
          "text",
          { class: "tick", x: left - em * 0.5, y: at + em * 0.35, "text-anchor": "end" },
          text,
        ),
      );
    }
    nodes.push(s("path", { class: "axis", d: `M${left},${top}V${bottom}H${right}` }));
    if (xTitle) {
      nodes.push(
        s(
          "text",
          {
            class: "title",
            x: right,
            y: bottom + em * (this.#titleInside ? 1.5 : 2.85),
            "text-anchor": "end",
          },
          xTitle,
        ),
      );
    }
    if (yTitle) nodes.push(s("text", { class: "title", x: em * 0.4, y: em * 1.1 }, yTitle));
    clear(this.#axes, ...nodes);
  }

  /** The numbers beside y: of many on a log scale powers of ten, as many as there is room for. */
  #yLabels(em: number): { tick: number; text: string }[] {
    const most = Math.max(2, Math.floor((this.bottom - this.top) / (em * 4.2)));
    const { yTicks, logY } = this.#options;
    const [low, high] = this.y.domain() as [number, number];
    const ticks = (yTicks ?? this.y.ticks(most)).filter((tick) => tick >= low && tick <= high);
    if (!logY || yTicks || ticks.length <= most) return labelled(ticks);
    const tens = ticks.filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e9) / 1e9));
    const every = Math.ceil(tens.length / most);
    return labelled(tens.length > 1 ? tens.filter((_, i) => i % every === 0) : ticks);
  }

  /** The path of y = f(x) over the visible range, broken where there is no value, and at poles. */
  curve(f: (x: number) => number, from?: number, to?: number, pieces = 96): string {
    const [low, high] = this.x.domain() as [number, number];
    const a = Math.max(low, from ?? low);
    const b = Math.min(high, to ?? high);
    if (!(b > a)) return "";
    const at = (x: number): string => this.x(x).toFixed(1);
    const kept = (value: number): string =>
      Math.max(-2 * this.height, Math.min(3 * this.height, this.y(value))).toFixed(1);
    let path = "";
    let last: readonly [x: number, value: number, y: number] | null = null;
    for (let i = 0; i <= pieces; i++) {
      const x = a + ((b - a) * i) / pieces;
      const value = f(x);
      if (!Number.isFinite(value)) {
        // A single place without a value is a hole as small as a point.
        const hair = 1e-6 * (b - a);
        if (last && Number.isFinite(f(x - hair))) path += `L${at(x)},${kept(f(x - hair))}`;
        last = null;
        const after = f(x + hair);
        if (i < pieces && Number.isFinite(after)) {
          path += `M${at(x)},${kept(after)}`;
          last = [x + hair, after, this.y(after)];
        }
        continue;
      }
      const y = this.y(value);
      if (last && Math.abs(y - last[2]) > this.height && isPole(f, x, value, last)) last = null;
      path += `${last ? "L" : "M"}${at(x)},${kept(value)}`;
      last = [x, value, y];
    }
    return path;
  }

  destroy(): void {
    this.#observer.disconnect();
    window.removeEventListener("resize", this.#resized);
  }
}

/** How wide a text is, in sizes of its type: a Chinese sign is as wide as it is high. */
function widthOf(text: string): number {
  return [...text].reduce((sum, each) => sum + (each > "\u2e7f" ? 1 : 0.58), 0);
}

/** Whether a curve does not get from one value to another by way of what lies between them. */
function isPole(
  f: (x: number) => number,
  x: number,
  value: number,
  [before, valueBefore]: readonly [x: number, value: number, y: number],
): boolean {
  const middle = f(0.5 * (x + before));
  return !(middle >= Math.min(value, valueBefore) && middle <= Math.max(value, valueBefore));
}

/** Ticks with their numbers: with as many digits as tell them apart. */
function labelled(ticks: readonly number[]): { tick: number; text: string }[] {
  for (let digits = 4; ; digits += 2) {
    const texts = ticks.map((tick) => short(tick, digits, 1e6));
    if (digits > 12 || new Set(texts).size === texts.length) {
      return ticks.map((tick, i) => ({ tick, text: texts[i]! }));
    }
  }
}

function stepTicks(last: number): number[] {
  const ticks = [0, 1];
  for (let power = 10; power <= last; power *= 10) ticks.push(power);
  return ticks;
}

/** Sign is never colour alone: what the line overshoots is hatched. */
function hatch(id: string): SVGPatternElement {
  return s(
    "pattern",
    {
      id: `${id}-hatch`,
      width: 5,
      height: 5,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    },
    s("rect", { class: "hatch-ground", width: 5, height: 5 }),
    s("line", { class: "hatch-line", x1: 0, y1: 0, x2: 0, y2: 5 }),
  );
}
