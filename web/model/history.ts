/**
 * The record of a run: every step, or a stated thinning of them.
 *
 * Up to 100,000 records every step is kept. Beyond that the stride doubles: with stride s (a power
 * of two) the steps 0, s, 2s, ... and the last one are kept, s being the smallest for which no
 * more than 100,000 multiples have passed. Which steps remain depends on their number alone.
 */

import type { Vector } from "./linear/matrix.ts";

export const MOST_RECORDS = 100_000;
export const TAIL = 256;

/** Records of a run, flat: record r of theta is theta[r * p .. (r + 1) * p]. */
export interface Records {
  readonly p: number;
  readonly steps: Float64Array;
  readonly theta: Float64Array;
  readonly gap: Float64Array;
  readonly gradient: Float64Array;
  /** The last steps taken, one by one, even where the records are thinned. */
  readonly tail: Float64Array;
}

/** Return the stride that keeps at most `MOST_RECORDS` multiples among 0 ... steps. */
export function strideFor(steps: number): number {
  let stride = 1;
  while (Math.floor(steps / stride) >= MOST_RECORDS) stride *= 2;
  return stride;
}

export class History {
  readonly #p: number;
  readonly #most: number;
  #room: number;
  #steps: Float64Array;
  #theta: Float64Array;
  #gap: Float64Array;
  #gradient: Float64Array;
  #size = 0;
  #stride = 1;
  #last: { step: number; theta: Vector; gap: number; gradient: Vector } | null = null;
  readonly #tail: Float64Array;
  #taken = 0;

  /** `mostRecords` is for tests. */
  constructor(p: number, steps: number, mostRecords = MOST_RECORDS) {
    this.#p = p;
    this.#most = mostRecords;
    this.#room = Math.min(steps, 1023) + 2;
    this.#steps = new Float64Array(this.#room);
    this.#gap = new Float64Array(this.#room);
    this.#theta = new Float64Array(this.#room * p);
    this.#gradient = new Float64Array(this.#room * p);
    this.#tail = new Float64Array(Math.min(steps + 1, TAIL) * p);
  }

  /** Record one step; steps come in order. The vectors are copied. */
  add(step: number, theta: Vector, gap: number, gradient: Vector): void {
    const p = this.#p;
    const places = p === 0 ? 0 : this.#tail.length / p;
    if (places > 0) this.#tail.set(theta, (this.#taken % places) * p);
    this.#taken++;
    if (step % this.#stride === 0 && step / this.#stride >= this.#most) this.#double();
    if (step % this.#stride !== 0) {
      this.#last = { step, theta: theta.slice(), gap, gradient: gradient.slice() };
      return;
    }
    this.#last = null;
    this.#append(step, theta, gap, gradient);
  }

  records(): Records {
    if (this.#last) {
      const { step, theta, gap, gradient } = this.#last;
      this.#append(step, theta, gap, gradient);
      this.#last = null;
    }
    const n = this.#size;
    const p = this.#p;
    return {
      p,
      steps: this.#steps.slice(0, n),
      theta: this.#theta.slice(0, n * p),
      gap: this.#gap.slice(0, n),
      gradient: this.#gradient.slice(0, n * p),
      tail: this.#unrolled(),
    };
  }

  #append(step: number, theta: Vector, gap: number, gradient: Vector): void {
    if (this.#size === this.#room) this.#grow();
    const n = this.#size++;
    this.#steps[n] = step;
    this.#gap[n] = gap;
    this.#theta.set(theta, n * this.#p);
    this.#gradient.set(gradient, n * this.#p);
  }

  #grow(): void {
    this.#room = Math.min(this.#room * 2, this.#most + 2);
    const wider = (old: Float64Array, width: number) => {
      const result = new Float64Array(this.#room * width);
      result.set(old);
      return result;
    };
    this.#steps = wider(this.#steps, 1);
    this.#gap = wider(this.#gap, 1);
    this.#theta = wider(this.#theta, this.#p);
    this.#gradient = wider(this.#gradient, this.#p);
  }

  #double(): void {
    this.#stride *= 2;
    const p = this.#p;
    let kept = 0;
    for (let n = 0; n < this.#size; n++) {
      if (this.#steps[n]! % this.#stride !== 0) continue;
      this.#steps[kept] = this.#steps[n]!;
      this.#gap[kept] = this.#gap[n]!;
      this.#theta.copyWithin(kept * p, n * p, (n + 1) * p);
      this.#gradient.copyWithin(kept * p, n * p, (n + 1) * p);
      kept++;
    }
    this.#size = kept;
  }

  #unrolled(): Float64Array {
    const p = this.#p;
    if (p === 0) return new Float64Array(0);
    const places = this.#tail.length / p;
    if (this.#taken <= places) return this.#tail.slice(0, this.#taken * p);
    const first = (this.#taken % places) * p;
    const result = new Float64Array(this.#tail.length);
    result.set(this.#tail.subarray(first));
    result.set(this.#tail.subarray(0, first), this.#tail.length - first);
    return result;
  }
}
