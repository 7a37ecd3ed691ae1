/**
 * What a loss is: for one row, how much a score s = w . x + b costs beside the target y, and how
 * that cost bends. Its formulas are those of `kedou.losses`.
 */

export interface Loss {
  readonly name: string;
  /** The constants besides the name, as in a link or a saved run. */
  readonly constants: Readonly<Record<string, number>>;
  readonly convex: boolean;
  /** The largest second derivative anywhere; null where there is a corner. */
  readonly curvatureBound: number | null;
  /** l(y, s) */
  value(y: number, score: number): number;
  /** dl/ds */
  slope(y: number, score: number): number;
  /** d2l/ds2 */
  curvature(y: number, score: number): number;
  /** The prediction that a score stands for: itself, or a probability. */
  predict(score: number): number;
  /** Whether targets must be 0 or 1. */
  readonly isBinary: boolean;
}
