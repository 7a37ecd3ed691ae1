/**
 * What solving and descending see of moments: one reference level fewer per category.
 *
 * With an intercept the quadratic form of the loss is centred, without one it is about zero:
 *
 *     A = mean of (x - m)(x - m)'    c = mean of (x - m)(y - ybar)    q = mean of (y - ybar)^2
 *     A = mean of x x'               c = mean of x y                  q = mean of y^2
 *
 * so that the mean squared error of (w, b) is L = q - 2 c'w + w'A w + (ybar - m'w - b)^2.
 */

import type { Column } from "./column.ts";
import { ModelError } from "./errors.ts";
import { type Matrix, type Vector, diagonal, zeros } from "./linear/matrix.ts";
import { count } from "./message.ts";
import type { Moments } from "./moments.ts";

export const EPS = 2 ** -52;

/** Below this size the square of a value is subnormal and loses digits. */
const SMALLEST = 1e-153;

export interface Design {
  /** The k columns kept. */
  readonly columns: readonly Column[];
  /** The level of each category that was left out, the most frequent one. */
  readonly references: Readonly<Record<string, string>>;
  readonly targetName: string;
  readonly hasIntercept: boolean;
  readonly weightSum: number;
  readonly A: Matrix;
  readonly c: Vector;
  readonly q: number;
  /** m; zeros without an intercept. */
  readonly mean: Vector;
  readonly meanLow: Vector;
  readonly targetMean: number;
  readonly targetMeanLow: number;
  /** Columns that never change, beyond the rounding of their own values. */
  readonly constant: readonly boolean[];
}

export function makeDesign(moments: Moments, hasIntercept = true): Design {
  if (!(moments.weightSum > 0)) {
    if (moments.count > 0) throw new ModelError("moments.weights-zero");
    throw new ModelError("moments.no-rows", {
      read: count(moments.rowsRead),
      skipped: count(moments.rowsRead - moments.count),
    });
  }
  requireRange(moments);
  const { kept, references } = chooseReferences(moments, hasIntercept);
  const k = kept.length;
  const old = moments.columns.length + 1;
  const where = [...kept, old - 1];
  const second = (a: number, b: number) => {
    const i = where[a]!;
    const j = where[b]!;
    const centred = moments.scatter.data[i * old + j]! / moments.weightSum;
    return hasIntercept ? centred : centred + moments.mean[i]! * moments.mean[j]!;
  };
  const A = zeros(k, k);
  for (let a = 0; a < k; a++) for (let b = 0; b < k; b++) A.data[a * k + b] = second(a, b);
  const mean = Float64Array.from(kept, (n) => (hasIntercept ? moments.mean[n]! : 0));
  const rounding = (n: number) => (hasIntercept ? 4 * EPS * Math.abs(moments.mean[n]!) : 0);
  return {
    columns: kept.map((n) => moments.columns[n]!),
    references,
    targetName: moments.targetName,
    hasIntercept,
    weightSum: moments.weightSum,
    A,
    c: Float64Array.from(kept, (_, a) => second(a, k)),
    q: Math.max(second(k, k), 0),
    mean,
    meanLow: Float64Array.from(kept, (n) => (hasIntercept ? moments.meanLow[n]! : 0)),
    targetMean: hasIntercept ? moments.mean[old - 1]! : 0,
    targetMeanLow: hasIntercept ? moments.meanLow[old - 1]! : 0,
    constant: kept.map((n, a) => A.data[a * k + a]! <= rounding(n) ** 2),
  };
}

/** Number of parameters. */
export function parameterCount(design: Design): number {
  return design.columns.length + Number(design.hasIntercept);
}

/** Names of the p parameters, the intercept last. */
export function parameterNames(design: Design): string[] {
  const names = design.columns.map((column) => column.name);
  return design.hasIntercept ? [...names, "intercept"] : names;
}

/** Square root of A's diagonal, 1 for constant columns: what standardising divides by. */
export function spread(design: Design): Vector {
  return diagonal(design.A).map((value, j) => (design.constant[j] ? 1 : Math.sqrt(value)));
}

/** Without an intercept the first category keeps all its levels: they stand for it. */
function chooseReferences(moments: Moments, hasIntercept: boolean) {
  const references: Record<string, string> = {};
  const gone = new Set<number>();
  const levels = moments.columns.map((column, n) => ({ column, n })).filter(isLevel);
  const categories = [...new Set(levels.map(({ column }) => column.source))];
  categories.forEach((source, position) => {
    if (position === 0 && !hasIntercept) return;
    const members = levels.filter(({ column }) => column.source === source);
    const most = members.reduce((a, b) => (moments.mean[b.n]! > moments.mean[a.n]! ? b : a));
    references[source] = most.column.level ?? "";
    gone.add(most.n);
  });
  const kept = moments.columns.map((_, n) => n).filter((n) => !gone.has(n));
  return { kept, references };
}

function isLevel({ column }: { column: Column }): boolean {
  return column.kind === "level";
}

/** Refuse values whose squares leave the range of float64, at either end. */
function requireRange(moments: Moments): void {
  const size = moments.columns.length + 1;
  for (let n = 0; n < size; n++) {
    const mean = moments.mean[n]!;
    const fits = Number.isFinite(moments.scatter.data[n * size + n]!) && Number.isFinite(mean ** 2);
    if (fits) continue;
    const value = Number.isNaN(mean) ? 0 : Math.min(Math.abs(mean), Number.MAX_VALUE);
    if (n === size - 1) throw new ModelError("moments.target-out-of-range", { value });
    throw new ModelError("moments.too-large", { column: moments.columns[n]!.name, value });
  }
  for (let n = 0; n < size; n++) {
    const value = Math.abs(moments.mean[n]!);
    const spread = Math.sqrt(moments.scatter.data[n * size + n]! / moments.weightSum);
    const largest = Math.max(value, spread);
    if (largest === 0 || largest >= SMALLEST) continue;
    if (n === size - 1) throw new ModelError("moments.target-too-small", { value });
    throw new ModelError("moments.too-small", { column: moments.columns[n]!.name, value });
  }
}
