/**
 * Moments: all that squared error ever needs to know about n rows.
 *
 * For the columns z = [x_1 ... x_k y], target last, with row weights w_i:
 *
 *     W = sum w_i      mean = (1/W) sum w_i z_i      scatter = sum w_i (z_i - mean)(z_i - mean)'
 *
 * Rows are centred before they are multiplied, tile by tile, and tiles merge by Chan's formula
 * (Chan, Golub, LeVeque 1979):
 *
 *     W = sum W_g    mean = sum W_g m_g / W    scatter = sum S_g + sum W_g (m_g - mean)(m_g - mean)'
 *
 * Means travel as unevaluated sums mean + meanLow, so that data far from zero keep their digits.
 */

import { type Column, numberColumn, sameColumn } from "./column.ts";
import { ModelError } from "./errors.ts";
import { exactSum, twoSum } from "./linear/exact-sum.ts";
import { type Matrix, type Vector, zeros } from "./linear/matrix.ts";
import { type Points, weightOf } from "./points.ts";

export interface Moments {
  /** The k features; every level of a category has its indicator. */
  readonly columns: readonly Column[];
  readonly targetName: string;
  readonly weightName: string | null;
  /** Rows used. */
  readonly count: number;
  readonly weightSum: number;
  /** Means of the k features and the target. */
  readonly mean: Vector;
  /** What rounding took from the means. */
  readonly meanLow: Vector;
  /** Centred cross-products, (k + 1, k + 1). */
  readonly scatter: Matrix;
  readonly rowsRead: number;
}

const TILE_ROWS = 1024;

/** Return the moments of points: one pass, tile by tile. */
export function momentsOf(points: Points): Moments {
  const { X, y } = points;
  const k = X.columns;
  const tiles: Group[] = [];
  for (let first = 0; first < y.length; first += TILE_ROWS) {
    const tile = tileMoments(points, first, Math.min(first + TILE_ROWS, y.length));
    if (tile) tiles.push(tile);
  }
  const total = tiles.length > 0 ? mergeGroups(tiles) : emptyGroup(k + 1);
  return {
    columns: points.featureNames.map(numberColumn),
    targetName: points.targetName,
    weightName: points.weight ? "weight" : null,
    count: y.length,
    rowsRead: y.length,
    ...total,
  };
}

/** Merge moments as if their rows had been seen together. */
export function merge(a: Moments, b: Moments): Moments {
  if (a.targetName !== b.targetName) {
    throw new ModelError("moments.other-target", { left: a.targetName, right: b.targetName });
  }
  const same =
    a.columns.length === b.columns.length &&
    a.columns.every((column, j) => sameColumn(column, b.columns[j]!));
  if (!same) {
    throw new ModelError("moments.other-columns", {
      left: a.columns.map((column) => column.name),
      right: b.columns.map((column) => column.name),
    });
  }
  const counts = { count: a.count + b.count, rowsRead: a.rowsRead + b.rowsRead };
  if (b.weightSum === 0) return { ...a, ...counts };
  if (a.weightSum === 0) return { ...b, ...counts };
  return { ...a, ...mergeGroups([a, b]), ...counts };
}

/** Keep the named features, in that order; a category's name means all its levels. */
export function select(moments: Moments, names: readonly string[]): Moments {
  const wanted: number[] = [];
  for (const name of names) {
    const found = numbersOf(moments, name);
    if (found.some((number) => wanted.includes(number))) {
      throw new ModelError("moments.column-twice", { name });
    }
    wanted.push(...found);
  }
  return take(moments, wanted);
}

/** Leave out the named features. */
export function drop(moments: Moments, names: readonly string[]): Moments {
  const gone = new Set(names.flatMap((name) => numbersOf(moments, name)));
  return take(
    moments,
    moments.columns.map((_, n) => n).filter((n) => !gone.has(n)),
  );
}

type Group = Pick<Moments, "weightSum" | "mean" | "meanLow" | "scatter">;

function emptyGroup(size: number): Group {
  return {
    weightSum: 0,
    mean: new Float64Array(size),
    meanLow: new Float64Array(size),
    scatter: zeros(size, size),
  };
}

