/**
 * Painting that can wait: what is off the screen is painted once the hand rests, or when it is
 * comes into sight. (content-visibility: auto spares the browser's own work there, but it
 * takes a screen and a half around for seen.)
 */

const REST = 120;

export class Unseen {
  #isSkipped = false;
  #waiting: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(element: HTMLElement) {
    new IntersectionObserver((entries) => {
      this.#isSkipped = !entries.at(-1)!.isIntersecting;
      if (!this.#isSkipped) this.#catchUp();
    }).observe(element);
  }

  /** Paint, at once where it is seen or has to be `now`. */
  paint(paint: () => void, now = false): void {
    this.#waiting = paint;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isSkipped && !now) this.#timer = setTimeout(() => this.#catchUp(), REST);
    else this.#catchUp();
  }

  #catchUp(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const paint = this.#waiting;
    this.#waiting = null;
    paint?.();
  }
}
