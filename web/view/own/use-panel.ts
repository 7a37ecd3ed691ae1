/** Use: a prediction for a row of one's own, and everything that can be taken away. */

import type { Column } from "../../model/column.ts";
import { datePartsOf, daysOf, isoDate } from "../../model/date-parts.ts";
import type { Vector } from "../../model/linear/matrix.ts";
import type { Moments } from "../../model/moments.ts";
import { makeLoss } from "../../model/losses/registry.ts";
import { rowOf } from "../../model/row.ts";
import { predictInterval } from "../../model/solution.ts";
import type { Trained } from "../../model/training.ts";
import { button, Readout } from "../kit/controls.ts";
import { clear, enter, h, show, write } from "../kit/dom.ts";
import { copyText } from "../kit/export.ts";
import { own } from "../kit/names.ts";
import { short } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import type { Saved, SaveKind } from "./engine.ts";
import type { State } from "./state.ts";
import { named } from "./words.ts";

export interface UseOptions {
  readonly row: (name: string, value: number | string, how: string | null) => void;
  readonly seal: () => void;
  /** Null where there is no Python behind the page. */
  readonly save: ((kind: SaveKind) => Promise<Saved>) | null;
}

const FILES: readonly SaveKind[] = [
  "model",
  "report",
  "predictions",
  "history-csv",
  "history-parquet",
  "moments",
  "python",
];
const ELSEWHERE: readonly SaveKind[] = [
  "sql",
  "spreadsheet",
  "python-function",
  "javascript",
  "onnx",
  "sklearn",
];

/** One feature of the table as it can be set by hand. */
interface Feature {
  readonly source: string;
  readonly kind: "number" | "level" | "date";
  readonly levels: readonly string[];
  readonly usual: number | string;
  readonly low: number;
  readonly high: number;
}

/** A weekday or a month: it follows from the date, and is not set by hand. */
interface Part {
  readonly feature: Feature;
  readonly date: string;
  readonly part: "weekday" | "month";
}

interface Field {
  readonly feature: Feature;
  readonly paint: (value: number | string) => void;
}

export class UsePanel {
  readonly element: HTMLElement;
  #options: UseOptions;
  #fields: Field[] = [];
  #parts: Part[] = [];
  #key = "";
  #form = h("div", { class: "own-fields" });
  #value = new Readout("prediction", 4, "big");
  #label = h("span", { class: "label" });
  #interval = h("p", { class: "muted", "data-kedou": "interval" });
  #text = h("textarea", { rows: 6, readonly: true, class: "own-text", "data-kedou": "taken-text" });
  #textRow: HTMLElement;
  #said = h("p", { class: "note", role: "status", "data-kedou": "saved" });