function tileMoments(points: Points, first: number, last: number): Group | null {
  const { X, y } = points;
  const k = X.columns;
  const size = k + 1;
  const cell = (i: number, j: number) => (j < k ? X.data[i * k + j]! : y[i]!);
  let weightSum = 0;
  const pivot = new Float64Array(size);
  for (let i = first; i < last; i++) {
    const w = weightOf(points, i);
    weightSum += w;
    for (let j = 0; j < size; j++) pivot[j]! += w * cell(i, j);
  }
  if (weightSum === 0) return null;
  for (let j = 0; j < size; j++) pivot[j]! /= weightSum;
  const sums = new Float64Array(size);
  const centred = new Float64Array(size);
  const scatter = zeros(size, size);
  for (let i = first; i < last; i++) {
    const w = weightOf(points, i);
    for (let j = 0; j < size; j++) centred[j] = cell(i, j) - pivot[j]!;
    for (let a = 0; a < size; a++) {
      const left = w * centred[a]!;
      sums[a]! += left;
      for (let b = 0; b <= a; b++) scatter.data[a * size + b]! += left * centred[b]!;
    }
  }
  const mean = new Float64Array(size);
  const meanLow = new Float64Array(size);
  for (let a = 0; a < size; a++) {
    const [high, low] = twoSum(pivot[a]!, sums[a]! / weightSum);
    mean[a] = high;
    meanLow[a] = low;
    for (let b = 0; b <= a; b++) {
      const value = scatter.data[a * size + b]! - (sums[a]! * sums[b]!) / weightSum;
      // Rounding must not take a variance below zero.
      if (a === b && value < 0) {
        scatter.data[a * size + a] = 0;
        continue;
      }
      scatter.data[a * size + b] = value;
      scatter.data[b * size + a] = value;
    }
  }
  return { weightSum, mean, meanLow, scatter };
}

/** Chan's formula for any number of groups of positive weight. */
function mergeGroups(groups: readonly Group[]): Group {
  const size = groups[0]!.mean.length;
  const weightSum = exactSum(groups.map((group) => group.weightSum));
  const heaviest = groups.reduce((a, b) => (b.weightSum > a.weightSum ? b : a));
  const mean = heaviest.mean.slice();
  const meanLow = heaviest.meanLow.slice();
  const distance = (group: Group, j: number) =>
    group.mean[j]! - mean[j]! + (group.meanLow[j]! - meanLow[j]!);
  for (let j = 0; j < size; j++) {
    // The second round takes away the rounding of the first.
    for (let round = 0; round < 2; round++) {
      let sum = 0;
      for (const group of groups) sum += group.weightSum * distance(group, j);
      const [high, error] = twoSum(mean[j]!, sum / weightSum);
      [mean[j], meanLow[j]] = twoSum(high, error + meanLow[j]!) as [number, number];
    }
  }
  const scatter = zeros(size, size);
  for (const group of groups) {
    const away = Float64Array.from({ length: size }, (_, j) => distance(group, j));
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        scatter.data[a * size + b]! +=
          group.scatter.data[a * size + b]! + group.weightSum * away[a]! * away[b]!;
      }
    }
  }
  return { weightSum, mean, meanLow, scatter };
}

function numbersOf(moments: Moments, name: string): number[] {
  const where = (test: (column: Column) => boolean) =>
    moments.columns.map((_, n) => n).filter((n) => test(moments.columns[n]!));
  const family = where((column) => column.source === name);
  const exact = where((column) => column.name === name);
  const found = family.length > 1 ? family : exact.length > 0 ? exact : family;
  if (found.length === 0) {
    const known = moments.columns.slice(0, 20).map((column) => column.name);
    throw new ModelError("moments.unknown-column", { name, known });
  }
  return found;
}

function take(moments: Moments, numbers: readonly number[]): Moments {
  const order = [...numbers, moments.columns.length];
  const old = moments.columns.length + 1;
  const size = order.length;
  const scatter = zeros(size, size);
  order.forEach((from, a) => {
    order.forEach((other, b) => {
      scatter.data[a * size + b] = moments.scatter.data[from * old + other]!;
    });
  });
  return {
    ...moments,
    columns: numbers.map((n) => moments.columns[n]!),
    mean: Float64Array.from(order, (n) => moments.mean[n]!),
    meanLow: Float64Array.from(order, (n) => moments.meanLow[n]!),
    scatter,
  };
}
