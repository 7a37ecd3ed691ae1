/** What the pictures of a run need to know besides the run: of the page's own model, or told. */

import { parameterNames, spread } from "../../model/design.ts";
import type { Vector } from "../../model/linear/matrix.ts";
import type { Quadratic } from "../../model/quadratic.ts";
import { type Slice, sliceOf } from "../../model/slice.ts";
import { confidence } from "../../model/solution.ts";
import type { Started } from "../../model/descend.ts";
import type { Trained } from "../../model/training.ts";

export interface Facts {
  /** Names of the p parameters, the intercept last. */
  readonly names: readonly string[];
  /** Weights among them. */
  readonly k: number;
  /** The best possible parameters; null while they are not known. */
  readonly exact: Vector | null;
  /** The smallest possible loss. */
  readonly least: number;
  readonly errors: readonly (number | null)[];
  readonly ranges: readonly (readonly [number, number] | null)[];
  /** Spread of each of the k columns. */
  readonly scale: Vector;
  /** Two parameters of the loss; null where the moments are not here. */
  readonly slice: ((i: number, j: number) => Slice) | null;
  /** What is known before the run; null where the moments are not here, or for other rules. */
  readonly started: Started | null;
}

const cache = new WeakMap<object, Facts>();

export function factsOf({ prepared, started, settings }: Trained): Facts {
  const known = cache.get(started);
  if (known && (known.started !== null) === (settings.rule === "gradient-descent")) return known;
  const { solution, design, surface } = prepared;
  const facts: Facts = {
    names: parameterNames(design),
    k: design.columns.length,
    exact: solution.theta,
    least: solution.loss,
    errors: solution.standardErrors,
    ranges: confidence(solution),
    scale: spread(design),
    slice: slicer(surface),
    started: settings.rule === "gradient-descent" ? started : null,
  };
  cache.set(started, facts);
  return facts;
}

/** The same pair gives the same slice, so that its contours need not be drawn again. */
function slicer(surface: Quadratic): (i: number, j: number) => Slice {
  let last: { i: number; j: number; slice: Slice } | null = null;
  return (i, j) => {
    if (last?.i !== i || last.j !== j) last = { i, j, slice: sliceOf(surface, i, j) };
    return last.slice;
  };
}

/** The same columns under a loss that moments do not carry: what is known is what the run says. */
export function factsOfPasses(facts: Facts, exact: Exact | null): Facts {
  if (lastPasses?.of === facts && lastPasses.exact === exact) return lastPasses.facts;
  const unknown = facts.names.map(() => null);
  const made: Facts = {
    ...facts,
    exact: exact && Float64Array.from(exact.theta),
    least: exact?.loss ?? 0,
    errors: unknown,
    ranges: unknown,
    slice: null,
    started: null,
  };
  lastPasses = { of: facts, exact, facts: made };
  return made;
}

/** Mini-batches on the same bowl: all is known but a map of rates, which is that of all rows. */
export function factsOfBatches(facts: Facts): Facts {
  if (lastBatches?.of !== facts) lastBatches = { of: facts, facts: { ...facts, started: null } };
  return lastBatches.facts;
}

interface Exact {
  readonly theta: readonly number[];
  readonly loss: number;
}

let lastBatches: { of: Facts; facts: Facts } | null = null;
let lastPasses: { of: Facts; exact: Exact | null; facts: Facts } | null = null;
