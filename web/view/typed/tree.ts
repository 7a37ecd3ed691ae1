/**
 * An expression as a tree of what may stand in one, and nothing else: numbers, names, four
 * operations, powers, and the functions of the table. It is computed by closures made from it.
 */

export type Sign = "+" | "-" | "*" | "/" | "^";

export type Tree =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "minus"; readonly of: Tree }
  | { readonly kind: "pair"; readonly sign: Sign; readonly left: Tree; readonly right: Tree }
  | { readonly kind: "call"; readonly name: string; readonly of: readonly Tree[] };

export interface Known {
  readonly value: (a: number, b: number) => number;
  readonly arguments: 1 | 2;
  /** How NumPy writes it; `#` stands for the argument where that is not simply a name. */
  readonly python: string;
  /** A step: it has no slope worth drawing, and stands in rules only. */
  readonly steps?: boolean;
}

const one = (value: (a: number) => number, python: string): Known => ({
  value,
  arguments: 1,
  python,
});

export const FUNCTIONS: Readonly<Record<string, Known>> = {
  sin: one(Math.sin, "np.sin"),
  cos: one(Math.cos, "np.cos"),
  tan: one(Math.tan, "np.tan"),
  sec: one((a) => 1 / Math.cos(a), "1 / np.cos"),
  csc: one((a) => 1 / Math.sin(a), "1 / np.sin"),
  cot: one((a) => 1 / Math.tan(a), "1 / np.tan"),
  asin: one(Math.asin, "np.arcsin"),
  acos: one(Math.acos, "np.arccos"),
  atan: one(Math.atan, "np.arctan"),
  sinh: one(Math.sinh, "np.sinh"),
  cosh: one(Math.cosh, "np.cosh"),
  tanh: one(Math.tanh, "np.tanh"),
  sech: one((a) => 1 / Math.cosh(a), "1 / np.cosh"),
  exp: one(Math.exp, "np.exp"),
  log: one(Math.log, "np.log"),
  log10: one(Math.log10, "np.log10"),
  sqrt: one(Math.sqrt, "np.sqrt"),
  abs: one(Math.abs, "np.abs"),
  sign: { ...one(Math.sign, "np.sign"), steps: true },
  max: { value: Math.max, arguments: 2, python: "np.maximum" },
  min: { value: Math.min, arguments: 2, python: "np.minimum" },
};

export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

type Computing = (values: readonly number[]) => number;

/** Return the function of the named variables that a tree stands for. */
export function compiled(tree: Tree, names: readonly string[]): (...values: number[]) => number {
  const compute = closure(tree, names);
  return (...values) => compute(values);
}

function closure(tree: Tree, names: readonly string[]): Computing {
  switch (tree.kind) {
    case "number": {
      const { value } = tree;
      return () => value;
    }
    case "name": {
      const at = names.indexOf(tree.name);
      const constant = CONSTANTS[tree.name]!;
      return at >= 0 ? (values) => values[at]! : () => constant;
    }
    case "minus": {
      const of = closure(tree.of, names);
      return (values) => -of(values);
    }
    case "call": {
      const { value } = FUNCTIONS[tree.name]!;
      const [a, b] = tree.of.map((each) => closure(each, names)) as [Computing, Computing?];
      return b ? (values) => value(a(values), b(values)) : (values) => value(a(values), 0);
    }
    case "pair": {
      const [a, b] = [closure(tree.left, names), closure(tree.right, names)];
      return {
        "+": (values: readonly number[]) => a(values) + b(values),
        "-": (values: readonly number[]) => a(values) - b(values),
        "*": (values: readonly number[]) => a(values) * b(values),
        "/": (values: readonly number[]) => a(values) / b(values),
        "^": (values: readonly number[]) => a(values) ** b(values),
      }[tree.sign];
    }
  }
}

export const pair = (sign: Sign, left: Tree, right: Tree): Tree => ({
  kind: "pair",
  sign,
  left,
  right,
});

/** Rewrite max and min by absolute values: max(a, b) = (a + b + |a - b|) / 2. */
export function withoutMaximum(tree: Tree): Tree {
  if (tree.kind === "minus") return { kind: "minus", of: withoutMaximum(tree.of) };
  if (tree.kind === "pair") {
    return pair(tree.sign, withoutMaximum(tree.left), withoutMaximum(tree.right));
  }
  if (tree.kind !== "call") return tree;
  const of = tree.of.map(withoutMaximum);
  if (tree.name !== "max" && tree.name !== "min") return { kind: "call", name: tree.name, of };
  const [a, b] = of as [Tree, Tree];
  const apart: Tree = { kind: "call", name: "abs", of: [pair("-", a, b)] };
  const sum = pair(tree.name === "max" ? "+" : "-", pair("+", a, b), apart);
  return pair("/", sum, { kind: "number", value: 2 });
}

export function size(tree: Tree): number {
  if (tree.kind === "minus") return 1 + size(tree.of);
  if (tree.kind === "pair") return 1 + size(tree.left) + size(tree.right);
  if (tree.kind === "call") return tree.of.reduce((sum, each) => sum + size(each), 1);
  return 1;
}
