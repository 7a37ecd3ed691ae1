/**
 * A network drawn large: values in the units, numbers on the edges, forward and then backward.
 *
 * A solid edge adds to the unit it goes to, a dashed one takes away; the more it carries, the thicker
 * it is. Slopes, found from the end, carry a backward arrow.
 */

import { clear, put, remAt, s, show, write } from "../kit/dom.ts";
import { short, trimmed } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t } from "../kit/words.ts";
import type { Pass, Place } from "../networks.ts";
import { arrange, type Layout, type Spot } from "./network-layout.ts";
import {
  makeEdge,
  makeUnit,
  movedText,
  within,
  type Edge,
  type NetworkPictureOptions,
  type Unit,
} from "./network-parts.ts";

/** The edge in the light: the number walks along it, `along` from 0 to 1 of its way. */
export interface Lit {
  readonly edge: number;
  readonly backward: boolean;
  readonly along: number;
}

export interface NetworkState {
  readonly pass: Pass;
  readonly lit: Lit | null;
  /** Whether the loss is in the light. */
  readonly atLoss: boolean;
  /** Edges from this one on have their slopes. */
  readonly slopesFrom: number;
  /** Whether the output has its slope. */
  readonly outputSlope: boolean;
  readonly chosen: { readonly column: number; readonly unit: number } | null;
  /** How far each unit has moved by a pinch, by column. */
  readonly moves: readonly (readonly number[])[] | null;
  /** Which numbers a hand may change. */
  readonly isLoose: (place: Place) => boolean;
  readonly showsBias: boolean;
  /** A handle that shows itself. */
  readonly pulse: boolean;
  readonly y: number;
  readonly loss: number;
}

export class NetworkPicture {
  readonly plot: Plot;
  #options: NetworkPictureOptions;
  #lines = s("g");
  #light = s("line", { class: "edge-light" });
  #head = s("path", { class: "edge-head" });
  #walker = s("circle", { class: "walker", r: 6 });
  #things = s("g");
  #titles = s("g");
  #target = s("text", { class: "net-text", "text-anchor": "middle", "data-kedou": "target" });
  #loss = s("text", { class: "net-text", "text-anchor": "middle", "data-kedou": "loss-text" });
  #edges: Edge[] = [];
  #units: Unit[][] = [];
  #layout: Layout | null = null;
  #widths: readonly number[] = [];
  #em = 13;
  #isLarge = false;
  #last: NetworkState | null = null;

