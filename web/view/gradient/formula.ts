/** The step that comes next, with its numbers, and the stations of the loop. */

import { gradientInward } from "../../model/coordinates.ts";
import { bracketed, fixed, signed } from "../kit/numbers.ts";
import type { Station } from "../kit/loop.ts";
import { t } from "../kit/words.ts";
import { lossOf, type Point } from "../lesson.ts";
import type { Track, Tracks } from "./tracks.ts";

export const LOOP: readonly Station[] = [
  { name: "initialise", title: "gradient-loop-initialise" },
  { name: "forward", title: "gradient-loop-forward" },
  { name: "loss", title: "gradient-loop-loss" },
  { name: "backward", title: "gradient-loop-backward" },
  { name: "update", title: "gradient-loop-update" },
];

/** The gradient at a step, by w and b; b's is 0 where b is locked. */
function gradientAt({ trajectory }: Track, step: number): readonly [number, number] {
  const { gradient } = trajectory.record(step);
  return [gradient[0]!, gradient[1] ?? 0];
}

/** A line for each coordinate that the step moves. */
export function stepLines(
  { main, plane }: Tracks,
  step: number,
  scaled: boolean,
): readonly string[] {
  const to = step + 1;
  const names = scaled ? ["u", "a"] : ["w", "b"];
  const [x, y] = [main.x, main.y];
  if (to >= x.length)
    return [`${names[0]} = ${fixed(x[step]!, 3)}`, `${names[1]} = ${fixed(y[step]!, 3)}`];
  const { gradient } = main.trajectory.record(step);
  const inner = scaled ? gradientInward(plane.drawn.coordinates, gradient) : gradient;
  const line = (name: string, values: readonly number[], slope: number): string =>
    main.rule === "gradient-descent"
      ? `${name}: ${fixed(values[step]!, 3)} − ${main.rate} · ${bracketed(slope, 3)} = ${fixed(values[to]!, 3)}`
      : `${name}: ${fixed(values[step]!, 3)} → ${fixed(values[to]!, 3)}`;
  const first = line(names[0]!, x, inner[0]!);
  return plane.locked ? [first, "b = 0"] : [first, line(names[1]!, y, inner[1]!)];
}

/** How the angle comes about. */
export function arithmetic(
  { main, plane }: Tracks,
  points: readonly Point[],
  step: number,
  angle: number,
): string[] {
  const [w, b] = [main.w[step]!, main.b[step]!];
  const errors = points.map(([x, y]) => y - (w * x + b));
  const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
  const lever = points.reduce((sum, [x], i) => sum + x * errors[i]!, 0) / errors.length;
  const [dw, db] = gradientAt(main, step);
  const goal = plane.walked.solution.theta;
  const lines = [
    `dL/dw = −2 · mean(x·e) = −2 · ${bracketed(lever, 3)} = ${fixed(dw, 3)}`,
    `dL/db = −2 · mean(e) = −2 · ${bracketed(mean, 3)} = ${fixed(db, 3)}`,
    t("gradient-ways", {
      dw: signed(-dw),
      db: signed(-db),
      gw: signed(goal[0]! - w),
      gb: signed((goal[1] ?? 0) - b),
    }),
  ];
  return plane.locked ? lines.slice(0, 1) : [...lines, `∠ = ${fixed(angle, 1)}°`];
}

/** What stands at each station of the loop. */
export function stations({ main }: Tracks, points: readonly Point[], step: number): string[] {
  const [w, b] = [main.w[step]!, main.b[step]!];
  const [dw, db] = gradientAt(main, step);
  const to = Math.min(step + 1, main.w.length - 1);
  return [
    `w = ${fixed(main.w[0]!, 3)}, b = ${fixed(main.b[0]!, 3)}`,
    `ŷ = ${fixed(w, 3)}·x ${b < 0 ? "−" : "+"} ${fixed(Math.abs(b), 3)}`,
    `L = ${fixed(lossOf(points, w, b), 4)}`,
    `dL/dw = ${fixed(dw, 3)}, dL/db = ${fixed(db, 3)}`,
    `w ← ${fixed(main.w[to]!, 3)}, b ← ${fixed(main.b[to]!, 3)}`,
  ];
}
