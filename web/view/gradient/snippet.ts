/** The run on screen in plain NumPy. */

import { pythonNumber, pythonPoints } from "../chapters/python.ts";
import { rateOf, type Rule, type State } from "./state.ts";

/** What each rule remembers, and its step; `g` is the gradient. */
const PYTHON: Readonly<Record<Rule, { readonly before: string; readonly step: string }>> = {
  "gradient-descent": { before: "", step: "theta = theta - learning_rate * g" },
  momentum: {
    before: "v = np.zeros_like(theta)",
    step: "v = 0.9 * v + g\ntheta = theta - learning_rate * v",
  },
  nesterov: {
    before: "v = np.zeros_like(theta)",
    step: "v = 0.9 * v + g\ntheta = theta - learning_rate * (g + 0.9 * v)",
  },
  adam: {
    before: "m, s = np.zeros_like(theta), np.zeros_like(theta)",
    step: `m = 0.9 * m + (1 - 0.9) * g
s = 0.999 * s + (1 - 0.999) * g**2
m_hat, s_hat = m / (1 - 0.9 ** (step + 1)), s / (1 - 0.999 ** (step + 1))
theta = theta - learning_rate * m_hat / (np.sqrt(s_hat) + 1e-8)`,
  },
  rmsprop: {
    before: "s = np.zeros_like(theta)",
    step: "s = 0.99 * s + (1 - 0.99) * g**2\ntheta = theta - learning_rate * g / (np.sqrt(s) + 1e-8)",
  },
  adagrad: {
    before: "s = np.zeros_like(theta)",
    step: "s = s + g**2\ntheta = theta - learning_rate * g / (np.sqrt(s) + 1e-10)",
  },
  "exact-line-search": {
    before: "",
    step: "if g.any():\n    theta = theta - (g @ g) / (2 * np.mean((X @ g) ** 2)) * g",
  },
};

/** Closer to the answer than this its direction is a matter of rounding. */
const NEAR = "1e-3";

export function snippet(state: State): string {
  const { points, start, rule, scaled, locked, step } = state;
  const [w, b] = start.map(pythonNumber);
  const rate = rateOf(state, rule);
  const { before, step: body } = PYTHON[rule];
  const columns = locked
    ? "X = x[:, None]  # b stays 0\n"
    : scaled
      ? "mean, sd = np.mean(x), np.std(x) or 1.0\nX = np.column_stack([(x - mean) / sd, np.ones_like(x)])\n"
      : "X = np.column_stack([x, np.ones_like(x)])\n";
  const theta = locked
    ? `theta = np.array([${w}])\n`
    : scaled
      ? `w, b = ${w}, ${b}\ntheta = np.array([w * sd, b + w * mean])\n`
      : `theta = np.array([${w}, ${b}])\n`;
  const out = locked
    ? "w, b = theta[0], 0.0"
    : scaled
      ? "w = theta[0] / sd\nb = theta[1] - w * mean"
      : "w, b = theta";
  return `import numpy as np

${pythonPoints(points)}
${columns}

def gradient(theta):
    return -2 * X.T @ (y - X @ theta) / len(y)


${theta}${rate === null ? "" : `learning_rate = ${pythonNumber(rate)}\n`}${before ? `${before}\n` : ""}
for step in range(${step}):
    g = gradient(theta)
${indented(body)}

${out}
print("w", w)
print("b", b)
print("loss", np.mean((y - (w * x + b)) ** 2))
${locked ? "" : ANGLE}`;
}

const ANGLE = `
goal = np.linalg.lstsq(X, y, rcond=None)[0] - theta
down = -gradient(theta)
aside = down[0] * goal[1] - down[1] * goal[0]
if np.linalg.norm(goal) > ${NEAR}:
    print("angle", np.degrees(np.arctan2(abs(aside), down @ goal)))
`;

function indented(lines: string): string {
  return lines
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}
