/** A tree written down: as a formula for people, as NumPy, and as the library reads it. */

import { short } from "../kit/numbers.ts";
import { FUNCTIONS, type Sign, type Tree } from "./tree.ts";

interface Hand {
  readonly needed: Needed;
  number(value: number): string;
  name(name: string): string;
  call(name: string, of: readonly string[]): string;
  readonly minus: string;
  pair(tree: Tree & { kind: "pair" }, left: string, right: string): string;
}

/** How tightly a tree holds together: sums, products, a minus in front, powers, all else. */
function strength(tree: Tree): number {
  if (tree.kind === "minus") return strength(tree.of) === 2 ? 2 : 3;
  if (tree.kind !== "pair") return 5;
  return { "+": 1, "-": 1, "*": 2, "/": 2, "^": 4 }[tree.sign];
}

/** The strength that the parts of a pair need to stand without brackets. */
type Needed = Readonly<Record<Sign, readonly [left: number, right: number]>>;

/** Machines reckon from left to right, to the last bit. */
const EXACT: Needed = { "+": [1, 2], "-": [1, 2], "*": [2, 3], "/": [2, 3], "^": [5, 5] };

/** People know that a + (b + c) is a + b + c. */
const LOOSE: Needed = { ...EXACT, "+": [1, 1], "*": [2, 2] };

function written(tree: Tree, hand: Hand): string {
  const inside = (part: Tree, needed: number): string => {
    const text = written(part, hand);
    return strength(part) < needed ? `(${text})` : text;
  };
  switch (tree.kind) {
    case "number":
      return hand.number(tree.value);
    case "name":
      return hand.name(tree.name);
    case "minus":
      return hand.minus + inside(tree.of, 2);
    case "call":
      return hand.call(
        tree.name,
        tree.of.map((each) => written(each, hand)),
      );
    case "pair": {
      const [left, right] = hand.needed[tree.sign];
      return hand.pair(tree, inside(tree.left, left), inside(tree.right, right));
    }
  }
}

/** 10^10 digits and more stand with a power of ten, which Python and the library read alike. */
const plain: Hand = {
  needed: EXACT,
  number: String,
  name: (name) => name,
  call: (name, of) => `${name}(${of.join(", ")})`,
  minus: "-",
  pair: ({ sign }, left, right) => `${left} ${sign} ${right}`,
};

/** As the library reads it. */
export function asText(tree: Tree): string {
  return written(tree, plain);
}

const numpy: Hand = {
  ...plain,
  name: (name) => (name === "pi" ? "np.pi" : name === "e" ? "np.e" : name),
  call(name, of) {
    const { python } = FUNCTIONS[name]!;
    const text = `${python}(${of.join(", ")})`;
    return python.startsWith("1") ? `(${text})` : text;
  },
  pair: ({ sign }, left, right) =>
    sign === "^" ? `${left}**${right}` : `${left} ${sign} ${right}`,
};

/** As NumPy computes it. */
export function asPython(tree: Tree): string {
  return written(tree, numpy);
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (value: number): string => [...String(value)].map((each) => RAISED[+each]).join("");

/** The whole number that a tree is, as far as it can be written as an exponent. */
function wholeNumber(tree: Tree): number | null {
  if (tree.kind === "minus") {
    const of = wholeNumber(tree.of);
    return of === null || of < 0 ? null : -of;
  }
  const isOne = tree.kind === "number" && Number.isInteger(tree.value) && tree.value < 1000;
  return isOne ? tree.value : null;
}

/** Whether a factor may follow a number without a sign between: 3x, 3x², 3 sin(x) not. */
function follows(tree: Tree): boolean {
  if (tree.kind === "pair" && tree.sign === "^") return tree.left.kind === "name";
  return tree.kind === "name";
}

const screen: Hand = {
  needed: LOOSE,
  number: (value) =>
    Number.isInteger(value) && value < 1e9 ? String(value) : short(value, 6).replaceAll(",", ""),
  name: (name) => (name === "pi" ? "π" : name),
  call(name, of) {
    if (name === "abs") return `|${of[0]}|`;
    if (name === "log") return `ln(${of[0]})`;
    if (name === "log10") return `log₁₀(${of[0]})`;
    if (name === "sqrt") return `√(${of[0]})`;
    return `${name}(${of.join(", ")})`;
  },
  minus: "−",
  pair({ sign, left, right }, before, after) {
    if (sign === "^") {
      const power = wholeNumber(right);
      if (power !== null) return `${before}${power < 0 ? "⁻" : ""}${raised(Math.abs(power))}`;
      return right.kind === "minus"
        ? `${before}^(${written(right, screen)})`
        : `${before}^${after}`;
    }
    const safe = after.startsWith("−") ? `(${after})` : after;
    if (sign === "*") {
      // 0x would be the beginning of a hexadecimal number.
      const isPlain = left.kind === "number" && left.value !== 0 && follows(right);
      return isPlain ? before + after : `${before} · ${safe}`;
    }
    if (sign === "/") return `${before} / ${safe}`;
    if (right.kind === "minus") {
      const other = written(right.of, screen);
      const text = strength(right.of) < 2 ? `(${other})` : other;
      return `${before} ${sign === "+" ? "−" : "+"} ${text}`;
    }
    return `${before} ${sign === "-" ? "−" : "+"} ${after}`;
  },
};

/** As a formula for people. */
export function asFormula(tree: Tree): string {
  return written(tree, screen);
}
