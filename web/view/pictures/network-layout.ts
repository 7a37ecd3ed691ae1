/**
 * Where a network's units and the numbers on its edges stand, so that no two texts overlap.
 *
 * The label of an edge may slide along it. Between two layers all labels are placed by a search. Where
 * they do not fit, only those of one unit's edges are shown at a time (a fan), and where even these do not,
 * only their weights; an edge in the light is then shown alone.
 */

export interface Spot {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** The height of the type. */
  readonly em: number;
  /** Room for the names of the layers. */
  readonly top: number;
  /** The width of a number on an edge. */
  readonly label: number;
}

/** The labels of one unit's edges. */
export interface Fan {
  readonly spots: readonly Spot[];
  /** Whether there is room for the weights only. */
  readonly isShort: boolean;
}

/** The numbers on the edges between two neighbouring layers. */
export interface Gap {
  /** By [unit to][unit from], where all of them can be shown at once. */
  readonly whole: readonly (readonly Spot[])[] | null;
  /** Where only the edges into one unit are shown, and where only those out of one. */
  readonly into: readonly Fan[];
  readonly outOf: readonly Fan[];
  /** By [unit to][unit from], where an edge is shown alone. */
  readonly alone: readonly (readonly Spot[])[];
}

export interface Layout {
  readonly radius: number;
  /** By column and unit. */
  readonly units: readonly (readonly Spot[])[];
  /** Whether a column has room for the bias and the slope of every unit. */
  readonly roomy: readonly boolean[];
  readonly gaps: readonly Gap[];
  readonly label: Label;
  /** Where the target stands, and under it the loss. */
  readonly target: Spot;
}

/** What stands at a spot of an edge: the weight, its middle on the edge, and a second number below. */
interface Label {
  readonly width: number;
  readonly above: number;
  readonly below: number;
}

/** The rows above and below a unit, in em: its slope and its bias. */
const ABOVE = 1.3;
const BELOW = 0.95;

export function arrange(
  widths: readonly number[],
  { width, height, em, top, label: wide }: Frame,
): Layout {
  const most = Math.max(...widths);
  const isChain = most === 1 && widths.length === 3;
  const inner = height - top - em * (ABOVE + BELOW + 0.2);
  const largest = em * (width < 480 ? (isChain ? 2 : 1.6) : isChain ? 2.6 : 2.1);
  const between = em * (ABOVE + BELOW);
  const roomiest = (inner - (most - 1) * between) / (2 * most);
  const radius = Math.min(largest, Math.max(em * 1.25, roomiest));
  const pitch = (count: number): number =>
    count === 1 ? Infinity : Math.min((inner - 2 * radius) / (count - 1), em * 10);
  const label = { width: wide, above: em * 0.75, below: em * 1.85 };
  const weightOnly = { ...label, below: em * 0.75 };
  const left = Math.max(radius, em * 1.7) + em * 0.4;
  const right = width - Math.max(radius, em * 2.4) - em * 0.2;
  const middle = top + em * ABOVE + inner / 2;
  const units = widths.map((count, c) =>
    Array.from({ length: count }, (_, i) => ({
      x: left + ((right - left) * c) / (widths.length - 1),
      y: middle + (count === 1 ? 0 : (i - (count - 1) / 2) * pitch(count)),
    })),
  );
  const roomy = widths.map((count) => pitch(count) >= 2 * radius + between - 1);
  const end = units.at(-1)![0]!;
  const isTight = width < 480 && widths.length > 3;
  const target = { x: end.x, y: isTight ? height - em * 1.7 : end.y + radius + em * 2.1 };
  const targetBox = {
    left: end.x - em * 2.2,
    right: width,
    top: target.y - em,
    bottom: target.y + em * 1.7,
  };
  const bounds = { left: 0, right: width, top, bottom: height };
  const gaps = widths.slice(1).map((_, c) => {
    const [from, to] = [units[c]!, units[c + 1]!];
    const inTheWay = [...from, ...to].flatMap((unit) => boxesOf(unit, radius, em));
    if (c === widths.length - 2) inTheWay.push(targetBox);
    const place = (pairs: readonly Pair[], size: Label): Spot[] | null =>
      search(pairs, size, inTheWay, bounds);
    const fan = (pairs: readonly Pair[]): Fan => {
      const spots = place(pairs, label);
      if (spots) return { spots, isShort: false };
      return { spots: place(pairs, weightOnly) ?? pairs.map(middleOf), isShort: true };
    };
    const pairs = to.map((end) => from.map((start) => ({ start, end })));
    const found = place(pairs.flat(), label);
    const { length } = from;
    return {
      whole: found && to.map((_, j) => found.slice(j * length, (j + 1) * length)),
      into: pairs.map(fan),
      outOf: from.map((start) => fan(to.map((end) => ({ start, end })))),
      alone: pairs.map((row) => row.map((pair) => place([pair], label)?.[0] ?? middleOf(pair))),
    };
  });
  return { radius, units, roomy, gaps, label, target };
}

