/**
 * How a run ends, in words: the outcome by name, the model's advice, and how far the step shown is
 * from the exact answer.
 */

import { settledAt } from "../../model/outcome.ts";
import type { Trajectory } from "../../model/trajectory.ts";
import { h, show, write } from "./dom.ts";
import { powered, short } from "./numbers.ts";
import { t, tell } from "./words.ts";

/** The two tolerances that are told: "converged" means the first. */
const SHARES = { one: 0.01, tenth: 0.001 } as const;

/** The step from which on a run stays within a share of the exact loss; null: not in this run. */
export function stepsWithin(run: Trajectory, share: number, least: number): number | null {
  const record = run.gap && settledAt(run.gap, share * least);
  return record === null ? null : run.steps[record]!;
}

export class OutcomeCard {
  readonly element: HTMLElement;
  #name = h("strong", { "data-kedou": "outcome" });
  #gap = h("p", { class: "muted", "data-kedou": "gap" });
  #within: Record<keyof typeof SHARES, HTMLElement> = {
    one: h("span", { "data-kedou": "within-one" }),
    tenth: h("span", { "data-kedou": "within-tenth" }),
  };
  #arrivals: HTMLElement;
  #advice = h("ul", { class: "advice", "data-kedou": "advice" });
  #run: Trajectory | null = null;

  constructor() {
    this.#arrivals = h("span", { class: "arrivals" }, this.#within.one, this.#within.tenth);
    this.element = h(
      "section",
      { class: "outcome", "aria-label": t("outcome-title") },
      h("p", { class: "ending" }, this.#name, this.#arrivals),
      this.#gap,
      this.#advice,
    );
  }

  /** Show a run whose exact answer is known, at one of its records. */
  paint(run: Trajectory, place: number): void {
    const least = run.exact!.loss;
    if (run !== this.#run) this.#judge(run, least);
    const gap = run.gap![place]!;
    write(this.#gap, gapText(gap, least));
    this.#gap.setAttribute("data-value", String(gap));
  }

  #judge(run: Trajectory, least: number): void {
    this.#run = run;
    const { outcome } = run;
    write(this.#name, `${MARKS[outcome]} ${t(`outcome-${outcome}`)}`);
    this.#name.setAttribute("data-outcome", outcome);
    this.element.classList.toggle("bad", outcome === "diverged" || outcome === "wrong-direction");
    show(this.#arrivals, outcome !== "diverged" && least > 0);
    for (const name of ["one", "tenth"] as const) {
      const steps = stepsWithin(run, SHARES[name], least);
      const element = this.#within[name];
      const values = { percent: brief(100 * SHARES[name]), steps: String(steps ?? run.lastStep) };
      write(element, t(steps === null ? "outcome-not-within" : "outcome-within", values));
      if (steps === null) element.removeAttribute("data-value");
      else element.setAttribute("data-value", String(steps));
    }
    // That it is within 1 %, and since when, stands above.
    const more = run.messages.filter(({ code }) => code !== "descent.converged");
    const sentences = more.map((message) => h("li", {}, tell(message)));
    this.#advice.replaceChildren(...sentences);
  }
}

const MARKS = {
  converged: "✓",
  slow: "…",
  looping: "↺",
  "stepped-over": "↦",
  "wrong-direction": "▲",
  "wrong-gradient": "▲",
  diverged: "▲",
} as const;

/** How far above the exact loss; below rounding that is nothing. */
function gapText(gap: number, least: number): string {
  if (!(least > 0)) return t("outcome-gap-zero", { gap: brief(gap) });
  if (gap < 1e-12 * least) return t("outcome-gap-none", { least: brief(least) });
  const values = { gap: brief(gap), percent: brief((100 * gap) / least), least: brief(least) };
  return t("outcome-gap", values);
}

/** A number of any size in three digits. */
function brief(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? powered(value) : short(value, 3);
}
