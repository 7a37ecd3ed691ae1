/**
 * What reads a learner's file for the page: the lab's engine behind a socket, or what a report
 * brings along. The page itself reads no file and knows no server; it is told moments, and
 * descends by itself.
 */

import type { Settings } from "../../model/training.ts";
import type { OverRows } from "./state.ts";

export type Kind = "number" | "text" | "date" | "flag" | "empty" | "other";

export type Source =
  | { readonly data: string }
  | { readonly upload: string; readonly name: string }
  | { readonly path: string }
  /** A table that the lab was opened with, and what it was called. */
  | { readonly table: string; readonly name?: string };

export interface DataSet {
  readonly name: string;
  readonly title: string;
  readonly rows: number;
  readonly columns: number;
}

export interface Folder {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/** A table that is open: its columns, and its first rows as text. */
export interface Table {
  readonly table: string;
  readonly name: string;
  readonly format: string;
  readonly rows: number | null;
  readonly columns: readonly { readonly name: string; readonly kind: Kind }[];
  readonly head: readonly (readonly (string | null)[])[];
  readonly notes: readonly Said[];
}

/** A sentence that Python has said already, in the language of the page. */
export interface Said {
  readonly code: string;
  readonly text: string;
}

export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export type Suggestion = "feature" | "categorical" | "date" | "leave";

export interface ColumnLook {
  readonly name: string;
  readonly kind: Kind;
  readonly missing: number;
  readonly distinct: number | null;
  readonly histogram: Histogram | null;
  readonly levels: readonly (readonly [string, number])[] | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** How it goes with the target: |correlation|, or eta for levels. */
  readonly relation: number | null;
  readonly suggest: Suggestion;
  readonly why: Said | null;
}

/** What the first rows of a table look like. */
export interface Look {
  readonly rows: number;
  readonly of: number | null;
  readonly columns: readonly ColumnLook[];
  readonly target: string | null;
}

export interface ScanOptions {
  readonly table: string;
  readonly target: string;
  readonly features?: readonly string[];
  readonly categorical?: readonly string[];
  readonly polynomial?: Readonly<Record<string, number>>;
  readonly dates?: readonly string[];
  readonly weight?: string;
  readonly split_by?: string;
  readonly group_by?: string;
}

export interface Progress {
  readonly rows: number;
  readonly total: number | null;
  readonly rows_per_second: number;
  readonly seconds_left: number | null;
  /** Moments so far, where they can be trained on. */
  readonly moments: unknown;
}

export interface Sample {
  readonly columns: readonly string[];
  readonly X: readonly (readonly number[])[];
  readonly y: readonly number[];
}

export interface Scanned {
  readonly scan: string;
  readonly moments: unknown;
  readonly folds: readonly unknown[];
  readonly kind: "folds" | "split" | "group" | "leave-one-out";
  readonly sample: Sample;
  readonly read: number;
  readonly used: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly left: readonly { readonly name: string; readonly why: Said }[];
  readonly leaks: readonly { readonly name: string; readonly correlation: number }[];
  /** Columns that may only number the rows, and the question to ask. */
  readonly numberings: readonly { readonly name: string; readonly why: Said }[];
  readonly notes: readonly Said[];
  readonly seconds: number;
}

/** Python's own run with the same settings. */
export interface PythonRun {
  readonly steps: readonly number[];
  readonly theta: readonly (readonly number[])[];
  readonly loss: readonly (number | null)[];
  readonly gap: readonly (number | null)[] | null;
  readonly outcome: string;
  readonly learning_rate: number | null;
  readonly exact?: { readonly theta: readonly number[]; readonly loss: number } | null;
  readonly messages: readonly Said[];
  readonly held: Held | null;
}

/** One step of a descent that goes over the rows at every step. */
export interface Passing {
  readonly step: number;
  readonly total: number;
  readonly theta: readonly number[];
  readonly loss: number | null;
}

/** The error on rows left out, in the target's units. */
export interface Held {
  readonly rmse: number | null;
  readonly spread: number | null;
  readonly mae?: number | null;
  readonly mae_spread?: number | null;
  readonly baseline_rmse: number;
  readonly folds: number;
}

export type SaveKind =
  | "model"
  | "history-csv"
  | "history-parquet"
  | "moments"
  | "python"
  | "report"
  | "predictions"
  | "sql"
  | "spreadsheet"
  | "python-function"
  | "javascript"
  | "onnx"
  | "sklearn";

export interface Saved {
  readonly name: string;
  /** Where the file can be had. */
  readonly url: string;
  /** Short texts, to be shown and copied. */
  readonly text: string | null;
}

/** Something that takes time: it can be waited for, and cancelled. */
export interface Job<T> {
  readonly done: Promise<T>;
  cancel(): void;
}

export class Cancelled extends Error {}

/** What went wrong, in words for the person at the page. */
export class EngineTrouble extends Error {}

export interface Engine {
  /** What there is to bring: data sets, and files in the folders that were allowed. */
  offers(): Promise<{
    readonly sets: readonly DataSet[];
    readonly folders: readonly Folder[];
    readonly paths: boolean;
    readonly uploadLimit: number;
    /** A file that the lab was opened with. */
    readonly opened: Source | null;
  }>;
  upload(file: File, progress: (share: number) => void): Job<Source>;
  open(source: Source): Promise<Table>;
  look(table: string, target: string | null): Promise<Look>;
  scan(options: ScanOptions, progress: (now: Progress) => void): Job<Scanned>;
  /** Python's run; null where a newer question took its place. */
  run(scan: string, settings: Settings): Promise<PythonRun | null>;
  /** A loss that moments cannot carry, or mini-batches: over the rows, told while it goes on. */
  passes(
    scan: string,
    settings: Settings,
    over: OverRows,
    progress: (now: Passing) => void,
  ): Job<PythonRun>;
  save(scan: string, settings: Settings, over: OverRows | null, kind: SaveKind): Promise<Saved>;
}