  constructor(options: UseOptions) {
    this.#options = options;
    const { save } = options;
    const buttons = (kinds: readonly SaveKind[]): HTMLElement[] =>
      kinds.map((kind) =>
        button(`save-${kind}`, t(named("own-save", kind)), () => this.#take(kind)),
      );
    this.#text.setAttribute("aria-label", t("own-text"));
    this.#textRow = h(
      "div",
      { class: "own-taken" },
      this.#text,
      button("copy-text", t("copy"), () => void copyText(this.#text.value, this.#text)),
    );
    show(this.#textRow, false);
    this.element = h(
      "section",
      { class: "own-use", "aria-label": t("own-use") },
      h(
        "div",
        { class: "own-predict" },
        h("h2", {}, t("own-predict-title")),
        this.#form,
        h("div", { class: "number-block own-error" }, this.#label, this.#value.element),
        this.#interval,
      ),
      save &&
        h(
          "div",
          { class: "own-take" },
          h("h2", {}, t("own-take-title")),
          h("div", { class: "row" }, ...buttons(FILES)),
          h("h3", {}, t("own-elsewhere-title")),
          h("div", { class: "row" }, ...buttons(ELSEWHERE)),
          this.#said,
          this.#textRow,
        ),
    );
  }

  /** With another loss than the squared one there is no interval, and a score may be a chance. */
  paint(state: State, { prepared, moments }: Trained, theta: Vector, target: string): void {
    const features = featuresOf(moments);
    const key = JSON.stringify(features);
    if (key !== this.#key) {
      this.#key = key;
      this.#build(features);
    }
    const entries = this.#fields.map(({ feature, paint }) => {
      const given = own(state.row, feature.source);
      const isRight =
        feature.kind === "level"
          ? feature.levels.includes(String(given))
          : typeof given === "number";
      const value = isRight ? given! : feature.usual;
      paint(value);
      return [feature.source, value] as const;
    });
    const cells = Object.fromEntries(entries);
    const unseen: string[] = [];
    for (const { feature, date, part } of this.#parts) {
      const level = datePartsOf(Number(cells[date]))[part];
      if (!feature.levels.includes(level)) unseen.push(`${feature.source}=${level}`);
      cells[feature.source] = level;
    }
    write(this.#label, t("own-prediction", { target }));
    if (unseen.length > 0) {
      this.#value.set(Number.NaN, "–");
      write(this.#interval, t("own-unseen", { levels: unseen.join(", ") }));
      this.#interval.removeAttribute("data-low");
      this.#interval.removeAttribute("data-high");
      return;
    }
    const x = rowOf(prepared.design.columns, cells);
    const predicted = predictInterval(prepared.solution, Array.from(x), 0.95, theta);
    const { value, low, high } =
      state.loss === "squared"
        ? predicted
        : { value: makeLoss(state.loss).predict(predicted.value), low: null, high: null };
    this.#value.set(value, short(value, 5));
    write(
      this.#interval,
      low === null || high === null
        ? t("own-no-interval")
        : t("own-interval", { low: short(low, 4), high: short(high, 4) }),
    );
    this.#interval.setAttribute("data-low", String(low));
    this.#interval.setAttribute("data-high", String(high));
  }

  #build(features: readonly Feature[]): void {
    this.#fields = [];
    const dates = features.filter(({ kind }) => kind === "date").map(({ source }) => source);
    this.#parts = features.flatMap((feature): Part[] =>
      (["weekday", "month"] as const).flatMap((part) =>
        dates
          .filter((date) => feature.kind === "level" && feature.source === `${date}:${part}`)
          .map((date) => ({ feature, date, part })),
      ),
    );
    const follows = new Set(this.#parts.map(({ feature }) => feature));
    clear(
      this.#form,
      ...features.flatMap((feature, i) => (follows.has(feature) ? [] : [this.#field(feature, i)])),
    );
  }

  #field(feature: Feature, i: number): HTMLElement {
    const { source, kind, levels, low, high } = feature;
    const id = `own-row-${i}`;
    const { row, seal } = this.#options;
    if (kind === "level") {
      const select = h("select", { class: "field select", id, "data-kedou": `row-${i}` });
      for (const level of levels) select.append(h("option", { value: level }, level));
      select.addEventListener("change", () => row(source, select.value, null));
      this.#fields.push({ feature, paint: (value) => (select.value = String(value)) });
      return h("div", { class: "slider" }, h("label", { for: id }, source), select);
    }
    const isDate = kind === "date";
    const range = h("input", {
      type: "range",
      id,
      min: isDate ? Math.floor(low) : low,
      max: isDate ? Math.ceil(high) : high,
      step: isDate ? 1 : "any",
      "data-kedou": `row-${i}`,
    });
    const field = h("input", {
      type: isDate ? "date" : "number",
      class: "field wide",
      step: isDate ? 1 : "any",
      "data-kedou": `row-${i}-field`,
      "aria-label": t("number-field", { name: source }),
    });
    const tidy = (value: number): number =>
      isDate ? Math.round(value) : Number(value.toPrecision(4));
    const written = (value: number): string => (isDate ? isoDate(value) : String(tidy(value)));
    range.addEventListener("input", () => row(source, tidy(Number(range.value)), `row-${source}`));
    range.addEventListener("change", seal);
    // What is being typed is left alone, also where it is the slider that has just been left for it.
    let isTyped = false;
    field.addEventListener("input", () => (isTyped = true));
    field.addEventListener("blur", () => (isTyped = false));
    field.addEventListener("change", () => {
      isTyped = false;
      const number = field.value.trim() === "" ? Number.NaN : Number(field.value);
      const value = isDate ? daysOf(field.value) : number;
      if (value !== null && Number.isFinite(value)) row(source, value, null);
    });
    this.#fields.push({
      feature,
      paint: (value) => {
        range.value = String(value);
        if (isDate) range.setAttribute("aria-valuetext", written(Number(value)));
        if (!isTyped) enter(field, written(Number(value)));
      },
    });
    return h("div", { class: "slider" }, h("label", { for: id }, source), range, field);
  }

  async #take(kind: SaveKind): Promise<void> {
    const { save } = this.#options;
    if (!save) return;
    write(this.#said, t("own-saving"));
    show(this.#textRow, false);
    try {
      const { name, url, text } = await save(kind);
      write(this.#said, t("own-saved", { name }));
      if (text !== null) {
        this.#text.value = text;
        show(this.#textRow, true);
      }
      const link = h("a", { href: url, download: name });
      link.click();
    } catch (error) {
      write(this.#said, error instanceof Error ? error.message : String(error));
    }
  }
}

/** The columns of the table that the moments were made from, with where their values lie. */
export function featuresOf(moments: Moments): Feature[] {
  const bySource = new Map<string, Column[]>();
  for (const column of moments.columns) {
    bySource.set(column.source, [...(bySource.get(column.source) ?? []), column]);
  }
  const size = moments.columns.length + 1;
  return [...bySource].map(([source, columns]) => {
    const place = (column: Column): number => moments.columns.indexOf(column);
    const mean = (column: Column): number => moments.mean[place(column)]!;
    const [first] = columns;
    if (first!.kind === "level") {
      const most = columns.reduce((a, b) => (mean(b) > mean(a) ? b : a));
      const levels = columns.map(({ level }) => level ?? "");
      return { source, kind: "level", levels, usual: most.level ?? "", low: 0, high: 1 };
    }
    const plain = columns.find(({ power }) => power === 1) ?? first!;
    const at = place(plain);
    const sd = Math.sqrt(moments.scatter.data[at * size + at]! / moments.weightSum);
    const usual = mean(plain);
    const kind = plain.kind === "date" ? "date" : "number";
    const middle = kind === "date" ? Math.round(usual) : usual;
    return { source, kind, levels: [], usual: middle, low: usual - 3 * sd, high: usual + 3 * sd };
  });
}
