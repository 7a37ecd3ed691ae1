/** What a learner has chosen on the page of their own data: one small object, as everywhere. */

import type { Settings } from "../../model/training.ts";
import {
  flag,
  list,
  maybe,
  Misshapen,
  number,
  oneOf,
  otherwise,
  record,
  text,
  whole,
  type Shape,
} from "../kit/shape.ts";
import { own } from "../kit/names.ts";
import type { Look, ScanOptions, Source, Table } from "./engine.ts";

export const PHASES = ["bring", "look", "train", "use"] as const;
export type Phase = (typeof PHASES)[number];
export const ROLES = [
  "feature",
  "categorical",
  "date",
  "weight",
  "split",
  "group",
  "leave",
] as const;
export type Role = (typeof ROLES)[number];

export const LOSSES = ["squared", "huber", "absolute", "log", "brier"] as const;
export type LossName = (typeof LOSSES)[number];

export interface Pin {
  readonly label: string;
  readonly settings: Settings;
}

/** What decides whether the rows have to be read again, and how. */
export interface OverRows {
  readonly loss: LossName;
  /** Rows of a step; null: all of them. */
  readonly batchSize: number | null;
  /** How often a descent on batches visits every row. */
  readonly epochs: number;
}

export interface State extends Settings, OverRows {
  readonly phase: Phase;
  readonly source: Source | null;
  readonly target: string | null;
  /** Roles the learner has given; all others are as suggested. */
  readonly roles: Readonly<Record<string, Role>>;
  readonly powers: Readonly<Record<string, number>>;
  readonly log: boolean;
  /** The two parameters whose contours are shown, by number. */
  readonly pair: readonly [number, number];
  readonly pins: readonly Pin[];
  /** The step that is shown; null: the last. */
  readonly step: number | null;
  /** A row to predict, by column; what is not there is at its mean. */
  readonly row: Readonly<Record<string, number | string>>;
}

export const MOST_STEPS = 10_000;
export const MOST_BATCH = 100_000;
export const MOST_EPOCHS = 200;
export const RATE = [1e-12, 1e6] as const;

export const FIRST_SETTINGS: Settings = {
  rule: "gradient-descent",
  rate: null,
  steps: 1000,
  start: 0,
  standardize: true,
  ridge: 0,
  hasIntercept: true,
  off: [],
};

export const FIRST: State = {
  ...FIRST_SETTINGS,
  phase: "bring",
  source: null,
  target: null,
  roles: {},
  powers: {},
  log: true,
  loss: "squared",
  batchSize: null,
  epochs: 20,
  pair: [0, 1],
  pins: [],
  step: null,
  row: {},
};

const name = text(1000);

function table<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Misshapen();
    const entries = Object.entries(value);
    if (entries.length > 500) throw new Misshapen();
    return Object.fromEntries(entries.map(([key, each]) => [name(key), shape(each)]));
  };
}

const settings = {
  rule: text(40),
  rate: maybe(number(...RATE)),
  steps: whole(0, MOST_STEPS),
  start: number(-1e9, 1e9),
  standardize: flag,
  ridge: number(0, 1e6),
  hasIntercept: flag,
  off: list(name, 0, 500),
};

const source: Shape<Source> = (value) => {
  if (typeof value !== "object" || value === null) throw new Misshapen();
  if ("data" in value) return record({ data: text(64) })(value);
  if ("path" in value) return record({ path: text(4000) })(value);
  if ("table" in value) {
    return "name" in value
      ? record({ table: text(64), name })(value)
      : record({ table: text(64) })(value);
  }
  return record({ upload: text(64), name })(value);
};

export const readState: Shape<State> = record({
  ...settings,
  phase: oneOf(...PHASES),
  source: maybe(source),
  target: maybe(name),
  roles: table(oneOf(...ROLES)),
  powers: table(whole(1, 6)),
  log: flag,
  loss: oneOf(...LOSSES),
  batchSize: otherwise(maybe(whole(1, MOST_BATCH)), FIRST.batchSize),
  epochs: otherwise(whole(1, MOST_EPOCHS), FIRST.epochs),
  pair: (value: unknown) => {
    const [a, b] = list(whole(0, 2000), 2, 2)(value);
    return [a!, b!] as const;
  },
  pins: list(record({ label: text(60), settings: record(settings) }), 0, 2),
  step: maybe(whole(0, Number.MAX_SAFE_INTEGER)),
  row: table((value) =>
    typeof value === "string" ? text(1000)(value) : number(-1e300, 1e300)(value),
  ),
});

/** How the rows are gone over: null where moments are enough. */
export function overRows({ loss, batchSize, epochs }: State): OverRows | null {
  return loss === "squared" && batchSize === null ? null : { loss, batchSize, epochs };
}

/** The settings of the descent alone. */
export function settingsOf(state: State): Settings {
  const { rule, rate, steps, start, standardize, ridge, hasIntercept, off } = state;
  return { rule, rate, steps, start, standardize, ridge, hasIntercept, off };
}

/** The target chosen, else the one that the look suggests. */
export function targetOf(state: State, look: Look): string | null {
  const known = look.columns.some((column) => column.name === state.target);
  return known ? state.target : look.target;
}

export function roleOf(state: State, column: { name: string; suggest: Role | string }): Role {
  return own(state.roles, column.name) ?? (column.suggest as Role);
}

/** What to scan: everything that decides about the moments. */
export function scanOptions(state: State, opened: Table, look: Look): ScanOptions | null {
  const target = targetOf(state, look);
  if (target === null) return null;
  const others = look.columns.filter((column) => column.name !== target);
  const having = (role: Role): string[] =>
    others.filter((column) => roleOf(state, column) === role).map((column) => column.name);
  const features = [...having("feature"), ...having("categorical"), ...having("date")];
  if (features.length === 0) return null;
  const used = Object.entries(state.powers).filter(
    ([column, degree]) => degree > 1 && having("feature").includes(column),
  );
  const [weight] = having("weight");
  const [split] = having("split");
  const [group] = having("group");
  const order = look.columns.map((column) => column.name);
  const categorical = having("categorical");
  const dates = having("date");
  return {
    table: opened.table,
    target,
    features: features.sort((a, b) => order.indexOf(a) - order.indexOf(b)),
    ...(categorical.length > 0 ? { categorical } : {}),
    ...(dates.length > 0 ? { dates } : {}),
    ...(used.length > 0 ? { polynomial: Object.fromEntries(used) } : {}),
    ...(weight !== undefined ? { weight } : {}),
    ...(split !== undefined ? { split_by: split } : {}),
    ...(group !== undefined && split === undefined ? { group_by: group } : {}),
  };
}
