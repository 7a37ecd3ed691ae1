/** Every parameter: what descent found, the exact value, its standard error, and all as a picture. */

import type { Solution } from "../../model/solution.ts";
import { confidence } from "../../model/solution.ts";
import type { Vector } from "../../model/linear/matrix.ts";
import { clear, h, put, s, write } from "../kit/dom.ts";
import { short } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";

interface Row {
  readonly cells: HTMLTableCellElement[];
  readonly found: SVGCircleElement;
}

const WIDTH = 160;

export class Coefficients {
  readonly element: HTMLElement;
  #body = h("tbody");
  #rows: Row[] = [];
  #solution: Solution | null = null;
  #scale: readonly number[] = [];
  #most = 1;

  constructor() {
    const heads = ["name", "found", "exact", "error", "forest"] as const;
    this.element = h(
      "div",
      { class: "table-scroll", tabindex: 0, role: "group", "aria-label": t("own-coefficients") },
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

  /** `scale` makes parameters comparable: the spread of each column, 1 for the intercept. */
  paint(
    names: readonly string[],
    theta: Vector,
    solution: Solution,
    scale: readonly number[],
  ): void {
    if (this.#solution !== solution) this.#build(names, solution, scale);
    this.#rows.forEach(({ cells, found }, j) => {
      write(cells[0]!, short(theta[j]!, 5));
      cells[0]!.setAttribute("data-value", String(theta[j]!));
      const at = this.#at(theta[j]! * this.#scale[j]!);
      put(found, { cx: Number.isFinite(at) ? Math.max(-20, Math.min(WIDTH + 20, at)) : -20 });
    });
  }

  #at(value: number): number {
    return WIDTH / 2 + (value / this.#most) * (WIDTH / 2 - 8);
  }

  #build(names: readonly string[], solution: Solution, scale: readonly number[]): void {
    this.#solution = solution;
    this.#scale = scale;
    const ranges = confidence(solution);
    const k = solution.featureNames.length;
    this.#most = Math.max(
      1e-300,
      ...ranges.slice(0, k).map((range, j) => {
        const [low, high] = range ?? [solution.theta[j]!, solution.theta[j]!];
        return Math.max(Math.abs(low), Math.abs(high)) * scale[j]!;
      }),
    );
    this.#rows = names.map((_, j) => ({
      cells: [
        h("td", { "data-kedou": `coefficient-${j}` }),
        h("td", {}, short(solution.theta[j]!, 5)),
        h(
          "td",
          {},
          solution.standardErrors[j] == null ? "–" : short(solution.standardErrors[j], 3),
        ),
      ],
      found: s("circle", { class: "forest-found", r: 4, cy: 12 }),
    }));
    clear(
      this.#body,
      ...names.map((name, j) => {
        const row = this.#rows[j]!;
        const isIntercept = j >= k;
        const forest = isIntercept
          ? h("td")
          : h("td", {}, this.#forest(j, ranges[j]!, solution, row));
        return h(
          "tr",
          {},
          h("th", { scope: "row", class: "own-name" }, name),
          ...row.cells,
          forest,
        );
      }),
    );
  }

  #forest(j: number, range: [number, number] | null, solution: Solution, row: Row): SVGSVGElement {
    const scale = this.#scale[j]!;
    const exact = this.#at(solution.theta[j]! * scale);
    const [low, high] = range ? range.map((value) => this.#at(value * scale)) : [exact, exact];
    return s(
      "svg",
      { class: "forest", viewBox: `0 0 ${WIDTH} 24`, "aria-hidden": "true" },
      s("line", { class: "forest-zero", x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: 24 }),
      s("line", { class: "forest-range", x1: low!, x2: high!, y1: 12, y2: 12 }),
      s("path", { class: "forest-exact", d: `M${exact},5v14` }),
      row.found,
    );
  }
}
