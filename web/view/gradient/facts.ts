/** The bowl in numbers: what is known of it before the first step. */

import { h, write } from "../kit/dom.ts";
import { fixed, short } from "../kit/numbers.ts";
import { t, type Key } from "../kit/words.ts";
import type { Tracks } from "./tracks.ts";

interface Fact {
  readonly name: string;
  readonly title: Key;
  readonly value: (tracks: Tracks) => number | null;
  readonly text: (value: number) => string;
}

const six = (value: number): string => short(value, 6);
const four = (value: number): string => short(value, 4);
const places = (value: number): string => fixed(value, 6);

const FACTS: readonly Fact[] = [
  { name: "steepest", title: "fact-steepest", text: six, value: eigenvalue(0) },
  { name: "flattest", title: "fact-flattest", text: four, value: eigenvalue(-1) },
  {
    name: "condition",
    title: "fact-condition",
    text: (value) => short(value, 3),
    value: ({ started }) => started.rates.conditionNumber,
  },
  {
    name: "rate-limit",
    title: "fact-limit",
    text: four,
    value: ({ started }) => started.rates.limit,
  },
  {
    name: "scaled-limit",
    title: "fact-scaled-limit",
    text: four,
    value: ({ started }) => started.rates.scaledLimit,
  },
  {
    name: "best-rate",
    title: "fact-best-rate",
    text: four,
    value: ({ started }) => started.rates.best,
  },
  {
    name: "best-w",
    title: "fact-best-w",
    text: places,
    value: ({ started }) => started.prepared.solution.theta[0]!,
  },
  {
    name: "best-b",
    title: "fact-best-b",
    text: places,
    value: ({ plane, started }) => (plane.locked ? 0 : started.prepared.solution.theta[1]!),
  },
  {
    name: "least",
    title: "fact-least",
    text: places,
    value: ({ started }) => started.prepared.solution.loss,
  },
];

function eigenvalue(place: number): (tracks: Tracks) => number {
  return ({ started }) => started.prepared.surface.eigenvalues.at(place)!;
}

export class Facts {
  readonly element: HTMLElement;
  #values = FACTS.map(({ name }) => h("output", { "data-kedou": name }));

  constructor() {
    const rows = FACTS.map(({ title }, i) =>
      h("div", {}, h("dt", {}, t(title)), h("dd", {}, this.#values[i]!)),
    );
    this.element = h(
      "section",
      { "aria-label": t("facts-title") },
      h("p", { class: "muted" }, t("facts-title")),
      h("dl", { class: "bowl-facts" }, ...rows),
    );
  }

  paint(tracks: Tracks): void {
    FACTS.forEach(({ value, text }, i) => {
      const element = this.#values[i]!;
      const now = value(tracks);
      write(element, now === null ? "—" : text(now));
      if (now === null) element.removeAttribute("data-value");
      else element.setAttribute("data-value", String(now));
    });
  }
}
