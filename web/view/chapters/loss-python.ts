/** The Python of chapter 3: the best line of the loss looked at, and a forecast's cost. */

import type { Point } from "../lesson.ts";
import type { LossName } from "../losses.ts";
import { pythonNumber, pythonPoints } from "./python.ts";

/** A tadpole at x = 0 cannot turn the line, and y / x would be infinite there. */
function turning(points: readonly Point[]): readonly [x: string, y: string] {
  return points.some(([x]) => x === 0) ? ["x[x > 0]", "y[x > 0]"] : ["x", "y"];
}

const BEST: Readonly<Record<LossName, (points: readonly Point[], delta: number) => string>> = {
  squared: () => `best = np.sum(x * y) / np.sum(x * x)`,
  huber(points, delta) {
    const [x, y] = turning(points);
    return `delta = ${pythonNumber(delta)}


def slope(w):
    return -np.mean(x * np.clip(y - w * x, -delta, delta))


# The slope is straight between the corners, where an error is exactly delta. Where is it 0?
# (Should it be 0 for a while, the middle of that.)
corners = np.sort(np.concatenate([(${y} - delta) / ${x}, (${y} + delta) / ${x}]))
slopes = [slope(w) for w in corners]
best = np.mean(np.interp([-1e-13, 1e-13], slopes, corners))`;
  },
  absolute(points) {
    const [x, y] = turning(points);
    return `# The weighted median of y / x: half of all x lies above the line, half below.
ratios = ${y} / ${x}
order = np.argsort(ratios)
below = np.cumsum(${x}[order]) / np.sum(x)
low, high = ratios[order][np.searchsorted(below, [0.5 - 1e-12, 0.5 + 1e-12])]
best = (low + high) / 2`;
  },
};

const CHARGE: Readonly<Record<LossName, string>> = {
  squared: `charge = e**2`,
  huber: `inside = np.minimum(np.abs(e), delta)
charge = inside * (np.abs(e) - inside / 2)`,
  absolute: `charge = np.abs(e)`,
};

export function tadpolesInPython(
  points: readonly Point[],
  name: LossName,
  delta: number,
  w: number | null,
): string {
  const line = w === null ? `w = best` : `w = ${pythonNumber(w)}  # the line you are trying`;
  return `import numpy as np

${pythonPoints(points)}

${BEST[name](points, delta)}
print("best-${name}", best)

${line}
e = y - w * x
${CHARGE[name]}
print("loss", np.mean(charge))
if np.sum(charge) > 0:
    print("farthest-share", np.max(charge) / np.sum(charge))
`;
}

export function forecastInPython(chance: number, rained: boolean): string {
  const likely = rained ? chance : 100 - chance;
  const log = `-np.log(p if rain else 1 - p) + 0.0`;
  const line =
    likely > 0
      ? `print("log", ${log})`
      : `with np.errstate(divide="ignore"):  # certain, and wrong: infinite\n    print("log", ${log})`;
  const [dear, cheap] = rained ? ["0.05", "0.8"] : ["0.8", "0.05"];
  return `import numpy as np

p = ${pythonNumber(chance / 100)}  # the chance of rain that was said
rain = ${rained ? 1 : 0}  # 1: it rained, 0: it did not

print("brier", (p - rain) ** 2)
${line}
print("times", (${dear} - rain) ** 2 / (${cheap} - rain) ** 2)
`;
}
