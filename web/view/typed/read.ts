/**
 * What a learner types, read as a tree, or refused in words.
 *
 * The library parses; its nodes are taken over one by one, and a kind of node that is not in
 * `taken` is refused: there is no assignment, no text, no property, nothing but arithmetic.
 */

import type { Key } from "../kit/words.ts";
import { library, type MathNode } from "./library.ts";
import { CONSTANTS, FUNCTIONS, pair, type Sign, type Tree } from "./tree.ts";

export const LONGEST = 120;

/** Why a text is no expression: a sentence of the page and its values. */
export class Unreadable extends Error {
  readonly key: Key;
  readonly values: Readonly<Record<string, string>>;

  constructor(key: Key, values: Readonly<Record<string, string>> = {}) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

export interface Reading {
  /** The variables. */
  readonly names: readonly string[];
  /** What may stand before an equals sign: `y`, `f(x)`. */
  readonly heads: RegExp;
  /** Whether functions that jump from step to step may stand here. */
  readonly steps: boolean;
}

export function read(text: string, reading: Reading): Tree {
  const plain = normalised(text).replace(reading.heads, "").trim();
  if (plain === "") throw new Unreadable("typed-empty");
  if (plain.length > LONGEST) throw new Unreadable("typed-long", { most: String(LONGEST) });
  // The library takes what follows as a comment.
  const odd = /[#"'`;:\\?]/.exec(plain);
  if (odd) throw new Unreadable("typed-unreadable", { part: clipped(plain.slice(odd.index)) });
  return taken(parsed(barred(plain)), reading);
}

/** Write what a keyboard of any language gives in the signs that the library reads. */
function normalised(text: string): string {
  return text
    .replace(/[⁰¹²³⁴-⁹⁻⁺]+/g, (power) => `^(${power.normalize("NFKC")})`)
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\s+/g, " ")
    .replace(/[×⋅·∙•∗]/g, "*")
    .replace(/[÷∕⁄]/g, "/")
    .replace(/[−–—‐]/g, "-")
    .replace(/[。]/g, ".")
    .replace(/、/g, ",")
    .replace(/[[{【〔]/g, "(")
    .replace(/[\]}】〕]/g, ")")
    .replace(/π/g, "pi")
    .replace(/\*\*/g, "^")
    .replace(/√ ?\(/g, "sqrt(")
    .replace(/√ ?([a-z]+|[\d.]+)/g, "sqrt($1)");
}

/** Write |a| as abs(a): a bar opens where a value is missing, and closes where one has ended. */
function barred(text: string): string {
  let result = "";
  let open = 0;
  for (const sign of text) {
    const before = result.trimEnd().at(-1) ?? "(";
    if (sign !== "|") result += sign;
    else if ("+-*/^(,".includes(before) || open === 0) {
      result += /[\w)]/.test(before) ? "*abs(" : "abs(";
      open++;
    } else {
      result += ")";
      open--;
    }
  }
  return result;
}

function parsed(text: string): MathNode {
  try {
    return library().parse(text);
  } catch (error) {
    const { char } = error as { char?: number };
    if (char === undefined) throw new Unreadable("typed-unreadable", { part: clipped(text) });
    const rest = text.slice(char - 1).trim();
    if (rest === "") throw new Unreadable("typed-unfinished");
    throw new Unreadable("typed-unreadable", { part: clipped(rest) });
  }
}

function clipped(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

const SIGNS: Readonly<Record<string, Sign>> = {
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
  pow: "^",
};

const SAME: Readonly<Record<string, string>> = {
  ln: "log",
  lg: "log10",
  tg: "tan",
  ctg: "cot",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  sgn: "sign",
};

/** The parts of the library's nodes that are looked at. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly fn?: string | { readonly name?: string };
  readonly args?: readonly MathNode[];
  readonly content?: MathNode;
}

/** Take over a node of the library, in which only what is listed here may stand. */
export function taken(node: MathNode, reading: Reading): Tree {
  const { type, value, name, fn, args = [], content } = node as unknown as Node;
  const inside = (each: MathNode): Tree => taken(each, reading);
  if (type === "ParenthesisNode") return inside(content!);
  if (type === "ConstantNode" && typeof value === "number" && Number.isFinite(value)) {
    return value < 0
      ? { kind: "minus", of: { kind: "number", value: -value } }
      : { kind: "number", value };
  }
  if (type === "SymbolNode") return named(name!, reading);
  if (type === "OperatorNode") {
    if (fn === "unaryMinus") return { kind: "minus", of: inside(args[0]!) };
    if (fn === "unaryPlus") return inside(args[0]!);
    const sign = SIGNS[fn as string];
    // The library flattens a + b + c when it tidies up.
    if (sign && args.length >= 2) {
      return args.map(inside).reduce((left, right) => pair(sign, left, right));
    }
  }
  if (type === "FunctionNode") {
    const called = String((fn as { name?: unknown }).name);
    const name = Object.hasOwn(SAME, called) ? SAME[called]! : called;
    return call(name, args.map(inside), reading);
  }
  throw new Unreadable("typed-not-here", { part: clipped(node.toString()) });
}

function named(name: string, { names, steps }: Reading): Tree {
  if (names.includes(name) || Object.hasOwn(CONSTANTS, name)) return { kind: "name", name };
  const functions = [...Object.keys(SAME), ...Object.keys(FUNCTIONS)];
  const begun = functions
    .filter((each) => name.startsWith(each))
    .sort((a, b) => b.length - a.length)[0];
  if (begun !== undefined) {
    const rest = name.slice(begun.length);
    const inner = names.includes(rest) ? rest : names[0]!;
    throw new Unreadable("typed-brackets", { name: begun, example: `${begun}(${inner})` });
  }
  if (/[^\x20-\x7e]/.test(name)) throw new Unreadable("typed-unreadable", { part: clipped(name) });
  const known = [...names, ...Object.keys(CONSTANTS)].join(", ");
  throw new Unreadable("typed-unknown", { name: clipped(name), known, functions: listed(steps) });
}

function call(name: string, of: readonly Tree[], reading: Reading): Tree {
  if (reading.names.includes(name) || Object.hasOwn(CONSTANTS, name)) {
    // x(x - 1) is a product to everybody but the library.
    if (of.length === 1) return pair("*", { kind: "name", name }, of[0]!);
    throw new Unreadable("typed-not-here", { part: `${name}(…, …)` });
  }
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!known || (known.steps && !reading.steps)) {
    const functions = listed(reading.steps);
    throw new Unreadable("typed-unknown-function", { name: clipped(name), functions });
  }
  if (of.length !== known.arguments) {
    const example = known.arguments === 1 ? `${name}(a)` : `${name}(a, b)`;
    throw new Unreadable("typed-arguments", { name, example });
  }
  return { kind: "call", name, of };
}

/** The functions worth telling of. */
function listed(steps: boolean): string {
  const some = ["sin", "cos", "tan", "exp", "ln", "sqrt", "abs", "max", "min"];
  return [...some, ...(steps ? ["sign"] : [])].join(", ");
}
