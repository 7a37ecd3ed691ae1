/** The Python of chapter 9: a power and its hidden tadpole, and descent on powers. */

import { tQuantile } from "../../model/student.ts";
import { descentOf } from "../powers.ts";
import { pythonNumber, pythonPoints } from "./python.ts";
import type { State } from "./train-state.ts";

/** A loop in Python takes about a second for so many steps; beyond, the closed form. */
const LOOP = 20_000;

export function snippet(state: State): string {
  return state.way === "exact" ? powers(state) : descent(state);
}

function powers(state: State): string {
  const { points, power, step, seen } = state;
  const saw = step === 0 ? "np.full(len(x), True)" : `np.arange(len(x)) != ${step - 1}`;
  const tried = seen.flatMap((each, i) => (each ? [i + 1] : []));
  const complete = tried.filter((each) => seen[each - 1]!.length === points.length);
  const hidden =
    step === 0 ? "" : `print("hidden-error", y[${step - 1}] - curve(x[${step - 1}]))\n`;
  const losses = (name: string, all: readonly number[], formula: string): string =>
    all.length === 0
      ? ""
      : `for p in [${all.join(", ")}]:\n    print(f"${name}-{p}", ${formula})\n`;
  return `import numpy as np

${pythonPoints(points)}
power = ${power}
saw = ${saw}


def fit(x, y, power):
    return np.polynomial.Polynomial.fit(x, y, power)


def hidden_errors(power):
    every = np.arange(len(x))
    return [y[i] - fit(x[every != i], y[every != i], power)(x[i]) for i in every]


curve = fit(x[saw], y[saw], power)
print("training", np.mean((y[saw] - curve(x[saw])) ** 2))
${hidden}${losses("training", tried, "np.mean((y - fit(x, y, p)(x)) ** 2)")}${losses(
    "left-out",
    complete,
    "np.mean(np.square(hidden_errors(p)))",
  )}${prediction(state)}`;
}

function prediction({ points, power, step, place }: State): string {
  if (place === null) return "";
  const freedom = points.length - Number(step > 0) - power - 1;
  const value = `
at = ${pythonNumber(place)}
print("prediction", curve(at))
`;
  if (freedom <= 0) return value;
  return `${value}t = ${pythonNumber(tQuantile(0.95, freedom))}  # Student's t, 95 %, freedom ${freedom}
centre = np.mean(x[saw])
columns = np.vander(x[saw] - centre, power + 1)
row = np.vander([at - centre], power + 1)[0]
leverage = np.sum(np.linalg.solve(np.linalg.qr(columns)[1].T, row) ** 2)
variance = np.sum((y[saw] - curve(x[saw])) ** 2) / (len(x[saw]) - power - 1)
width = t * np.sqrt(variance * (1 + leverage))
print("interval-low", curve(at) - width)
print("interval-high", curve(at) + width)
`;
}

function descent(state: State): string {
  const { points, power, scaled, taken } = state;
  const { rate } = descentOf(state);
  const scale = scaled
    ? "powers = (powers - np.mean(powers, axis=0)) / np.std(powers, axis=0)\n"
    : "";
  const walk =
    taken <= LOOP
      ? `theta = np.zeros(power + 1)
for step in range(${taken}):
    e = y - X @ theta
    theta = theta + learning_rate * 2 / len(x) * X.T @ e
e = y - X @ theta`
      : `# So many steps at once: along each direction the error shrinks by 1 - lr * eigenvalue a step.
U, sizes, _ = np.linalg.svd(X, full_matrices=False)
factor = 1 - learning_rate * 2 * sizes**2 / len(x)
e = y - U @ (U.T @ y) + U @ (factor**${taken} * (U.T @ y))`;
  return `import numpy as np

${pythonPoints(points)}
power = ${power}
learning_rate = ${pythonNumber(rate)}

powers = x[:, None] ** np.arange(1, power + 1)
${scale}X = np.column_stack([powers, np.ones(len(x))])
print("# condition number", np.linalg.cond(X) ** 2)

${walk}
print("training", np.mean(e**2))
`;
}