interface Pair {
  readonly start: Spot;
  readonly end: Spot;
}

function middleOf({ start, end }: Pair): Spot {
  return { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
}

/** What a unit covers: its circle with the bias below, and its slope above. */
function boxesOf({ x, y }: Spot, radius: number, em: number): Box[] {
  const half = Math.max(radius, em * 1.95);
  return [
    {
      left: x - radius - 3,
      right: x + radius + 3,
      top: y - radius - 3,
      bottom: y + radius + em * BELOW,
    },
    { left: x - half, right: x + half, top: y - radius - em * ABOVE, bottom: y - radius },
  ];
}

const PLACES = Array.from({ length: 31 }, (_, i) => 0.1 + (i * 0.8) / 30);

/** A spot on every edge so that no two labels touch, nor anything in the way; null if there is none. */
function search(
  pairs: readonly Pair[],
  label: Label,
  inTheWay: readonly Box[],
  bounds: Box,
): Spot[] | null {
  const box = ({ x, y }: Spot): Box => ({
    left: x - label.width / 2,
    right: x + label.width / 2,
    top: y - label.above,
    bottom: y + label.below,
  });
  const preferred = preferredPlace(pairs);
  const candidates = pairs.map(({ start, end }) =>
    PLACES.map((t) => ({
      t,
      x: start.x + t * (end.x - start.x),
      y: start.y + t * (end.y - start.y),
    }))
      .filter((spot) => {
        const own = box(spot);
        return isInside(own, bounds) && !inTheWay.some((each) => touch(own, each));
      })
      .sort((a, b) => Math.abs(a.t - preferred) - Math.abs(b.t - preferred)),
  );
  const order = pairs
    .map((_, i) => i)
    .sort((a, b) => candidates[a]!.length - candidates[b]!.length);
  const placed: (Spot & { readonly box: Box })[] = [];
  let tries = 0;
  const go = (depth: number): boolean => {
    if (depth === order.length) return true;
    for (const spot of candidates[order[depth]!]!) {
      if (++tries > 20_000) return false;
      const own = box(spot);
      if (placed.some((each) => touch(own, each.box))) continue;
      placed.push({ x: spot.x, y: spot.y, box: own });
      if (go(depth + 1)) return true;
      placed.pop();
    }
    return false;
  };
  if (!go(0)) return null;
  const spots: Spot[] = [];
  order.forEach((pair, depth) => {
    const { x, y } = placed[depth]!;
    spots[pair] = { x, y };
  });
  return spots;
}

/** Where edges fan out, near the many; otherwise in the middle. */
function preferredPlace(pairs: readonly Pair[]): number {
  const starts = new Set(pairs.map(({ start }) => start)).size;
  const ends = new Set(pairs.map(({ end }) => end)).size;
  return starts === ends ? 0.5 : ends > starts ? 0.6 : 0.4;
}

function touch(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function isInside(a: Box, b: Box): boolean {
  return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
}
