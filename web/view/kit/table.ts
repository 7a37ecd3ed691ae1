/** The table behind a picture: change a cell, add and remove rows, paste two columns. */

import { focusedBy, h, show, write } from "./dom.ts";
import { button } from "./controls.ts";
import { fixed, signed } from "./numbers.ts";
import { t } from "./words.ts";
import { TADPOLES, type Point } from "../lesson.ts";

export const X_RANGE = [0, 5] as const;
export const Y_RANGE = [0, 7] as const;
export const MOST_POINTS = 40;

export interface TableOptions {
  readonly change: (points: readonly Point[]) => void;
}

/** What stands in the last column: its name, and a number for each point. */
export interface Charge {
  readonly name: string;
  readonly of: ArrayLike<number>;
}

export class Table {
  readonly element: HTMLElement;
  #body = h("tbody");
  #rows: { x: HTMLInputElement; y: HTMLInputElement; cells: HTMLTableCellElement[] }[] = [];
  #points: readonly Point[] = [];
  #last = h("th", { scope: "col" }, "e²");
  #change: (points: readonly Point[]) => void;
  #paste = h("textarea", {
    rows: 4,
    "data-kedou": "paste-area",
    "aria-label": t("paste-label"),
    placeholder: "0.8, 1.0\n1.7, 0.9",
    spellcheck: "false",
  });
  #trouble = h("p", { class: "trouble", role: "alert", "data-kedou": "table-trouble" });

  constructor({ change }: TableOptions) {
    this.#change = change;
    const heads = ["x", "y", "ŷ", "e"].map((name) => h("th", { scope: "col" }, name));
    heads.push(this.#last, h("th", {}, h("span", { class: "sr-only" }, t("remove-row"))));
    this.element = h(
      "div",
      { class: "table-editor", "data-kedou": "table" },
      h(
        "div",
        { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("table-title") },
        h(
          "table",
          {},
          h("caption", {}, t("table-title")),
          h("thead", {}, h("tr", {}, ...heads)),
          this.#body,
        ),
      ),
      h(
        "div",
        { class: "row" },
        button("add-row", t("add-row"), () => this.#add()),
        button("reset-table", t("reset-table"), () => change(TADPOLES)),
      ),
      h(
        "div",
        { class: "paste" },
        this.#paste,
        button("paste", t("paste-button"), () => this.#read()),
      ),
      this.#trouble,
    );
    show(this.#trouble, false);
  }

  /** Without a charge the last column has the squares. */
  paint(points: readonly Point[], w: number, b: number, charge?: Charge): void {
    this.paintCurve(points, (x) => w * x + b, charge);
  }

  /** The same for predictions that are no line. */
  paintCurve(points: readonly Point[], predict: (x: number) => number, charge?: Charge): void {
    this.#points = points;
    write(this.#last, charge?.name ?? "e²");
    if (this.#rows.length !== points.length) this.#build(points.length);
    points.forEach(([x, y], i) => {
      const row = this.#rows[i]!;
      if (focusedBy(row.x) !== row.x) row.x.value = String(x);
      if (focusedBy(row.y) !== row.y) row.y.value = String(y);
      const predicted = predict(x);
      const e = y - predicted;
      write(row.cells[0]!, fixed(predicted, 3));
      write(row.cells[1]!, signed(e, 3));
      write(row.cells[2]!, fixed(charge?.of[i] ?? e * e, 3));
    });
  }

  #build(count: number): void {
    this.#rows = Array.from({ length: count }, (_, i) => {
      const field = (name: "x" | "y"): HTMLInputElement =>
        h("input", {
          type: "number",
          step: "any",
          class: "field",
          "data-kedou": `cell-${i}-${name}`,
          "aria-label": t("cell-label", { name, row: String(i + 1) }),
          onchange: () => this.#edit(i),
        });
      return { x: field("x"), y: field("y"), cells: [h("td"), h("td"), h("td")] };
    });
    this.#body.replaceChildren(
      ...this.#rows.map((row, i) => {
        const remove = button(`remove-${i}`, "×", () => this.#remove(i), "quiet");
        remove.setAttribute("aria-label", t("remove-row-number", { row: String(i + 1) }));
        return h(
          "tr",
          {},
          h("td", {}, row.x),
          h("td", {}, row.y),
          ...row.cells,
          h("td", {}, remove),
        );
      }),
    );
  }

  #edit(i: number): void {
    const row = this.#rows[i]!;
    this.#offer(this.#points.map((each, j) => (j === i ? [row.x.value, row.y.value] : each)));
  }

  #add(): void {
    this.#offer([...this.#points, [2.5, 2]]);
  }

  #remove(i: number): void {
    this.#offer(this.#points.filter((_, j) => j !== i));
  }

  #read(): void {
    const lines = this.#paste.value.split(/\r?\n/).filter((line) => line.trim() !== "");
    const rows = lines.map((line) => line.trim().split(/[\s,;，；]+/));
    if (rows.length > 1 && rows[0]!.some((cell) => Number.isNaN(Number(cell)))) rows.shift();
    this.#offer(rows);
  }

  /** Take rows that are two numbers within the picture; say what is wrong with others. */
  #offer(rows: readonly (readonly (string | number)[])[]): void {
    const points: Point[] = [];
    let trouble = "";
    if (rows.length < 2 || rows.length > MOST_POINTS) {
      trouble = t("table-rows", { most: String(MOST_POINTS) });
    }
    rows.forEach((row, i) => {
      const [x, y] = [Number(row[0]), Number(row[1])];
      const isPair = row.length === 2 && row.every((cell) => String(cell).trim() !== "");
      if (!isPair || !Number.isFinite(x) || !Number.isFinite(y)) {
        trouble ||= t("table-not-numbers", { row: String(i + 1) });
      } else if (x < X_RANGE[0] || x > X_RANGE[1] || y < Y_RANGE[0] || y > Y_RANGE[1]) {
        trouble ||= t("table-outside", { row: String(i + 1) });
      } else points.push([x, y]);
    });
    if (!trouble && points.every(([x]) => x === 0)) trouble = t("table-all-zero");
    write(this.#trouble, trouble);
    show(this.#trouble, trouble !== "");
    if (!trouble) this.#change(points);
  }
}
