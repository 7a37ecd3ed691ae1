/**
 * What has happened to a run of one parameter by a step, told from the places it was at.
 *
 *     loops     it is back where it was a few steps ago, and so again, for ever
 *     past      it has crossed the best w, and goes on in the same direction
 *     gone      it has walked out of the window at an even pace
 *     diverges  it has left the window with ever longer steps
 *
 * A recorded run is a value, so its end is known: what turns back later is none of these. The
 * judgement of the whole run is `outcome.ts`.
 */

export interface Fate {
  readonly code: "loops" | "past" | "gone" | "diverges";
  /** The step at which it happened. */
  readonly at: number;
}

const LONGEST_LOOP = 8;

export function fateOf(
  run: readonly number[],
  step: number,
  best: number,
  window: readonly [number, number],
): Fate | null {
  const loop = loops(run, step, best);
  if (loop) return { code: "loops", at: step };
  const far = (t: number) => Math.abs(run[t]! - best);
  const pace = (t: number) => Math.abs(run[t]! - run[t - 1]!);
  const last = run.length - 1;
  const staysAway = (t: number) => !(far(last) <= far(t)) || last === t;
  const out = run.findIndex((w) => !(w >= window[0] && w <= window[1]));
  if (out > 0 && out <= step && staysAway(out)) {
    const lengthens =
      out < last
        ? !(pace(out + 1) <= 1.0001 * pace(out))
        : out > 1 && pace(out) > 1.0001 * pace(out - 1);
    return { code: lengthens ? "diverges" : "gone", at: out };
  }
  const past = run.findIndex((w) => (w - best) * (run[0]! - best) < 0);
  if (past > 0 && past <= step && past < last && staysAway(past)) {
    const onward = (run[past + 1]! - run[past]!) * (run[past]! - run[past - 1]!) > 0;
    if (onward) return { code: "past", at: past };
  }
  return null;
}

/** Whether the last steps repeat the ones before them, away from the best w. */
function loops(run: readonly number[], step: number, best: number): boolean {
  for (let period = 2; period <= Math.min(LONGEST_LOOP, step); period++) {
    const cycle = run.slice(step - period, step);
    const spread = Math.max(...cycle) - Math.min(...cycle);
    const isMoving = spread > 1e-9 * (Math.abs(best) + Math.abs(run[step]!));
    if (isMoving && Math.abs(run[step]! - run[step - period]!) <= 1e-9 * spread) return true;
  }
  return false;
}