  constructor(options: NetworkPictureOptions) {
    this.#options = options;
    this.plot = new Plot({
      label: t("network-picture"),
      name: "network-picture",
      x: [0, 1],
      y: [0, 1],
      xTitle: "",
      yTitle: "",
      bare: true,
    });
    this.plot.svg.classList.add("network-plot");
    this.plot.over.append(
      this.#lines,
      this.#light,
      this.#head,
      this.#walker,
      this.#titles,
      this.#things,
      this.#target,
      this.#loss,
    );
    this.plot.onLayout(() => {
      this.#layout = null;
      if (this.#last) this.paint(this.#last);
    });
  }

  paint(state: NetworkState): void {
    this.#last = state;
    const { network, passed } = state.pass;
    const widths = passed.activations.map(({ columns }) => columns);
    if (widths.join() !== this.#widths.join()) {
      this.#widths = widths;
      this.#layout = null;
      this.#build(widths);
    }
    this.#layout ??= this.#arrange(widths);
    const layout = this.#layout;
    this.#paintTitles(
      layout,
      network.layers.map(({ activation }) => activation),
    );
    this.#edges.forEach((_, k) => this.#paintEdge(state, layout, k));
    this.#paintLight(state, layout);
    this.#units.forEach((column, c) => {
      column.forEach((_, i) => this.#paintUnit(state, layout, c, i));
    });
    this.#paintLoss(state, layout);
  }

  #arrange(widths: readonly number[]): Layout {
    const { width, height, svg } = this.plot;
    const rem = remAt(svg);
    const word = Number.parseFloat(getComputedStyle(svg).fontSize) || 13;
    this.#isLarge = width >= 600;
    const isChain = this.#isChain;
    const em = rem * (!this.#isLarge ? 0.8125 : isChain ? 1.375 : 0.9375);
    this.#em = Math.min(em, width / (this.#isLarge ? 33 : 27));
    svg.style.setProperty("--number-size", `${this.#em}px`);
    const label = this.#em * (isChain ? 5.9 : this.#isLarge ? 4.6 : 3.9);
    return arrange(widths, { width, height, em: this.#em, top: word * 2.9, label });
  }

  get #isChain(): boolean {
    return this.#widths.join() === "1,1,1";
  }

  /** A number as there is room for it; a chain has room for more. */
  #number(value: number, chars: number): string {
    return this.#isChain && Math.abs(value) < 1000 ? trimmed(value) : within(value, chars);
  }

  /** Make the elements of a network of these widths, in the order of the Tab key. */
  #build(widths: readonly number[]): void {
    clear(this.#lines);
    clear(this.#things);
    this.#edges = [];
    this.#units = widths.map((count, c) => {
      if (c > 0) {
        for (let to = 0; to < count; to++) {
          for (let from = 0; from < widths[c - 1]!; from++) {
            const edge = makeEdge(this.#options, c - 1, to, from);
            this.#edges.push(edge);
            this.#lines.append(edge.line);
            this.#things.append(edge.handle.element, edge.carries, edge.gradient);
          }
        }
      }
      return Array.from({ length: count }, (_, i) => {
        const unit = makeUnit(this.#options, c, i);
        this.#things.append(unit.element, unit.slope, unit.moved);
        if (unit.bias) this.#things.append(unit.bias.element);
        return unit;
      });
    });
  }

  #paintTitles(layout: Layout, activations: readonly string[]): void {
    const { svg, width } = this.plot;
    const word = Number.parseFloat(getComputedStyle(svg).fontSize) || 13;
    const columns = layout.units.length;
    const nodes = layout.units.flatMap((column, c) => {
      const isLast = c === columns - 1;
      const kind = c === 0 ? "input" : isLast ? "output" : "hidden";
      const anchor = c === 0 ? "start" : isLast ? "end" : "middle";
      const x = c === 0 ? 4 : isLast ? width - 4 : column[0]!.x;
      const line = (y: number, text: string, className: string): SVGTextElement =>
        s("text", { class: className, x, y: word * y, "text-anchor": anchor }, text);
      const activation = activations[c - 1];
      return [
        line(1.1, t(`layer-${kind}`), "title"),
        activation && activation !== "identity"
          ? line(2.4, t(`activation-${activation}` as "activation-relu"), "tick")
          : null,
      ];
    });
    clear(this.#titles, ...nodes);
  }

  /** The unit of a column that has its numbers shown where there is no room for all. */
  #focusOf(state: NetworkState, column: number): number {
    const lit = state.lit ? this.#edges[state.lit.edge] : undefined;
    if (lit?.layer === column - 1) return lit.to;
    if (lit?.layer === column) return lit.from;
    return state.chosen?.column === column ? state.chosen.unit : 0;
  }

  /** Where the numbers of an edge stand, and whether both fit; null where they are not shown. */
  #spotOf(state: NetworkState, layout: Layout, k: number): { spot: Spot; isShort: boolean } | null {
    const { layer, to, from } = this.#edges[k]!;
    const { whole, into, outOf, alone } = layout.gaps[layer]!;
    if (whole) return { spot: whole[to]![from]!, isShort: false };
    const { lit, chosen } = state;
    if (lit && this.#edges[lit.edge]!.layer === layer) {
      return lit.edge === k ? { spot: alone[to]![from]!, isShort: false } : null;
    }
    const isOut = chosen?.column === layer;
    if (isOut ? from !== chosen.unit : to !== this.#focusOf(state, layer + 1)) return null;
    const { spots, isShort } = isOut ? outOf[from]! : into[to]!;
    return { spot: spots[isOut ? to : from]!, isShort };
  }

  #paintEdge(state: NetworkState, layout: Layout, k: number): void {
    const edge = this.#edges[k]!;
    const { back, edges } = state.pass;
    const { carries } = edges[k]!;
    const { layer, to, from } = edge;
    const [a, b] = ends(layout, edge);
    put(edge.line, { x1: a.x, y1: a.y, x2: b.x, y2: b.y });
    edge.line.style.setProperty("stroke-width", `calc(${thickness(carries)}px * var(--stroke))`);
    edge.line.setAttribute(
      "class",
      carries < 0 ? "edge minus" : carries > 0 ? "edge plus" : "edge",
    );
    const place = this.#spotOf(state, layout, k);
    const hasSlope = k >= state.slopesFrom;
    const gradient = back.weights[layer]!.data[to * back.weights[layer]!.columns + from]!;
    const room = this.#isLarge ? 6 : 5;
    write(edge.carries, `→ ${this.#number(carries, room)}`);
    write(edge.gradient, `← ${this.#number(gradient, room)}`);
    edge.carries.setAttribute("data-value", String(carries));
    edge.gradient.setAttribute("data-value", String(gradient));
    const isWhole = place !== null && !place.isShort;
    show(edge.handle.element, place !== null);
    show(edge.carries, isWhole && !hasSlope);
    show(edge.gradient, isWhole && hasSlope);
    if (place === null) {
      edge.handle.place(0, 0, 0, 0, this.#em, false);
      return;
    }
    const { spot } = place;
    const em = this.#em;
    const pill = em * 1.45;
    const isLoose = state.isLoose(edge);
    edge.handle.place(spot.x, spot.y, layout.label.width - em * 0.5, pill, em, isLoose);
    edge.handle.pulse(state.pulse && isLoose);
    for (const text of [edge.carries, edge.gradient]) {
      put(text, { x: spot.x.toFixed(1), y: (spot.y + pill / 2 + em * 0.95).toFixed(1) });
    }
  }

  #paintLight(state: NetworkState, layout: Layout): void {
    const { lit } = state;
    for (const each of [this.#light, this.#head]) show(each, lit !== null);
    this.#edges.forEach(({ handle }, k) => handle.element.classList.toggle("lit", lit?.edge === k));
    show(this.#walker, lit !== null && lit.along > 0 && lit.along < 1);
    if (!lit) return;
    const edge = this.#edges[lit.edge]!;
    const forth = ends(layout, edge);
    const [a, b] = lit.backward ? [forth[1], forth[0]] : forth;
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const head = 13;
    const at = (way: number): Spot => ({
      x: a.x + ((b.x - a.x) * way) / length,
      y: a.y + ((b.y - a.y) * way) / length,
    });
    const neck = at(length - head);
    put(this.#light, { x1: a.x, y1: a.y, x2: neck.x, y2: neck.y });
    const nx = ((b.y - a.y) / length) * head * 0.55;
    const ny = ((a.x - b.x) / length) * head * 0.55;
    put(this.#head, {
      d: `M${b.x},${b.y}L${neck.x + nx},${neck.y + ny}L${neck.x - nx},${neck.y - ny}z`,
    });
    const walker = at(length * lit.along);
    put(this.#walker, { cx: walker.x, cy: walker.y });
  }

  #paintUnit(state: NetworkState, layout: Layout, c: number, i: number): void {
    const { pass, chosen } = state;
    const unit = this.#units[c]![i]!;
    const { x, y } = layout.units[c]![i]!;
    const r = layout.radius;
    const em = this.#em;
    const matrix = pass.passed.activations[c]!;
    const value = matrix.data[pass.row * matrix.columns + i]!;
    const chars = Math.max(4, Math.min(6, Math.floor((2 * r * 0.95) / (em * 0.56))));
    const size = Math.min(em * 1.5, Math.max(em, (2 * r * 0.82) / (chars * 0.57)));
    const text = c === 0 ? short(value) : this.#number(value, chars);
    const isChosen = chosen?.column === c && chosen.unit === i;
    put(unit.element, {
      transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`,
      "aria-label": t("unit-label", { unit: this.#options.nameOf(c, i), value: text }),
      "aria-pressed": String(isChosen),
      "data-value": value,
    });
    unit.element.classList.toggle("chosen", isChosen);
    unit.element.classList.toggle("end", c === layout.units.length - 1);
    put(unit.circle, { r });
    write(unit.value, text);
    unit.value.style.setProperty("font-size", `${size.toFixed(1)}px`);
    const isNamed = r >= em * 2;
    const lower = isNamed ? em * 0.3 : 0;
    put(unit.value, { y: (size * 0.35 + lower).toFixed(1) });
    show(unit.called, isNamed);
    put(unit.called, { y: (-em * 0.75).toFixed(1) });

    const isShown = layout.roomy[c]! || i === this.#focusOf(state, c);
    const slope = this.#slopeOf(state, c, i);
    const moved = state.moves?.[c]?.[i] ?? 0;
    const room = this.#isLarge ? 7 : 5;
    show(unit.slope, isShown && slope !== null && !moved);
    show(unit.moved, isShown && moved !== 0);
    if (slope !== null) {
      write(unit.slope, `← ${this.#number(slope, room)}`);
      unit.slope.setAttribute("data-value", String(slope));
    } else unit.slope.removeAttribute("data-value");
    const isTight = !this.#isLarge && this.#widths.length > 3;
    write(unit.moved, movedText(moved, isTight ? 3 : 4));
    unit.moved.setAttribute("data-value", String(moved));
    for (const text of [unit.slope, unit.moved]) {
      put(text, { x: x.toFixed(1), y: (y - r - em * 0.4).toFixed(1) });
    }
    if (!unit.bias) return;
    show(unit.bias.element, state.showsBias && isShown);
    const place: Place = { layer: c - 1, to: i, from: null };
    const isLoose = state.showsBias && isShown && state.isLoose(place);
    unit.bias.place(x, y + r + em * 0.15, em * 3.3, em * 1.35, em, isLoose);
  }

  /** dL/dz of a unit, where the backward pass has found it. */
  #slopeOf(state: NetworkState, c: number, i: number): number | null {
    if (c === 0) return null;
    const isOutput = c === this.#units.length - 1;
    const out = isOutput
      ? -1
      : this.#edges.findIndex((each) => each.layer === c && each.from === i);
    if (isOutput ? !state.outputSlope : out < state.slopesFrom) return null;
    const matrix = state.pass.back.sums[c - 1]!;
    return matrix.data[state.pass.row * matrix.columns + i]!;
  }

  #paintLoss(state: NetworkState, layout: Layout): void {
    const { x, y } = layout.target;
    write(this.#target, `y ${short(state.y)}`);
    write(this.#loss, `L ${within(state.loss, 6)}`);
    this.#loss.classList.toggle("lit", state.atLoss);
    this.#loss.setAttribute("data-value", String(state.loss));
    put(this.#target, { x: x.toFixed(1), y: y.toFixed(1) });
    put(this.#loss, { x: x.toFixed(1), y: (y + this.#em * 1.35).toFixed(1) });
  }
}

/** Both ends of an edge, on the rims of its units. */
function ends(layout: Layout, { layer, to, from }: Edge): [Spot, Spot] {
  const a = layout.units[layer]![from]!;
  const b = layout.units[layer + 1]![to]!;
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const dx = ((b.x - a.x) / length) * (layout.radius + 2);
  const dy = ((b.y - a.y) / length) * (layout.radius + 2);
  return [
    { x: a.x + dx, y: a.y + dy },
    { x: b.x - dx, y: b.y - dy },
  ];
}

function thickness(carries: number): string {
  return Math.min(9, 1 + 2.2 * Math.sqrt(Math.abs(carries))).toFixed(2);
}
