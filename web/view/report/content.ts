/**
 * What a report brings along: one finished run, and everything that is said about it. Python
 * writes it into the page as JSON; where the moments are in it, the page retrains by itself.
 */

import type { Held, PythonRun, Said, ScanOptions, Source } from "../own/engine.ts";
import type { LossName } from "../own/state.ts";
import type { Settings } from "../../model/training.ts";

export interface ReportContent {
  readonly version: 1;
  readonly kedou: string;
  readonly language: string;
  readonly title: string;
  readonly target: string;
  readonly source: Source;
  readonly options: Omit<ScanOptions, "table">;
  readonly settings: Settings;
  readonly loss: LossName;
  readonly run: PythonRun;
  readonly held: Held | null;
  /** Left-out errors at the steps that are drawn. */
  readonly validation: {
    readonly steps: readonly number[];
    readonly left_out: readonly (number | null)[];
    readonly baseline: number;
  } | null;
  readonly parameters: {
    readonly names: readonly string[];
    readonly features: number;
    readonly exact: readonly number[];
    readonly errors: readonly (number | null)[];
    readonly ranges: readonly (readonly [number, number] | null)[];
    readonly spread: readonly number[];
  };
  readonly least: number;
  /** Moments and their folds; null where they were left out. */
  readonly moments: { readonly whole: unknown; readonly folds: readonly unknown[] } | null;
  readonly only_last: boolean;
  /** Why there are no moments here, in words. */
  readonly without: Said | null;
  /** The most important first. */
  readonly warnings: readonly Said[];
  readonly data: {
    readonly read: number;
    readonly used: number;
    readonly columns: readonly {
      readonly name: string;
      readonly role: string;
      readonly kind: string;
      readonly mean: number | null;
      readonly spread: number | null;
      readonly skipped: number;
    }[];
    readonly notes: readonly Said[];
  };
  /** Residuals by what was predicted: groups of rows, not rows. */
  readonly residuals:
    | readonly {
        readonly predicted: number;
        readonly mean: number;
        readonly spread: number;
        readonly rows: number;
      }[]
    | null;
  /** The command that makes this report again. */
  readonly command: string | null;
}

/** Read the content; it was written by the same version, so only its form is looked at. */
export function readContent(text: string): ReportContent {
  const content = JSON.parse(text) as ReportContent;
  if (content.version !== 1) throw new Error("a report of another version");
  return content;
}
