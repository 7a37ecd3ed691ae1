/**
 * The derivative of a typed function, as a tree of its own.
 *
 * The library knows the rules of differentiation. Its own way of simplifying costs several times
 * as much for each further factor, so it is asked only for short derivatives, and believed only
 * where it finds a much shorter one: what a textbook would write is seldom the shortest.
 */

import { library } from "./library.ts";
import { taken, type Reading } from "./read.ts";
import { swept } from "./sweep.ts";
import { size, withoutMaximum, type Tree } from "./tree.ts";
import { asFormula, asText } from "./write.ts";

/** The size up to which a derivative is simplified, and how many letters can still be read. */
const SHORT = 24;
const LONGEST = 140;

export function slopeOf(tree: Tree, reading: Reading): Tree {
  const text = asText(withoutMaximum(tree));
  const node = library().derivative(text, reading.names[0]!, { simplify: false });
  return swept(taken(node, reading));
}

/** The derivative as it is shown; null where it would be too long to read. */
export function slopeFormula(slope: Tree, reading: Reading): string | null {
  let formula = asFormula(slope);
  if (size(slope) <= SHORT) {
    const simpler = asFormula(taken(library().simplify(asText(slope)), reading));
    if (simpler.length < 0.75 * formula.length) formula = simpler;
  }
  return formula.length <= LONGEST ? formula : null;
}
