/**
 * Plays a recorded run: the run is a value, the player only chooses the step that is shown.
 *
 * A step first lights the slope (the hold), then moves; scrubbing, undo and reduced motion jump.
 */

import { animate, ease, HOLD, reducedMotion, STEP } from "./frames.ts";

export interface Playing {
  readonly step: () => number;
  readonly last: () => number;
  readonly go: (step: number, how: "step" | "play" | "scrub") => void;
  readonly paint: () => void;
  /** The step that playing shows after this one; the next one where nothing else is said. */
  readonly after?: (step: number) => number;
  /** How many times faster a step is played, by its number: long runs gather speed. */
  readonly pace?: (step: number) => number;
}

export class Player {
  /** The step shown, with a fraction while it moves. */
  shown: number;
  lit = false;
  playing = false;
  speed = 1;
  #run: Playing;
  #target: number;
  #stop: () => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(run: Playing) {
    this.#run = run;
    this.shown = run.step();
    this.#target = this.shown;
  }

  /** Follow the state: whatever did not come from a step here is shown at once. */
  follow(): void {
    const step = this.#run.step();
    if (step === this.#target) return;
    this.#stop();
    this.#target = step;
    this.shown = step;
    this.lit = false;
  }

  get atEnd(): boolean {
    return this.#run.step() >= this.#run.last();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(): void {
    if (this.atEnd) this.jump(0, "play");
    this.playing = true;
    this.#advance();
  }

  /** Stop playing; a hand that drags asks for it with every move, and nothing is painted then. */
  pause(): void {
    if (!this.playing) return;
    this.playing = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#run.paint();
  }

  stepBy(by: 1 | -1): void {
    this.pause();
    const to = this.#run.step() + by;
    if (to < 0 || to > this.#run.last()) return;
    this.#move(to, "step");
  }

  jump(to: number, how: "play" | "scrub" = "scrub"): void {
    this.#run.go(to, how);
    this.#run.paint();
  }

  destroy(): void {
    this.playing = false;
    this.#stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #advance(): void {
    if (!this.playing) return;
    if (this.atEnd) return this.pause();
    const step = this.#run.step();
    const next = this.#run.after?.(step) ?? step + 1;
    this.#move(Math.min(this.#run.last(), next), "play");
    const wait = reducedMotion() ? STEP + HOLD : STEP + HOLD + 30;
    this.#timer = setTimeout(() => this.#advance(), wait / this.#pace(this.#run.step()));
  }

  #pace(step: number): number {
    return this.speed * (this.#run.pace?.(step) ?? 1);
  }

  #move(to: number, how: "step" | "play"): void {
    this.#stop();
    const from = this.#run.step();
    this.#target = to;
    this.#run.go(to, how);
    if (reducedMotion()) {
      this.shown = to;
      this.#run.paint();
      return;
    }
    this.shown = from;
    const whole = (HOLD + STEP) / (how === "play" ? this.#pace(to) : this.speed);
    const hold = to > from ? HOLD / (HOLD + STEP) : 0;
    this.#stop = animate(whole, (u) => {
      this.lit = u < hold;
      this.shown = this.lit ? from : from + (to - from) * ease((u - hold) / (1 - hold));
      if (u >= 1) this.shown = to;
      this.#run.paint();
    });
  }
}

/** The value of a run at a step with a fraction. */
export function along(run: readonly number[], shown: number): number {
  const low = Math.max(0, Math.min(run.length - 1, Math.floor(shown)));
  const high = Math.min(run.length - 1, low + 1);
  const u = shown - low;
  return u <= 0 ? run[low]! : run[low]! + (run[high]! - run[low]!) * u;
}
