/** The race in plain Python, with the numbers on screen. */

import * as fifth from "./rules-fifth.ts";
import { pythonNumber, pythonPoints } from "./python.ts";
import type { State } from "./rules-state.ts";

/** Every runner's steps; the fifth's run has `length` places, fewer where it stopped on the way. */
export function raceInPython(state: State, length: number): string {
  const { points, start, rate, sign, fixed: c, step } = state;
  const { before, step: lines } = fifth.pythonOf(state.fifth);
  const another = `
w = ${pythonNumber(start)}
${before.map((line) => `${line}\n`).join("")}for t in range(1, ${Math.min(step, length - 1) + 1}):
    slope = -2 * np.mean(x * (y - w * x))
${lines.map((line) => `    ${line}\n`).join("")}print("sum-fifth", w)
`;
  return `import numpy as np

${pythonPoints(points)}

rules = {
    "gradient-descent": lambda w, slope: w - ${pythonNumber(rate)} * slope,
    "sign": lambda w, slope: w - ${pythonNumber(sign)} * np.sign(slope),
    "fixed-step": lambda w, slope: w - ${pythonNumber(c)},
    "slope": lambda w, slope: w - slope,
}
for name, rule in rules.items():
    w = ${pythonNumber(start)}
    for step in range(${step}):
        slope = -2 * np.mean(x * (y - w * x))
        w = rule(w, slope)
    print("sum-" + name, w)
${lines.length > 0 ? another : ""}`;
}
