/** A dense matrix, row by row, and the few products the model needs. Vectors are Float64Array. */

export type Vector = Float64Array;

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row by row: element (i, j) is data[i * columns + j]. */
  readonly data: Float64Array;
}

export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

export function identity(size: number): Matrix {
  const result = zeros(size, size);
  for (let i = 0; i < size; i++) result.data[i * size + i] = 1;
  return result;
}

export function fromRows(rows: readonly (readonly number[] | Float64Array)[], width = 0): Matrix {
  const columns = rows.length > 0 ? rows[0]!.length : width;
  const result = zeros(rows.length, columns);
  rows.forEach((row, i) => result.data.set(row, i * columns));
  return result;
}

export function toRows(a: Matrix): number[][] {
  return Array.from({ length: a.rows }, (_, i) => Array.from(row(a, i)));
}

/** Return row i, sharing its memory. */
export function row(a: Matrix, i: number): Vector {
  return a.data.subarray(i * a.columns, (i + 1) * a.columns);
}

export function diagonal(a: Matrix): Vector {
  return Float64Array.from({ length: a.rows }, (_, i) => a.data[i * a.columns + i]!);
}

export function transpose(a: Matrix): Matrix {
  const result = zeros(a.columns, a.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) {
      result.data[j * a.rows + i] = a.data[i * a.columns + j]!;
    }
  }
  return result;
}

/** Return A B. */
export function times(a: Matrix, b: Matrix): Matrix {
  const result = zeros(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let m = 0; m < a.columns; m++) {
      const factor = a.data[i * a.columns + m]!;
      for (let j = 0; j < b.columns; j++) {
        result.data[i * b.columns + j]! += factor * b.data[m * b.columns + j]!;
      }
    }
  }
  return result;
}

/** Return A v. */
export function apply(a: Matrix, v: Vector): Vector {
  const result = new Float64Array(a.rows);
  for (let i = 0, at = 0; i < a.rows; i++) {
    let sum = 0;
    for (let j = 0; j < a.columns; j++, at++) sum += a.data[at]! * v[j]!;
    result[i] = sum;
  }
  return result;
}

/** Return A' v. */
export function applyTransposed(a: Matrix, v: Vector): Vector {
  const result = new Float64Array(a.columns);
  for (let i = 0, at = 0; i < a.rows; i++) {
    const factor = v[i]!;
    for (let j = 0; j < a.columns; j++, at++) result[j]! += factor * a.data[at]!;
  }
  return result;
}

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Return |v|, scaled so that large values do not overflow. */
export function norm(v: Vector): number {
  const largest = maxAbs(v);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const value of v) sum += (value / largest) ** 2;
  return largest * Math.sqrt(sum);
}

export function maxAbs(v: Vector): number {
  let largest = 0;
  for (const value of v) {
    const size = Math.abs(value);
    if (!(size <= largest)) largest = size;
  }
  return largest;
}

export function subtract(a: Vector, b: Vector): Vector {
  const result = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = a[i]! - b[i]!;
  return result;
}
