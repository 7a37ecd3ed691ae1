/**
 * Training on moments as a page does it: every change of a setting descends again, from what is
 * already prepared for it. Nothing here has read a row.
 */

import {
  type Prepared,
  type RunOptions,
  type Started,
  fromStart,
  prepare,
  run,
} from "./descend.ts";
import { type Moments, drop } from "./moments.ts";
import { ruleFromJson } from "./rules/registry.ts";
import type { Trajectory } from "./trajectory.ts";
import {
  type LeftOut,
  type Part,
  type StartedPart,
  type Validation,
  partsOf,
  startParts,
  validate,
  validateAt,
} from "./validation.ts";

export interface TrainingData {
  readonly moments: Moments;
  /** Moments of the folds, none where nothing was left out. */
  readonly folds: readonly Moments[];
  /** Only the last fold is left out: a split by time. */
  readonly onlyLast: boolean;
}

export interface Settings {
  readonly rule: string;
  /** null: the automatic one. */
  readonly rate: number | null;
  readonly steps: number;
  readonly start: number;
  readonly standardize: boolean;
  readonly ridge: number;
  readonly hasIntercept: boolean;
  /** Columns of the table that are switched off. */
  readonly off: readonly string[];
}

export interface Trained {
  readonly settings: Settings;
  readonly moments: Moments;
  readonly prepared: Prepared;
  readonly started: Started;
  readonly run: Trajectory;
}

/** As many steps as a curve needs to look smooth while it moves. */
const HELD = 96;

/** The steps at which a curve is drawn: each of the first, ever fewer later, and the last. */
export function drawnSteps(last: number, most = 160): number[] {
  if (last < most) return Array.from({ length: last + 1 }, (_, t) => t);
  const even = Math.floor(most / 4);
  const steps = Array.from({ length: even }, (_, t) => t);
  const factor = (last / even) ** (1 / (most - even));
  for (let at = even; at < last; at = Math.max(at + 1, at * factor)) steps.push(Math.round(at));
  steps.push(last);
  return [...new Set(steps)];
}

/** Keeps what was prepared as long as the settings that it depends on stay the same. */
export class Training {
  readonly data: TrainingData;
  #moments = remember<Moments>();
  #prepared = remember<Prepared>();
  #started = remember<Started>();
  #run = remember<Trajectory>();
  #parts = remember<readonly Part[]>();
  #startedParts = remember<readonly StartedPart[]>();
  #drawn = remember<LeftOut>();
  #whole = remember<Validation>();

  constructor(data: TrainingData) {
    this.data = data;
  }

  /**
   * Descend with these settings; throws a `ModelError` where they make no sense. `isHeld`: a hand
   * is still moving; of gradient descent then the steps that are drawn are found, and those alone.
   */
  trained(settings: Settings, isHeld = false): Trained {
    const { off, hasIntercept, standardize, ridge, start } = settings;
    const moments = this.#moments([off], () => without(this.data.moments, off));
    const shape = [off, hasIntercept, standardize, ridge];
    const prepared = this.#prepared(shape, () =>
      prepare(moments, { hasIntercept, standardize, ridge }),
    );
    const started = this.#started([...shape, start], () => fromStart(prepared, start));
    const options = runOptions(settings);
    const trajectory = this.#run([...shape, start, options, isHeld], () =>
      run(started, isHeld ? { ...options, keep: (last) => drawnSteps(last, HELD) } : options),
    );
    return { settings, moments, prepared, started, run: trajectory };
  }

  /** Whether rows were left out. */
  get hasFolds(): boolean {
    return this.data.folds.length >= 2;
  }

  /** The folds without the columns that are switched off. */
  parts({ off, hasIntercept }: Pick<Settings, "off" | "hasIntercept">): readonly Part[] {
    return this.#parts([off, hasIntercept], () =>
      partsOf(
        this.data.folds.map((fold) => without(fold, off)),
        hasIntercept,
        this.data.onlyLast,
      ),
    );
  }

  /** The error on rows left out, at the steps that are drawn: fewer of them while a hand moves. */
  drawn(trained: Trained, isHeld = false): LeftOut {
    const { settings, run: trajectory } = trained;
    const started = this.#startedFor(settings);
    const { lastStep } = trajectory;
    const steps = drawnSteps(lastStep, isHeld ? HELD : undefined);
    return this.#drawn([settings, steps.length, lastStep], () =>
      settings.rule === "gradient-descent"
        ? validateAt(started, settings.rate, steps)
        : validate(started, { rule: ruleFromJson(trajectory.rule), steps: lastStep }),
    );
  }

  /** The error on rows left out, at every step. */
  whole(trained: Trained): Validation {
    const { settings, run: trajectory } = trained;
    const { rule, rate, steps } = settings;
    // A rate found by trying a ladder is kept; gradient descent's own is each training part's.
    const isOwn = rule === "gradient-descent" && rate === null;
    return this.#whole([settings], () =>
      validate(
        this.#startedFor(settings),
        isOwn ? { rule, steps } : { rule: ruleFromJson(trajectory.rule), steps },
      ),
    );
  }

  #startedFor(settings: Settings): readonly StartedPart[] {
    const { off, hasIntercept, standardize, ridge, start } = settings;
    return this.#startedParts([off, hasIntercept, standardize, ridge, start], () =>
      startParts(this.parts(settings), { standardize, ridge, start }),
    );
  }
}

function runOptions({ rule, rate, steps }: Settings): RunOptions {
  return rate === null ? { rule, steps } : { rule, learningRate: rate, steps };
}

function without(moments: Moments, off: readonly string[]): Moments {
  const names = moments.columns.filter(({ source }) => off.includes(source));
  if (names.length === 0) return moments;
  return drop(
    moments,
    names.map(({ name }) => name),
  );
}

/** Remember the newest result for as long as its key stays the same. */
function remember<T>(): (key: readonly unknown[], make: () => T) => T {
  let last: { key: string; value: T } | null = null;
  return (parts, make) => {
    const key = JSON.stringify(parts);
    if (last?.key !== key) last = { key, value: make() };
    return last.value;
  };
}
