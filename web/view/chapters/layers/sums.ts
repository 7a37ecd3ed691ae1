/** The sums of chapter 4, written out with the numbers on screen. */

import { slopeOf, slopesFrom, type Activation } from "../../../model/network.ts";
import type { Matrix } from "../../../model/linear/matrix.ts";
import { fixed, signed, trimmed } from "../../kit/numbers.ts";
import { t } from "../../kit/words.ts";
import type { Pass, Place } from "../../networks.ts";
import type { Pinch, Stop } from "./state.ts";

const LOW = ["₀", "₁", "₂", "₃", "₄"];
const HIDDEN = ["h", "k"];

/** x, h₁ … h₄, k₁ … k₄, ŷ; a layer of one unit needs no number. */
export function unitName(widths: readonly number[], column: number, unit: number): string {
  if (column === 0) return "x";
  if (column === widths.length - 1) return "ŷ";
  return HIDDEN[column - 1]! + (widths[column] === 1 ? "" : LOW[unit + 1]!);
}

function factor(value: number): string {
  const text = trimmed(value);
  return text.startsWith("−") ? `(${text})` : text;
}

/** A sum of terms, with their own signs. */
function joined(terms: readonly (readonly [negative: boolean, text: string])[]): string {
  return terms
    .map(([negative, text], i) =>
      i === 0 ? (negative ? `−${text}` : text) : `${negative ? "−" : "+"} ${text}`,
    )
    .join(" ");
}

function at(matrix: Matrix, row: number, column: number): number {
  return matrix.data[row * matrix.columns + column]!;
}

export class Sums {
  #pass: Pass;
  #widths: readonly number[];

  constructor(pass: Pass) {
    this.#pass = pass;
    this.#widths = pass.passed.activations.map(({ columns }) => columns);
  }

  /** What a unit adds up, and what its activation makes of that. */
  unit(column: number, unit: number): string[] {
    const { network, passed, row } = this.#pass;
    const name = this.#name(column, unit);
    if (column === 0) return [`${name} = ${trimmed(at(passed.activations[0]!, row, 0))}`];
    const layer = network.layers[column - 1]!;
    const before = passed.activations[column - 1]!;
    const terms = Array.from({ length: before.columns }, (_, from) => {
      const weight = at(layer.weights, unit, from);
      return [
        weight < 0,
        `${trimmed(Math.abs(weight))} · ${factor(at(before, row, from))}`,
      ] as const;
    });
    const bias = layer.bias[unit]!;
    const all = bias === 0 ? terms : [...terms, [bias < 0, trimmed(Math.abs(bias))] as const];
    const z = at(passed.sums[column - 1]!, row, unit);
    const a = at(passed.activations[column]!, row, unit);
    if (layer.activation === "identity") return [`${name} = ${joined(all)} = ${trimmed(a)}`];
    return [
      `z = ${joined(all)} = ${trimmed(z)}`,
      `${name} = ${called(layer.activation, trimmed(z))} = ${trimmed(a)}`,
    ];
  }

  /** The number that walks forward along an edge; at a unit's last edge, what it adds up there. */
  forward(k: number): string[] {
    const edge = this.#pass.edges[k]!;
    const value = this.#valueFrom(edge.layer, edge.from);
    const next = this.#pass.edges[k + 1];
    const isLast = next === undefined || next.to !== edge.to || next.layer !== edge.layer;
    return [
      `w · ${this.#name(edge.layer, edge.from)} = ${factor(edge.weight)} · ${factor(value)} = ${trimmed(edge.carries)}`,
      ...(isLast ? this.unit(edge.layer + 1, edge.to) : []),
    ];
  }

  loss(y: number): string[] {
    const { back, passed, row, Y } = this.#pass;
    const output = at(passed.output, row, 0);
    const e = y - output;
    const n = Y.rows;
    const slope = at(back.activations.at(-1)!, row, 0);
    return [
      `e = ${trimmed(y)} − ${factor(output)} = ${signed(e, 4)}`,
      n === 1
        ? `L = e² = ${fixed(back.loss, 4)}`
        : `e² = ${fixed(e * e, 4)} → L = ${fixed(back.loss, 4)}`,
      n === 1
        ? `dL/dŷ = −2 · e = −2 · ${factor(e)} = ${trimmed(slope)}`
        : `dL/dŷ = −2 · e / ${n} = ${trimmed(slope)}`,
    ];
  }

