/** What tadpoles are in every picture: a tail that is the error, and hands that move them. */

import { clamp, snap } from "../kit/numbers.ts";
import type { Plot } from "../kit/plot.ts";
import type { Moving } from "../kit/points.ts";
import { X_RANGE, Y_RANGE } from "../kit/table.ts";
import type { Point } from "../lesson.ts";

/** Tadpoles sit on tenths, as the lesson's do. */
const TENTH = 0.1;
/** A pointer that moved less than this many pixels has tapped. */
const TAP = 4;
/** So far outside the range of tadpoles a double click still adds one, at its edge. */
const MARGIN = 0.5;

/** Let a pointer and the keys move a tadpole; a pointer that hardly moves has tapped it. */
export function letMove(
  dot: SVGGElement,
  index: number,
  plot: Plot,
  moving: Moving,
  tapped: (index: number) => void = () => undefined,
): void {
  let from: { x: number; y: number; dx: number; dy: number; box: DOMRect } | null = null;
  let moved = false;
  dot.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const box = plot.svg.getBoundingClientRect();
    const [x, y] = moving.at(index);
    from = {
      x: event.clientX,
      y: event.clientY,
      dx: event.clientX - box.left - plot.x(x),
      dy: event.clientY - box.top - plot.y(y),
      box,
    };
    moved = false;
    dot.setPointerCapture(event.pointerId);
    dot.focus({ preventScroll: true });
    event.preventDefault();
  });
  dot.addEventListener("pointermove", (event) => {
    if (!from) return;
    if (!moved && Math.hypot(event.clientX - from.x, event.clientY - from.y) < TAP) return;
    moved = true;
    dot.classList.add("held");
    const { box, dx, dy } = from;
    const to = tenths(
      plot,
      plot.x.invert(event.clientX - box.left - dx),
      plot.y.invert(event.clientY - box.top - dy),
    );
    moving.move(index, to, "drag");
  });
  const stop = (event: PointerEvent): void => {
    if (!from) return;
    from = null;
    dot.classList.remove("held");
    if (moved) moving.moved();
    else if (event.type === "pointerup") tapped(index);
  };
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
    dot.addEventListener(end, stop);
  }
  dot.addEventListener("keydown", (event) => {
    const [x, y] = moving.at(index);
    const by = TENTH * (event.shiftKey ? 5 : 1);
    const ways: Readonly<Record<string, Point>> = {
      ArrowRight: [x + by, y],
      ArrowLeft: [x - by, y],
      ArrowUp: [x, y + by],
      ArrowDown: [x, y - by],
    };
    const to = ways[event.key];
    if (to) moving.move(index, tenths(plot, ...to), "key");
    else if (event.key === "Delete" || event.key === "Backspace") moving.remove(index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** Let a double click where nothing else is add a tadpole. */
export function letAdd(plot: Plot, moving: Moving): void {
  plot.svg.addEventListener("dblclick", (event) => {
    if ((event.target as Element).closest(".tadpole, .handle, .line-hit")) return;
    const box = plot.svg.getBoundingClientRect();
    const x = plot.x.invert(event.clientX - box.left);
    const y = plot.y.invert(event.clientY - box.top);
    if (isNear(x, X_RANGE) && isNear(y, Y_RANGE)) moving.add(tenths(plot, x, y));
  });
}

function isNear(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low - MARGIN && value <= high + MARGIN;
}

/** The nearest place where a tadpole may sit: in the picture as it is shown. */
function tenths({ x: scale, y: other }: Plot, x: number, y: number): Point {
  const right = Math.min(X_RANGE[1], scale.domain()[1]!);
  const top = Math.min(Y_RANGE[1], other.domain()[1]!);
  return [snap(clamp(x, X_RANGE[0], right), TENTH), snap(clamp(y, Y_RANGE[0], top), TENTH)];
}

/** A tail: as wide as the dot at its root, nothing where it touches the line. */
export function tailPath(plot: Plot, x: number, from: number, to: number): string {
  const cx = plot.x(x);
  const root = plot.y(from);
  const tip = plot.y(to);
  const bend = root + (tip - root) * 0.45;
  return (
    `M${(cx - 6).toFixed(1)},${root.toFixed(1)}` +
    `Q${(cx - 4.4).toFixed(1)},${bend.toFixed(1)} ${cx.toFixed(1)},${tip.toFixed(1)}` +
    `Q${(cx + 4.4).toFixed(1)},${bend.toFixed(1)} ${(cx + 6).toFixed(1)},${root.toFixed(1)}Z`
  );
}
