/** Everything that changes the picture happens in one animation frame, once. */

const waiting = new Set<() => void>();
let asked = false;

/** Run `paint` in the next frame; asked twice, it still runs once. */
export function inNextFrame(paint: () => void): void {
  waiting.add(paint);
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    const now = [...waiting];
    waiting.clear();
    for (const each of now) each();
  });
}

/** Between two paintings ahead of a frame lie at least so many ms: a mouse may tell 1,000 places a second. */
const APART = 5;
let ahead = -APART;

/** Run `paint`, if it waits for the next frame, now: the wait for that frame is time to compute in. */
export function aheadOfFrame(paint: () => void): void {
  if (performance.now() - ahead < APART || !waiting.delete(paint)) return;
  paint();
  // Asked for a size, the browser lays out now what it would lay out in the frame.
  void document.documentElement.offsetHeight;
  ahead = performance.now();
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
