/**
 * A cloud of dots, written as pixels for as long as it moves. A browser that paints without a GPU
 * takes 4 ms a frame for a path of a thousand round dots, and its frames come late; pixels take a
 * tenth of it. What rests is the path: sharp at any size, saved and printed.
 */

import { h, put, show } from "../kit/dom.ts";
import type { Plot } from "../kit/plot.ts";

/** In how many places between two pixels a dot can lie, along each axis. */
const PLACES = 4;
/** Finer pixels than this cannot be told apart in motion. */
const MOST_RATIO = 2;

export class PixelDots {
  readonly #plot: Plot;
  /** What it stands for while it moves: a path of dots, and a line above it. */
  readonly #dots: SVGPathElement;
  readonly #line: SVGLineElement;
  #canvas = h("canvas", { class: "pixel-dots", "aria-hidden": "true", hidden: "" });
  #context = this.#canvas.getContext("2d")!;
  #isOn = false;
  #left = 0;
  #top = 0;
  #ratio = 1;
  #image = new ImageData(1, 1);
  #pixels = new Uint32Array(0);
  #sprites: readonly Sprite[] = [];
  #side = 0;

  constructor(plot: Plot, dots: SVGPathElement, line: SVGLineElement) {
    this.#plot = plot;
    this.#dots = dots;
    this.#line = line;
  }

  /** Draw dots at these pixels of the picture, x and y in turn, in place of the path; and the line. */
  draw(places: Float64Array): void {
    if (!this.#isOn) this.#begin();
    const pixels = this.#pixels;
    const sprites = this.#sprites;
    const side = this.#side;
    const { width, height } = this.#image;
    const scale = this.#ratio * PLACES;
    // From a dot's middle to the corner of its sprite, in an image with room for one all around.
    const across = this.#left * scale - (side / 2) * PLACES;
    const down = this.#top * scale - (side / 2) * PLACES;
    pixels.fill(0);
    for (let at = 0; at < places.length; at += 2) {
      const x = Math.round(places[at]! * scale - across);
      const y = Math.round(places[at + 1]! * scale - down);
      const column = Math.floor(x / PLACES);
      const row = Math.floor(y / PLACES);
      if (!(column >= 0 && row >= 0 && column + side <= width && row + side <= height)) continue;
      const { offsets, values } = sprites[(y - row * PLACES) * PLACES + x - column * PLACES]!;
      const corner = row * width + column;
      for (let n = 0; n < offsets.length; n++) {
        // Of one colour, what is larger is less transparent: dots that overlap are one.
        const into = corner + offsets[n]!;
        if (values[n]! > pixels[into]!) pixels[into] = values[n]!;
      }
    }
    this.#context.putImageData(this.#image, -side, -side);
    this.#drawLine();
  }

  /** The path and the line are seen again. */
  end(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#swap();
  }

  #swap(): void {
    show(this.#canvas, this.#isOn);
    show(this.#dots, !this.#isOn);
    show(this.#line, !this.#isOn);
  }

  /** Lie over the picture, in the colours and widths that are seen now. */
  #begin(): void {
    const plot = this.#plot;
    const canvas = this.#canvas;
    const dots = getComputedStyle(this.#dots);
    const line = getComputedStyle(this.#line);
    const ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1);
    this.#ratio = ratio;
    this.#left = Math.floor(plot.left);
    this.#top = Math.floor(plot.top - 2);
    const width = Math.max(1, Math.ceil(plot.right) - this.#left);
    const height = Math.max(1, Math.ceil(plot.bottom + 2) - this.#top);
    put(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    canvas.style.left = `${this.#left}px`;
    canvas.style.top = `${this.#top}px`;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const radius = (Number.parseFloat(dots.strokeWidth) / 2) * ratio;
    // With the soft edge, and the three quarters of a pixel that a dot can lie off the middle.
    this.#side = 2 * Math.ceil(radius + 0.5 + 0.75);
    this.#image = new ImageData(canvas.width + 2 * this.#side, canvas.height + 2 * this.#side);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    const opacity = Number(dots.opacity);
    this.#sprites = spritesOf(radius, this.#side, dots.stroke, opacity, this.#image.width);
    this.#context.strokeStyle = line.stroke;
    this.#context.lineWidth = Number.parseFloat(line.strokeWidth) * ratio;
    this.#context.lineCap = line.strokeLinecap as CanvasLineCap;
    if (!canvas.isConnected) plot.svg.after(canvas);
    this.#isOn = true;
    this.#swap();
  }

  #drawLine(): void {
    const context = this.#context;
    const end = (n: 1 | 2): [number, number] => [
      (Number(this.#line.getAttribute(`x${n}`)) - this.#left) * this.#ratio,
      (Number(this.#line.getAttribute(`y${n}`)) - this.#top) * this.#ratio,
    ];
    context.beginPath();
    context.moveTo(...end(1));
    context.lineTo(...end(2));
    context.stroke();
  }
}

/** The pixels of a dot: where they are in the image, from its corner on, and what they are. */
interface Sprite {
  readonly offsets: Uint32Array;
  readonly values: Uint32Array;
}

/** A round dot at each of the places between two pixels, for an image of some width. */
function spritesOf(
  radius: number,
  side: number,
  colour: string,
  opacity: number,
  width: number,
): readonly Sprite[] {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return Array.from({ length: PLACES * PLACES }, (_, place) => {
    const x = side / 2 + (place % PLACES) / PLACES;
    const y = side / 2 + Math.floor(place / PLACES) / PLACES;
    const { data } = new ImageData(side, side);
    const offsets: number[] = [];
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        // How far the middle of the pixel is inside the edge says how much of it is covered.
        const away = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        const covered = Math.max(0, Math.min(1, radius + 0.5 - away));
        if (covered === 0) continue;
        data.set([red, green, blue, Math.round(255 * opacity * covered)], 4 * offsets.length);
        offsets.push(row * width + column);
      }
    }
    const values = new Uint32Array(data.buffer).slice(0, offsets.length);
    return { offsets: Uint32Array.from(offsets), values };
  });
}
