/** The same network as matrix products, each with its shape; the edge in the light is marked. */

import { shapes } from "../../../model/network.ts";
import { transpose, type Matrix, type Vector } from "../../../model/linear/matrix.ts";
import { clear, focusedBy, h } from "../../kit/dom.ts";
import { fixed } from "../../kit/numbers.ts";
import { t } from "../../kit/words.ts";
import type { Pass } from "../../networks.ts";

/** The edge to mark, counted in the network's layers and units; the row is the tadpole's. */
export interface Marked {
  readonly layer: number;
  readonly to: number;
  readonly from: number;
}

interface Shown {
  readonly name: string;
  readonly label: string;
  readonly matrix: Matrix;
  readonly marks: (row: number, column: number) => boolean;
}

export class Matrices {
  readonly element = h("section", {
    class: "matrices",
    "data-kedou": "matrices",
    "aria-label": t("layers-matrices"),
  });

  /** Write all products; backward only where the slopes have been found. */
  paint(pass: Pass, marked: Marked | null, hasSlopes: boolean): void {
    if (!this.element.checkVisibility()) return;
    const focused = focusedBy(this.element);
    const focus = this.element.contains(focused) ? focused?.getAttribute("data-product") : null;
    const { network, passed, back, row, Y } = pass;
    const blocks = network.layers.flatMap(({ weights, bias, activation }, l) => {
      const n = String(l + 1);
      const [before, inOut, out] = shapes(network, Y.rows)[l]!;
      const here = marked?.layer === l ? marked : null;
      const ofRow = (unit: number | undefined) => (i: number, j: number) =>
        here !== null && i === row && j === unit;
      const input = l === 0 ? "X" : `A${low(l)}`;
      return [
        product(`forward-${n}`, `${shape(before!)} · ${shape(inOut!)} → ${shape(out!)}`, [
          {
            name: `forward-in-${n}`,
            label: input,
            matrix: passed.activations[l]!,
            marks: ofRow(here?.from),
          },
          " · ",
          {
            name: `forward-weights-${n}`,
            label: `W${low(l + 1)}′`,
            matrix: transpose(weights),
            marks: (i, j) => here !== null && i === here.from && j === here.to,
          },
          " + ",
          { name: `forward-bias-${n}`, label: `b${low(l + 1)}`, matrix: asRow(bias), marks: never },
          " = ",
          {
            name: `forward-sums-${n}`,
            label: `Z${low(l + 1)}`,
            matrix: passed.sums[l]!,
            marks: ofRow(here?.to),
          },
          ...(activation === "identity"
            ? []
            : [
                ` → ${t(`activation-${activation}` as "activation-relu")} → `,
                {
                  name: `forward-out-${n}`,
                  label: `A${low(l + 1)}`,
                  matrix: passed.activations[l + 1]!,
                  marks: ofRow(here?.to),
                },
              ]),
        ]),
      ];
    });
    const slopes = network.layers.map((_, l) => {
      const n = String(l + 1);
      const here = marked?.layer === l ? marked : null;
      const [before, , out] = shapes(network, Y.rows)[l]!;
      const turned: [number, number] = [out![1], out![0]];
      const result: [number, number] = [out![1], before![1]];
      return product(`backward-${n}`, `${shape(turned)} · ${shape(before!)} → ${shape(result)}`, [
        {
          name: `backward-sums-${n}`,
          label: `dZ${low(l + 1)}′`,
          matrix: transpose(back.sums[l]!),
          marks: (i, j) => here !== null && i === here.to && j === row,
        },
        " · ",
        {
          name: `backward-in-${n}`,
          label: l === 0 ? "X" : `A${low(l)}`,
          matrix: passed.activations[l]!,
          marks: (i, j) => here !== null && i === row && j === here.from,
        },
        " = ",
        {
          name: `backward-weights-${n}`,
          label: `dL/dW${low(l + 1)}`,
          matrix: back.weights[l]!,
          marks: (i, j) => here !== null && i === here.to && j === here.from,
        },
        ",  ",
        {
          name: `backward-bias-${n}`,
          label: `dL/db${low(l + 1)}`,
          matrix: asRow(back.bias[l]!),
          marks: never,
        },
      ]);
    });
    clear(
      this.element,
      h("h2", {}, t("layers-matrices")),
      h("h3", {}, t("station-forward")),
      ...blocks,
      ...(hasSlopes ? [h("h3", {}, t("station-slope")), ...slopes.reverse()] : []),
    );
    if (focus) this.element.querySelector<HTMLElement>(`[data-product="${focus}"]`)?.focus();
  }
}

const never = (): boolean => false;

function low(n: number): string {
  return ["₀", "₁", "₂", "₃"][n]!;
}

function shape([rows, columns]: readonly [number, number]): string {
  return `(${rows} × ${columns})`;
}

function asRow(vector: Vector): Matrix {
  return { rows: 1, columns: vector.length, data: vector };
}

/** One line of matrices, wide ones to be scrolled. */
function product(name: string, shapes: string, parts: readonly (Shown | string)[]): HTMLElement {
  return h(
    "div",
    { class: "product" },
    h("p", { class: "shapes", "data-kedou": `shapes-${name}` }, shapes),
    h(
      "div",
      {
        class: "product-row",
        tabindex: 0,
        role: "group",
        "aria-label": shapes,
        "data-product": name,
      },
      ...parts.map((part) =>
        typeof part === "string" ? h("span", { class: "between" }, part) : table(part),
      ),
    ),
  );
}

function table({ name, label, matrix, marks }: Shown): HTMLElement {
  const rows = Array.from({ length: matrix.rows }, (_, i) =>
    h(
      "tr",
      {},
      ...Array.from({ length: matrix.columns }, (_, j) => {
        const value = matrix.data[i * matrix.columns + j]!;
        return h(
          "td",
          { class: marks(i, j) ? "marked" : null, "data-value": value },
          fixed(value, 3),
        );
      }),
    ),
  );
  return h(
    "table",
    { class: "matrix", "data-kedou": name },
    h("caption", {}, label),
    h("tbody", {}, ...rows),
  );
}
