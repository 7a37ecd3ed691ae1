/**
 * Painting that can wait: what the browser skips because it is off the screen (content-visibility:
 * auto) is painted once the hand rests, or when it comes into sight.
 */

const REST = 120;

export class Unseen {
  #isSkipped = false;
  #waiting: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(element: HTMLElement) {
    element.addEventListener("contentvisibilityautostatechange", (event) => {
      this.#isSkipped = (event as Event & { skipped: boolean }).skipped;
      if (!this.#isSkipped) this.#catchUp();
    });
  }

  paint(paint: () => void): void {
    this.#waiting = paint;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isSkipped) this.#timer = setTimeout(() => this.#catchUp(), REST);
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
