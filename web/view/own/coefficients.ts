/** Every parameter: what descent found, the exact value, its standard error, and all as a picture. */

import type { Vector } from "../../model/linear/matrix.ts";
import { clear, h, put, s, write } from "../kit/dom.ts";
import { short } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import type { Facts } from "./facts.ts";
import { parameterName } from "./words.ts";

interface Row {
  readonly cells: HTMLTableCellElement[];
  readonly found: SVGCircleElement;
}

const WIDTH = 160;

export class Coefficients {
  readonly element: HTMLElement;
  #body = h("tbody");
  #rows: Row[] = [];
  #facts: Facts | null = null;
  #most = 1;

  constructor() {
    const heads = ["name", "found", "exact", "error", "forest"] as const;
    this.element = h(
      "div",
      {
        class: "table-scroll own-all-parameters",
        tabindex: 0,
        role: "group",
        "aria-label": t("own-coefficients"),
      },
      h(
        "table",
        { class: "own-coefficients", "data-kedou": "coefficients" },
        h("caption", {}, t("own-coefficients")),
        h(
          "thead",
          {},
          h("tr", {}, ...heads.map((each) => h("th", { scope: "col" }, t(`own-coef-${each}`)))),
        ),
        this.#body,
      ),
    );
  }

  paint(facts: Facts, theta: Vector): void {
    if (this.#facts !== facts) this.#build(facts);
    this.#rows.forEach(({ cells, found }, j) => {
      write(cells[0]!, short(theta[j]!, 5));
      put(cells[0]!, { "data-value": theta[j]! });
      if (j >= facts.k) return;
      const at = this.#at(theta[j]! * facts.scale[j]!);
      put(found, { cx: Number.isFinite(at) ? Math.max(-20, Math.min(WIDTH + 20, at)) : -20 });
    });
  }

  #at(value: number): number {
    return WIDTH / 2 + (value / this.#most) * (WIDTH / 2 - 8);
  }

  #build(facts: Facts): void {
    this.#facts = facts;
    const { names, k, exact, errors, ranges, scale } = facts;
    this.#most = Math.max(
      1e-300,
      ...ranges.slice(0, k).map((range, j) => {
        const [low, high] = range ?? [exact?.[j] ?? 0, exact?.[j] ?? 0];
        return Math.max(Math.abs(low), Math.abs(high)) * scale[j]!;
      }),
    );
    this.#rows = names.map((_, j) => ({
      cells: [
        h("td", { "data-kedou": `coefficient-${j}` }),
        h("td", {}, exact ? short(exact[j]!, 5) : "–"),
        h("td", {}, errors[j] == null ? "–" : short(errors[j], 3)),
      ],
      found: s("circle", { class: "forest-found", r: 4, cy: 12 }),
    }));
    clear(
      this.#body,
      ...names.map((_, j) => {
        const name = parameterName(names, k, j);
        const row = this.#rows[j]!;
        const forest = j >= k ? h("td") : h("td", {}, this.#forest(facts, j, row));
        return h(
          "tr",
          {},
          h("th", { scope: "row", class: "own-name", title: name }, h("span", {}, name)),
          ...row.cells,
          forest,
        );
      }),
    );
  }

  /** One parameter times the spread of its column: exact value, 95 % range, what descent found. */
  #forest({ exact, ranges, scale }: Facts, j: number, row: Row): SVGSVGElement {
    const centre = exact ? this.#at(exact[j]! * scale[j]!) : -20;
    const range = ranges[j]?.map((value) => this.#at(value * scale[j]!)) ?? [centre, centre];
    return s(
      "svg",
      { class: "forest", viewBox: `0 0 ${WIDTH} 24`, "aria-hidden": "true" },
      s("line", { class: "forest-zero", x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: 24 }),
      s("line", { class: "forest-range", x1: range[0]!, x2: range[1]!, y1: 12, y2: 12 }),
      s("path", { class: "forest-exact", d: `M${centre},5v14` }),
      row.found,
    );
  }
}
