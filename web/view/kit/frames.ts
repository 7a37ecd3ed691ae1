/** Everything that changes the picture happens in one animation frame, once. */

const waiting = new Set<() => void>();
let asked = false;
/** Whether something was painted ahead of the frame that was asked for. */
let isAhead = false;

/** Run `paint` in the next frame; asked twice, it still runs once. */
export function inNextFrame(paint: () => void): void {
  waiting.add(paint);
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = isAhead = false;
    const now = [...waiting];
    waiting.clear();
    for (const each of now) each();
  });
}

/** An event that was told longer ago than so many ms has waited behind other work. */
const STALE = 4;

/**
 * Run `paint`, if it waits for the next frame, now: the wait for that frame is time to compute in.
 * Once a frame, for a mouse may tell 1,000 places a second; and not for an event that comes late,
 * for then the page is busy, there is no time to spare, and the frame paints the newest of all.
 */
export function aheadOfFrame(paint: () => void, told: number): void {
  if (isAhead || performance.now() - told > STALE || !waiting.delete(paint)) return;
  isAhead = true;
  paint();
  // Asked for a size, the browser lays out now what it would lay out in the frame.
  void document.documentElement.offsetHeight;
}

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

export function reducedMotion(): boolean {
  return still.matches;
}

export const STEP = 260;
export const HOLD = 160;

export const ease = (u: number): number => (u < 0.5 ? 4 * u * u * u : 1 - (2 - 2 * u) ** 3 / 2);

/** Call `tick(0..1)` once per frame for `duration` ms; the returned function stops it. */
export function animate(
  duration: number,
  tick: (u: number) => void,
  done?: () => void,
): () => void {
  let stopped = false;
  if (reducedMotion() || duration <= 0) {
    tick(1);
    done?.();
    return () => undefined;
  }
  let start = -1;
  const frame = (now: number): void => {
    if (stopped) return;
    if (start < 0) start = now;
    const u = Math.min(1, (now - start) / duration);
    tick(u);
    if (u < 1) requestAnimationFrame(frame);
    else done?.();
  };
  requestAnimationFrame(frame);
  return () => {
    stopped = true;
  };
}
