/**
 * A small pasted table as columns of numbers: cells separated by tabs, commas, semicolons or
 * spaces, with or without a line of names.
 *
 * Rows with an empty cell are left out and counted by column. Large files are Python's business.
 */

import { type Points, makePoints } from "./points.ts";
import { type Message, count } from "./message.ts";

export interface Table {
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
  /** Rows of the text, used or not. */
  readonly rowsRead: number;
  /** Empty cells by column, in rows that were left out. */
  readonly skipped: Readonly<Record<string, number>>;
  /** What could not be read, as codes of the catalogue; their rows are left out. */
  readonly problems: readonly Message[];
}

const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "-", "?"]);
const MOST_PROBLEMS = 20;

export function parseTable(text: string): Table {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== "");
  const cut = separator(lines[0] ?? "");
  const rows = lines.map((line) => cells(line, cut));
  const first = rows[0] ?? [];
  const named = first.some((cell) => !isNumber(cell) && !isMissing(cell));
  const names = named ? unique(first) : first.map((_, j) => `x${j + 1}`);
  const body = named ? rows.slice(1) : rows;
  const kept: number[][] = [];
  const skipped: Record<string, number> = {};
  const problems: Message[] = [];
  body.forEach((row, i) => {
    let usable = true;
    const numbers = names.map((name, j) => {
      const cell = row[j] ?? "";
      if (isMissing(cell)) {
        usable = false;
        skipped[name] = (skipped[name] ?? 0) + 1;
        return Number.NaN;
      }
      if (!isNumber(cell)) {
        usable = false;
        if (problems.length < MOST_PROBLEMS) {
          const values = { row: count(i + 1), column: name, value: cell };
          problems.push({ code: "lab.cell-not-a-number", values });
        }
      }
      return readNumber(cell);
    });
    if (usable) kept.push(numbers);
  });
  const columns = names.map((_, j) => Float64Array.from(kept, (row) => row[j]!));
  return { names, columns, rowsRead: body.length, skipped, problems };
}

/** Take columns of a table as features and target. */
export function pointsOfTable(table: Table, features: readonly string[], target: string): Points {
  const column = (name: string) => table.columns[table.names.indexOf(name)]!;
  const y = Array.from(column(target));
  const X = features.map(column);
  const rows = y.map((_, i) => X.map((values) => values[i]!));
  return makePoints(rows, y, { featureNames: features, targetName: target });
}

function separator(line: string): RegExp {
  for (const mark of ["\t", ";", ",", "，", "；"]) if (line.includes(mark)) return new RegExp(mark);
  return /\s+/;
}

function cells(line: string, cut: RegExp): string[] {
  const whole = cut.source === "\\s+" ? line.trim() : line;
  return whole.split(cut).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name, j) => {
    const plain = name || `x${j + 1}`;
    const times = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, times);
    return times === 1 ? plain : `${plain} (${times})`;
  });
}

function isMissing(cell: string): boolean {
  return MISSING.has(cell.toLowerCase());
}

function isNumber(cell: string): boolean {
  return cell !== "" && Number.isFinite(readNumber(cell));
}

/** Read "1.5", "-2e3", "1,000"-free text; full-width digits and signs count as well. */
function readNumber(cell: string): number {
  const plain = cell
    .replace(/[０-９．＋－]/g, (mark) => String.fromCharCode(mark.charCodeAt(0) - 0xfee0))
    .replace("−", "-");
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(plain) ? Number(plain) : Number.NaN;
}