  /** The slopes at an edge: through the activation, of its weight, and what goes on back. */
  backward(k: number): string[] {
    const { network, back, passed, row, edges, Y } = this.#pass;
    const edge = edges[k]!;
    const { activation } = network.layers[edge.layer]!;
    const z = at(passed.sums[edge.layer]!, row, edge.to);
    const arrived = at(back.activations[edge.layer]!, row, edge.to);
    const value = this.#valueFrom(edge.layer, edge.from);
    const to = this.#name(edge.layer + 1, edge.to);
    const from = this.#name(edge.layer, edge.from);
    const path = this.path(edge.layer, edge.to);
    const sum = at(back.weights[edge.layer]!, edge.to, edge.from);
    const start = at(back.activations.at(-1)!, row, 0);
    const lines = [
      activation === "identity"
        ? `dL/dz = dL/d${to} = ${trimmed(edge.slope)}`
        : `dL/dz = dL/d${to} · ${prime(activation)} = ${factor(arrived)} · ${factor(slopeOf(activation, z))} = ${trimmed(edge.slope)}`,
      `dL/dw = dL/dz · ${from} = ${factor(edge.slope)} · ${factor(value)} = ${trimmed(edge.gradient)}`,
    ];
    if (edge.layer > 0) {
      lines.push(
        `${t("layers-back")} dL/dz · w = ${factor(edge.slope)} · ${factor(edge.weight)} = ${trimmed(edge.passesBack)}`,
      );
    } else if (path) {
      const whole = [start, ...path, value].map(factor).join(" · ");
      lines.push(`${t("layers-whole-way")} ${whole} = ${trimmed(edge.gradient)}`);
    }
    if (Y.rows > 1) lines.push(t("layers-all-parts", { n: String(Y.rows), sum: trimmed(sum) }));
    return lines;
  }

  /** How far the output moves by a pinch: the slopes along the way, or all of them in one. */
  pinch(place: Pinch, now: number, moved: number): string[] {
    const { network, passed, row, X } = this.#pass;
    const by = now - place.was;
    const value = place.from === null ? null : this.#valueFrom(place.layer, place.from);
    const path = this.path(place.layer, place.to);
    const activations = network.layers.map(({ activation }) => activation);
    const isStraight = activations.slice(place.layer).every((each) => each === "identity");
    const text = (moved > 0 ? "+" : "") + trimmed(Number(moved.toPrecision(4)));
    if (path && isStraight) {
      const factors = [by, ...(value === null ? [] : [value]), ...path.reverse()];
      return [
        `${factors.map((each) => factor(Number(each.toPrecision(9)))).join(" · ")} = ${text}`,
      ];
    }
    const ones = { rows: X.rows, columns: 1, data: new Float64Array(X.rows) };
    ones.data[row] = 1;
    const slopes = slopesFrom(network, passed, ones);
    const slope =
      place.from === null
        ? slopes.bias[place.layer]![place.to]!
        : at(slopes.weights[place.layer]!, place.to, place.from);
    return [
      t("layers-slope-says", {
        sum: `${factor(Number(by.toPrecision(9)))} · ${factor(slope)} = ${signed(by * slope, 4)}`,
        moved: signed(moved, 4),
      }),
    ];
  }

  /** The step of descent that a weight or a bias takes from here. */
  update({ layer, to, from }: Place, rate: number): string[] {
    const { back, network } = this.#pass;
    const { weights, bias } = network.layers[layer]!;
    const now = from === null ? bias[to]! : at(weights, to, from);
    const slope = from === null ? back.bias[layer]![to]! : at(back.weights[layer]!, to, from);
    const what = from === null ? "b" : "w";
    const unit = this.#name(layer + 1, to);
    const where = from === null ? unit : `${this.#name(layer, from)} → ${unit}`;
    return [
      `${where}:  ${what} ← ${trimmed(now)} − ${rate} · ${factor(slope)} = ${trimmed(now - rate * slope)}`,
    ];
  }

  /** What a stop of the run is called: the words of the one loop, and the edge. */
  heading(stop: Stop): string {
    if (stop.kind === "rest") return t("station-forward");
    if (stop.kind === "loss") return `${t("station-error")} · ${t("station-loss")}`;
    const { layer, from, to } = this.#pass.edges[stop.edge]!;
    const [a, b] = [this.#name(layer, from), this.#name(layer + 1, to)];
    return stop.kind === "forward"
      ? `${t("station-forward")}: ${a} → ${b}`
      : `${t("station-slope")}: ${a} ← ${b}`;
  }

  /**
   * The factors between a unit's sum z and the output, from the end: slopes of activations other than the
   * identity, and weights. Null where more than one way leads there.
   */
  path(layer: number, to: number): number[] | null {
    const { network, passed, row } = this.#pass;
    if (this.#widths.slice(layer + 2).some((width) => width > 1)) return null;
    const factors: number[] = [];
    for (let l = network.layers.length - 1; l >= layer; l--) {
      const unit = l === layer ? to : 0;
      const { activation, weights } = network.layers[l]!;
      if (activation !== "identity") {
        factors.push(slopeOf(activation, at(passed.sums[l]!, row, unit)));
      }
      if (l > layer) factors.push(at(weights, 0, l - 1 === layer ? to : 0));
    }
    return factors;
  }

  #name(column: number, unit: number): string {
    return unitName(this.#widths, column, unit);
  }

  #valueFrom(layer: number, from: number): number {
    return at(this.#pass.passed.activations[layer]!, this.#pass.row, from);
  }
}

function called(activation: Activation, z: string): string {
  if (activation === "relu") return `max(0, ${z})`;
  return activation === "sigmoid" ? `σ(${z})` : `tanh(${z})`;
}

function prime(activation: Activation): string {
  if (activation === "relu") return "ReLU′(z)";
  return activation === "sigmoid" ? "σ′(z)" : "tanh′(z)";
}
