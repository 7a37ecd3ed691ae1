/** Chapter 4 in plain NumPy: forward, backward, and the steps taken, with the numbers on screen. */

import type { Activation } from "../../../model/network.ts";
import { pythonNumber } from "../python.ts";
import { rowsOf, taken, type State } from "./state.ts";

const FORWARD: Readonly<Record<Activation, (z: string) => string>> = {
  identity: (z) => z,
  relu: (z) => `np.maximum(${z}, 0)`,
  sigmoid: (z) => `1 / (1 + np.exp(-${z}))`,
  tanh: (z) => `np.tanh(${z})`,
};

/** The factor that an activation brings into dZ; the identity's is 1. */
const SLOPE: Readonly<Record<Activation, (z: string, a: string) => string>> = {
  identity: () => "",
  relu: (z) => ` * (${z} > 0)`,
  sigmoid: (_, a) => ` * ${a} * (1 - ${a})`,
  tanh: (_, a) => ` * (1 - ${a}**2)`,
};

export function snippet(state: State): string {
  const { layers, rate } = state;
  const { points, row } = rowsOf(state);
  const steps = taken(state);
  const column = (values: readonly number[]): string =>
    values.map((each) => `[${pythonNumber(each)}]`).join(", ");
  const numbers = (values: readonly number[]): string => values.map(pythonNumber).join(", ");
  const numbered = layers.map((layer, l) => ({ ...layer, n: l + 1, before: l ? `A${l}` : "X" }));
  const deepest = layers.length;

  const start = numbered.flatMap(({ n, weights, bias }) => [
    `W${n} = np.array([${weights.map((each) => `[${numbers(each)}]`).join(", ")}])`,
    `b${n} = np.array([${numbers(bias)}])`,
  ]);
  const update = numbered.map(
    ({ n }) => `W${n}, b${n} = W${n} - learning_rate * dW${n}, b${n} - learning_rate * db${n}`,
  );
  const forth = numbered.flatMap(({ n, before, activation }) => [
    `Z${n} = ${before} @ W${n}.T + b${n}`,
    `A${n} = ${FORWARD[activation](`Z${n}`)}`,
  ]);
  const back = [...numbered]
    .reverse()
    .flatMap(({ n, before, activation }) => [
      n === deepest ? `dA${n} = -2 * (Y - A${n}) / len(Y)` : `dA${n} = dZ${n + 1} @ W${n + 1}`,
      `dZ${n} = dA${n}${SLOPE[activation](`Z${n}`, `A${n}`)}`,
      `dW${n} = dZ${n}.T @ ${before}`,
      `db${n} = dZ${n}.sum(axis=0)`,
    ]);
  const pass = [
    "# forward",
    ...forth,
    `loss = np.mean((Y - A${deepest}) ** 2)`,
    "# backward: the slopes along the way, multiplied from the end",
    ...back,
  ];
  const looped = [
    `learning_rate = ${pythonNumber(rate)}`,
    "",
    `for step in range(${steps + 1}):`,
    "    if step > 0:",
    ...update.map((line) => `        ${line}`),
    ...pass.map((line) => `    ${line}`),
  ];
  return `${[
    "import numpy as np",
    "",
    `X = np.array([${column(points.map(([x]) => x))}])`,
    `Y = np.array([${column(points.map(([, y]) => y))}])`,
    ...start,
    ...(steps > 0 ? looped : ["", ...pass]),
    "",
    `print("output", A${deepest}[${row}, 0])`,
    'print("loss", loss)',
    `for layer, slopes in enumerate([${numbered.map(({ n }) => `dW${n}`).join(", ")}], 1):`,
    "    for (to, source), slope in np.ndenumerate(slopes):",
    '        print(f"gradient-{layer}-{to + 1}-{source + 1}", slope)',
  ].join("\n")}\n`;
}
