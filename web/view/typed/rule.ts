/** A typed update rule: the new w as an expression of w, the slope there, and the step's number. */

import { functionRule } from "../../model/rules/function-rule.ts";
import type { Rule } from "../../model/rules/rule.ts";
import { read, type Reading } from "./read.ts";
import { compiled } from "./tree.ts";
import { asFormula, asPython } from "./write.ts";

/** t counts as the transport bar does: the first step is step 1. */
const OF_W: Reading = {
  names: ["w", "slope", "t"],
  heads: /^ ?w ?(?:=|←|<-|:=) ?/,
  steps: true,
};

export interface TypedRule {
  readonly rule: Rule;
  readonly formula: string;
  readonly python: string;
  /** The formula with the numbers of one step. */
  readonly next: (w: number, slope: number, t: number) => number;
}

let last: { readonly text: string; readonly made: TypedRule } | null = null;

/** Return the rule of a text, or say in words why it is none. */
export function typedRule(text: string): TypedRule {
  if (last?.text !== text) last = { text, made: made(text) };
  return last.made;
}

function made(text: string): TypedRule {
  const tree = read(text, OF_W);
  const next = compiled(tree, OF_W.names);
  const formula = asFormula(tree);
  const own = (theta: Float64Array, gradient: Float64Array, taken: number): number =>
    next(theta[0]!, gradient[0]!, taken + 1);
  return { rule: functionRule(own, formula), formula, python: asPython(tree), next };
}
