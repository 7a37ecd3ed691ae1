/**
 * Sweep out of a tree what the rules of differentiation leave behind: sums with 0, products with 1,
 * whole numbers that can be reckoned up, a minus within a product.
 */

import { pair, type Sign, type Tree } from "./tree.ts";

const number = (value: number): Tree =>
  value < 0 ? { kind: "minus", of: number(-value) } : { kind: "number", value };

const minus = (of: Tree): Tree => (of.kind === "minus" ? of.of : { kind: "minus", of });

/** The number that a tree is, with its sign. */
function valueOf(tree: Tree): number | null {
  if (tree.kind === "number") return tree.value;
  return tree.kind === "minus" && tree.of.kind === "number" ? -tree.of.value : null;
}

export function swept(tree: Tree): Tree {
  if (tree.kind === "minus") {
    const of = swept(tree.of);
    return valueOf(of) === 0 ? of : minus(of);
  }
  if (tree.kind === "call") return { ...tree, of: tree.of.map(swept) };
  if (tree.kind !== "pair") return tree;
  const [left, right] = [swept(tree.left), swept(tree.right)];
  return SWEEPS[tree.sign](left, right, valueOf(left), valueOf(right));
}

type Sweep = (a: Tree, b: Tree, m: number | null, n: number | null) => Tree;

const SWEEPS: Readonly<Record<Sign, Sweep>> = {
  "+": (a, b, m, n) => {
    if (m === 0) return b;
    if (n === 0) return a;
    return m !== null && n !== null ? number(m + n) : pair("+", a, b);
  },
  "-": (a, b, m, n) => {
    if (m === 0) return minus(b);
    if (n === 0) return a;
    return m !== null && n !== null ? number(m - n) : pair("-", a, b);
  },
  "*": (a, b, m, n) => {
    if (m === 0 || n === 0) return number(0);
    if (m !== null && n !== null) return number(m * n);
    if (m === 1) return b;
    if (n === 1) return a;
    if (a.kind === "minus") return swept(minus(pair("*", a.of, b)));
    if (b.kind === "minus") return swept(minus(pair("*", a, b.of)));
    if (n !== null) return swept(pair("*", b, a));
    if (b.kind === "pair" && b.sign === "*" && valueOf(b.left) !== null) {
      return swept(pair("*", pair("*", b.left, a), b.right));
    }
    return pair("*", a, b);
  },
  "/": (a, b, m, n) => {
    if (m === 0) return a;
    if (n === 1) return a;
    if (a.kind === "minus") return swept(minus(pair("/", a.of, b)));
    if (b.kind === "minus") return swept(minus(pair("/", a, b.of)));
    if (m !== null && n !== null && Number.isInteger(m / n)) return number(m / n);
    return pair("/", a, b);
  },
  "^": (a, b, m, n) => {
    if (n === 1) return a;
    if (n === 0) return number(1);
    const power = m !== null && n !== null ? m ** n : Number.NaN;
    return Number.isInteger(power) && Math.abs(power) < 1e6 ? number(power) : pair("^", a, b);
  },
};
