/** What should give one pause about what was read: leaks, rows that are missing, columns left out. */

import { clear, h, show } from "../kit/dom.ts";
import { own } from "../kit/names.ts";
import { short } from "../kit/numbers.ts";
import { t } from "../kit/words.ts";
import type { Look, Scanned } from "./engine.ts";
import type { State } from "./state.ts";
import { rowsText } from "./words.ts";

export class Warnings {
  readonly element = h("div", { class: "own-warnings", "data-kedou": "warnings" });
  #of: Scanned | null = null;

  paint(scanned: Scanned | null, look: Look | null, roles: State["roles"]): void {
    if (scanned === this.#of) return;
    this.#of = scanned;
    show(this.element, scanned !== null);
    const lines = scanned ? linesOf(scanned, look, roles) : [];
    clear(this.element, ...lines.map((line) => h("p", {}, line)));
  }
}

function linesOf(scanned: Scanned, look: Look | null, roles: State["roles"]): string[] {
  return [
    ...scanned.leaks.map(({ name, correlation }) =>
      t("own-leak", { name, correlation: short(correlation, 5) }),
    ),
    // What the learner made a feature is one on purpose.
    ...scanned.numberings
      .filter(({ name }) => own(roles, name) === undefined)
      .map(({ why }) => why.text),
    t("own-used", { used: rowsText(scanned.used), read: rowsText(scanned.read) }),
    ...Object.entries(scanned.skipped)
      .filter(([, cells]) => cells > 0)
      .map(([name, cells]) => t("own-skipped", { name, cells: rowsText(cells) })),
    // What the learner chose to leave out needs no word; what the look has left out does.
    ...(look?.columns ?? [])
      .filter(({ name }) => own(roles, name) === undefined)
      .filter(({ name }) => scanned.left.some((left) => left.name === name))
      .map(({ why }) => why?.text ?? "")
      .filter(Boolean),
    ...scanned.notes.map(({ text }) => text),
  ];
}
