/** The elements of a network's picture: what an edge and a unit are made of, and how they are held. */

import { s } from "../kit/dom.ts";
import { NumberHandle } from "../kit/number-handle.ts";
import { fixed, powered, signed, trimmed } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import type { Place } from "../networks.ts";

export interface NetworkPictureOptions {
  readonly value: (place: Place) => number;
  readonly take: (place: Place) => void;
  readonly change: (place: Place, value: number, how: "drag" | "key") => void;
  readonly changed: () => void;
  readonly choose: (column: number, unit: number) => void;
  /** How a unit is called: x, h₁, ŷ. */
  readonly nameOf: (column: number, unit: number) => string;
  /** How a weight is called, where it has a name: w₁. */
  readonly weightOf: (place: Place) => string;
}

export interface Edge {
  readonly layer: number;
  readonly to: number;
  readonly from: number;
  readonly line: SVGLineElement;
  readonly handle: NumberHandle;
  readonly carries: SVGTextElement;
  readonly gradient: SVGTextElement;
}

export interface Unit {
  readonly element: SVGGElement;
  readonly circle: SVGCircleElement;
  readonly called: SVGTextElement;
  readonly value: SVGTextElement;
  readonly slope: SVGTextElement;
  readonly moved: SVGTextElement;
  readonly bias: NumberHandle | null;
}

/** How far a hand can take a number, either way. */
const RANGE = 10;

export function makeEdge(
  options: NetworkPictureOptions,
  layer: number,
  to: number,
  from: number,
): Edge {
  const { nameOf, weightOf } = options;
  const name = `${layer + 1}-${to + 1}-${from + 1}`;
  const called = weightOf({ layer, to, from });
  return {
    layer,
    to,
    from,
    line: s("line", { class: "edge" }),
    handle: makeHandle(options, {
      name: `weight-${name}`,
      label: t("weight-label", { from: nameOf(layer, from), to: nameOf(layer + 1, to) }),
      place: { layer, to, from },
      text: (value) => called + (Math.abs(value) < 100 ? fixed(value, 2) : within(value, 6)),
    }),
    carries: makeText("carries", name),
    gradient: makeText("gradient", name),
  };
}

export function makeUnit(options: NetworkPictureOptions, column: number, unit: number): Unit {
  const { choose, nameOf } = options;
  const name = `${column}-${unit + 1}`;
  const press = (): void => choose(column, unit);
  const circle = s("circle", { class: "unit-circle" });
  const called = s("text", { class: "unit-name", "text-anchor": "middle" }, nameOf(column, unit));
  const value = s("text", { class: "unit-value", "text-anchor": "middle" });
  const element = s(
    "g",
    { class: "unit", role: "button", tabindex: 0, "data-kedou": `unit-${name}` },
    circle,
    called,
    " ",
    value,
  );
  element.addEventListener("click", press);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    press();
  });
  const bias =
    column === 0
      ? null
      : makeHandle(options, {
          name: `bias-${name}`,
          label: t("bias-label", { unit: nameOf(column, unit) }),
          place: { layer: column - 1, to: unit, from: null },
          text: (now) => (Math.abs(now) < 100 ? signed(now, 2) : within(now, 6)),
        });
  return {
    element,
    circle,
    called,
    value,
    slope: makeText("slope", name),
    moved: makeText("moved", name),
    bias,
  };
}

function makeText(kind: string, name: string): SVGTextElement {
  return s("text", {
    class: `net-text ${kind}`,
    "text-anchor": "middle",
    "data-kedou": `${kind}-${name}`,
  });
}

interface Held {
  readonly name: string;
  readonly label: string;
  readonly place: Place;
  readonly text: (value: number) => string;
}

function makeHandle(options: NetworkPictureOptions, { place, ...held }: Held): NumberHandle {
  const { value, take, change, changed } = options;
  return new NumberHandle({
    ...held,
    low: -RANGE,
    high: RANGE,
    step: 0.01,
    value: () => value(place),
    take: () => take(place),
    change: (to, how) => change(place, to, how),
    end: changed,
  });
}

/** A number with as many decimals, at most 3, as so many characters have room for. */
export function within(value: number, chars: number): string {
  for (const decimals of [3, 2, 1, 0]) {
    const text = fixed(value, decimals);
    if (text.length <= chars) return text;
  }
  return powered(value);
}

export function movedText(moved: number, decimals: number): string {
  const text = trimmed(Number(moved.toPrecision(4)), Math.abs(moved) < 1 ? decimals : 2);
  return moved > 0 ? `+${text}` : text;
}
