/** Look: every column with its kind, its shape, what is missing, and how it goes with the target. */

import { clear, h, put, s, show, write } from "../kit/dom.ts";
import { own } from "../kit/names.ts";
import { short } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import type { ColumnLook, Histogram, Look, Table } from "./engine.ts";
import { ROLES, roleOf, targetOf, type Role, type State } from "./state.ts";
import { named, rowsText } from "./words.ts";

export interface LookOptions {
  readonly target: (name: string) => void;
  readonly role: (name: string, role: Role) => void;
  readonly power: (name: string, degree: number) => void;
  readonly train: () => void;
}

interface Row {
  readonly element: HTMLTableRowElement;
  readonly role: HTMLSelectElement;
  readonly power: HTMLSelectElement;
  readonly why: HTMLElement;
}

const MOST_POWER = 4;

export class LookTable {
  readonly element: HTMLElement;
  #options: LookOptions;
  #title = h("h2", { class: "own-file", "data-kedou": "table-name" });
  #notes = h("div", { class: "own-notes" });
  #target = h("select", { class: "field select", id: "own-target", "data-kedou": "target" });
  #about = h("p", { class: "muted", "data-kedou": "look-about" });
  #body = h("tbody");
  #rows = new Map<string, Row>();
  #head = h("div", {
    class: "table-scroll",
    tabindex: 0,
    role: "group",
    "aria-label": t("own-head"),
  });
  #train: HTMLButtonElement;
  #lacking = h("p", { class: "trouble", role: "status" });
  #look: Look | null = null;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#target.addEventListener("change", () => options.target(this.#target.value));
    this.#train = h(
      "button",
      { type: "button", class: "button main", "data-kedou": "train", onclick: options.train },
      t("own-train"),
    );
    const heads = ["name", "kind", "shape", "missing", "relation", "role"] as const;
    this.element = h(
      "section",
      { class: "own-look", "aria-label": t("own-look") },
      this.#title,
      this.#notes,
      h(
        "div",
        { class: "row" },
        h("label", { for: "own-target" }, t("own-target")),
        this.#target,
        this.#train,
      ),
      this.#lacking,
      h(
        "div",
        { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("own-columns") },
        h(
          "table",
          { class: "own-columns" },
          h(
            "thead",
            {},
            h("tr", {}, ...heads.map((each) => h("th", { scope: "col" }, t(`own-head-${each}`)))),
          ),
          this.#body,
        ),
      ),
      this.#about,
      h(
        "details",
        { class: "drawer", "data-kedou": "first-rows" },
        h("summary", { class: "button plain" }, t("own-head")),
        this.#head,
      ),
    );
  }

  paint(state: State, table: Table, look: Look, ready: boolean): void {
    if (this.#look !== look) this.#build(table, look);
    this.#look = look;
    const target = targetOf(state, look);
    this.#target.value = target ?? "";
    for (const column of look.columns) {
      const row = this.#rows.get(column.name)!;
      const isTarget = column.name === target;
      const role = roleOf(state, column);
      row.element.classList.toggle("is-target", isTarget);
      row.element.classList.toggle("is-out", !isTarget && role === "leave");
      row.role.value = role;
      show(row.role, !isTarget);
      row.power.value = String(own(state.powers, column.name) ?? 1);
      show(row.power, !isTarget && role === "feature" && column.kind === "number");
      const why = isTarget
        ? t("own-is-target")
        : own(state.roles, column.name) === undefined
          ? (column.why?.text ?? "")
          : "";
      write(row.why, why);
    }
    this.#train.disabled = !ready;
    write(this.#lacking, ready ? "" : t("own-lacking"));
    show(this.#lacking, !ready);
  }

  #build(table: Table, look: Look): void {
    write(
      this.#title,
      table.rows === null
        ? table.name
        : t("own-table", { name: table.name, rows: rowsText(table.rows) }),
    );
    clear(this.#notes, ...table.notes.map(({ text }) => h("p", { class: "note" }, text)));
    const numbers = look.columns.filter(({ kind }) => kind === "number" || kind === "flag");
    clear(
      this.#target,
      ...(look.target === null ? [h("option", { value: "" }, "–")] : []),
      ...numbers.map(({ name }) => h("option", { value: name }, name)),
    );
    const all = look.of === null || look.rows >= look.of;
    write(this.#about, t(all ? "own-look-all" : "own-look-some", { rows: rowsText(look.rows) }));
    this.#rows.clear();
    clear(this.#body, ...look.columns.map((column, i) => this.#row(column, i, look.rows)));
    clear(
      this.#head,
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ...table.columns.map(({ name }) => h("th", {}, name)))),
        h(
          "tbody",
          {},
          ...table.head.map((cells) =>
            h("tr", {}, ...cells.map((cell) => h("td", {}, cell ?? "–"))),
          ),
        ),
      ),
    );
  }

  #row(column: ColumnLook, i: number, rows: number): HTMLTableRowElement {
    const { name, kind, missing, relation } = column;
    const role = h("select", {
      class: "field select",
      "data-kedou": `role-${i}`,
      "aria-label": t("own-role-of", { name }),
    });
    for (const each of ROLES) {
      if (each === "weight" && kind !== "number") continue;
      role.append(h("option", { value: each }, t(named("own-role", each))));
    }
    role.addEventListener("change", () => this.#options.role(name, role.value as Role));
    const power = h("select", {
      class: "field select",
      "data-kedou": `power-${i}`,
      "aria-label": t("own-power-of", { name }),
    });
    for (let degree = 1; degree <= MOST_POWER; degree++) {
      power.append(h("option", { value: degree }, t("own-power", { degree: String(degree) })));
    }
    power.addEventListener("change", () => this.#options.power(name, Number(power.value)));
    const why = h("span", { class: "own-why" });
    const element = h(
      "tr",
      { "data-kedou": `column-${i}` },
      h("th", { scope: "row", class: "own-name", title: name }, h("span", {}, name)),
      h("td", {}, t(named("own-kind", kind))),
      h("td", {}, column.histogram ? bars(column.histogram) : h("span", {}, levelsText(column))),
      h(
        "td",
        { "data-head": t("own-head-missing") },
        missing === 0 ? "0" : `${rowsText(missing)} (${percent(missing / rows)})`,
      ),
      h(
        "td",
        { "data-head": t("own-head-relation") },
        relation === null ? "–" : relationBar(relation),
      ),
      h("td", { class: "own-role" }, role, power, why),
    );
    this.#rows.set(name, { element, role, power, why });
    return element;
  }
}

function percent(share: number): string {
  return `${short(100 * share, 2)} %`;
}

function levelsText({ levels, distinct }: ColumnLook): string {
  const shown = (levels ?? []).slice(0, 3).map(([level]) => clip(level));
  const more = (distinct ?? Infinity) - shown.length;
  return shown.join(", ") + (more > 0 && shown.length > 0 ? ", …" : "");
}

function clip(text: string): string {
  return text.length > 14 ? `${text.slice(0, 13)}…` : text;
}

function bars({ counts, edges }: Histogram): SVGSVGElement {
  const most = Math.max(...counts, 1);
  const width = 120 / counts.length;
  const label = t("own-histogram", { low: short(edges[0]!), high: short(edges.at(-1)!) });
  const svg = s("svg", {
    class: "own-bars",
    viewBox: "0 0 120 32",
    role: "img",
    "aria-label": label,
  });
  counts.forEach((count, i) => {
    const height = count === 0 ? 0 : Math.max(1.5, (30 * count) / most);
    const bar = s("rect", { class: "own-bar" });
    put(bar, { x: i * width + 0.5, y: 32 - height, width: width - 1, height });
    svg.append(bar);
  });
  return svg;
}

function relationBar(relation: number): HTMLElement {
  const svg = s("svg", { class: "own-relation", viewBox: "0 0 60 8", "aria-hidden": "true" });
  svg.append(
    s("rect", { class: "own-relation-room", width: 60, height: 8 }),
    s("rect", { class: "own-bar", width: 60 * Math.min(1, relation), height: 8 }),
  );
  return h("span", { class: "own-relation-cell" }, svg, relation.toFixed(2));
}
