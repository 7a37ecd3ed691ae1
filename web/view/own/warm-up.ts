/**
 * Before the first drag: a browser interprets what it has not run often, several times slower than
 * what it has compiled. So some runs are made while the page rests, and thrown away.
 */

import { ModelError } from "../../model/errors.ts";
import { type Settings, Training } from "../../model/training.ts";

const RUNS = 30;
/** Safari has no idle callbacks. */
const REST = 60;
let isWarm = false;

/** Descend now and then in idle time, at other rates; once a page. */
export function warmUp(training: Training, settings: Settings, rate: number | null): void {
  if (isWarm || rate === null) return;
  isWarm = true;
  // One of its own: what the page's has prepared stays as it is.
  const other = new Training(training.data);
  const idle = window.requestIdleCallback ?? ((then: () => void) => setTimeout(then, REST));
  const next = (left: number): void => {
    try {
      const trained = other.trained({ ...settings, rate: rate * (0.5 + left / (2 * RUNS)) }, true);
      if (other.hasFolds) other.drawn(trained, true);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return;
    }
    if (left > 1) idle(() => next(left - 1));
  };
  idle(() => next(RUNS));
}
