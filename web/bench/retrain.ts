/**
 * How long a 1,000-step descent takes in the page: `tsx bench/retrain.ts`.
 *
 * prepare   solve and take the bowl apart: once for the data and the settings
 * start     judge a start: shares, limit, best rate
 * run       1,000 steps of gradient descent at a new rate, every step recorded and judged: what a
 *           drag of the learning rate costs
 * curve     only the loss of those 1,000 steps, by the closed form
 * adam      1,000 steps of Adam
 */

import { fromStart, prepare, run } from "../model/descend.ts";
import { curve } from "../model/jump.ts";
import { momentsOf } from "../model/moments.ts";
import { makePoints } from "../model/points.ts";

function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff;
    return state / 2 ** 31;
  };
}

/** The shortest time of a call in milliseconds, after a warm-up: others may use the machine. */
function time(body: (round: number) => unknown, rounds: number): number {
  for (let i = 0; i < 3; i++) body(i);
  const times = Array.from({ length: rounds }, (_, i) => {
    const before = performance.now();
    body(i);
    return performance.now() - before;
  });
  return Math.min(...times);
}

console.log("milliseconds, the shortest of many; Node", process.version);
console.log("features   prepare     start       run     curve      adam");
for (const k of [2, 20, 100]) {
  const draw = draws(k);
  const rows = Array.from({ length: 300 }, () => Array.from({ length: k }, () => draw() * 3 - 1));
  const y = rows.map((row) => row.reduce((sum, x, j) => sum + x * Math.sin(j + 1), draw()));
  const moments = momentsOf(makePoints(rows, y));
  const options = { standardize: true };
  const prepared = prepare(moments, options);
  const started = fromStart(prepared, 0);
  const rate = (i: number) => started.rates.limit! * (0.3 + 0.005 * (i % 100));
  const columns = [
    time(() => prepare(moments, options), 12),
    time(() => fromStart(prepared, 0), 12),
    time((i) => run(started, { learningRate: rate(i), steps: 1000 }), 60),
    time((i) => curve(prepared.surface, rate(i), started.inner, 1000), 60),
    time((i) => run(started, { rule: "adam", learningRate: 0.01 + i / 1e5, steps: 1000 }), 30),
  ];
  console.log(String(k).padStart(8), ...columns.map((ms) => ms.toFixed(2).padStart(9)));
}
