/**
 * Read the file that `kedou.Moments.save` writes: JSON with format, version, checksum and content.
 *
 * The checksum is taken over Python's own spelling of the numbers, which JavaScript cannot repeat;
 * what is checked here is the form: every shape, every number finite, no negative variance.
 */

import type { Column } from "./column.ts";
import { ModelError } from "./errors.ts";
import { zeros } from "./linear/matrix.ts";
import type { Moments } from "./moments.ts";

export const VERSION = 1;

/** Return the moments of a document (its text, or already parsed). */
export function momentsFromDocument(source: string | unknown, path = "-"): Moments {
  const document = typeof source === "string" ? parse(source, path) : source;
  if (!isRecord(document) || document.format !== "kedou-moments") {
    const found = isRecord(document) ? String(document.format) : typeof document;
    throw new ModelError("saving.other-format", { path, found, wanted: "kedou-moments" });
  }
  const version = document.version;
  if (typeof version !== "number" || version < 1 || version > VERSION) {
    const values = { path, found: String(version), known: String(VERSION) };
    throw new ModelError("saving.other-version", values);
  }
  return momentsFromContent(document.content, path);
}

/** Return the moments of a document's content. */
export function momentsFromContent(content: unknown, path = "-"): Moments {
  const damaged = () => new ModelError("saving.damaged", { path });
  if (!isRecord(content) || !Array.isArray(content.columns)) throw damaged();
  const size = content.columns.length + 1;
  const lower = content.scatter;
  if (!Array.isArray(lower) || lower.length !== size) throw damaged();
  const scatter = zeros(size, size);
  lower.forEach((row: unknown, a) => {
    vector(row, a + 1, damaged).forEach((value, b) => {
      scatter.data[a * size + b] = value;
      scatter.data[b * size + a] = value;
    });
    if (scatter.data[a * size + a]! < 0) throw damaged();
  });
  const weightSum = content.weight_sum;
  if (typeof weightSum !== "number" || !(weightSum >= 0 && weightSum < Infinity)) throw damaged();
  if (!content.columns.every(isColumn)) throw damaged();
  return {
    columns: content.columns,
    targetName: String(content.target),
    weightName: typeof content.weight === "string" ? content.weight : null,
    count: Number(content.count),
    weightSum,
    rowsRead: Number(content.rows_read),
    mean: vector(content.mean, size, damaged),
    meanLow: vector(content.mean_low, size, damaged),
    scatter,
  };
}

function isColumn(value: unknown): value is Column {
  if (!isRecord(value)) return false;
  const { name, source, kind, power, level } = value;
  return (
    typeof name === "string" &&
    typeof source === "string" &&
    ["number", "power", "level", "date"].includes(kind as string) &&
    typeof power === "number" &&
    (level === null || typeof level === "string")
  );
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ModelError("saving.not-json", { path, kind: "moments" });
  }
}

function vector(values: unknown, size: number, damaged: () => Error): Float64Array {
  if (!Array.isArray(values) || values.length !== size) throw damaged();
  if (!values.every(Number.isFinite)) throw damaged();
  return Float64Array.from(values as number[]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
