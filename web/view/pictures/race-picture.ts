/** Lanes over w: who stays near the best w, who walks past, who leaves the window. */

import { put, s, show, write } from "../kit/dom.ts";
import { Handle } from "../kit/handle.ts";
import { fixed, powered } from "../kit/numbers.ts";
import { Plot } from "../kit/plot.ts";
import { t, type Key } from "../kit/words.ts";
import type { Window } from "../windows.ts";
import { MOST_RUNNERS, runner } from "./runner.ts";

type Which = "first" | "last";

export interface RaceOptions {
  /** The fixed names of the runners, for scripts. */
  readonly names: readonly string[];
  readonly window: () => Window;
  readonly lane: (which: Which) => number;
  readonly move: (which: Which, lane: number, how: string) => void;
  readonly moved: () => void;
  readonly start: () => number;
  readonly roll: (start: number, how: string) => void;
}

export interface Runner {
  readonly title: string;
  readonly run: readonly number[];
  /** Where it is now, between two steps while it moves. */
  readonly place: number;
  readonly fate: { readonly key: Key; readonly at: number } | null;
}

export interface RaceState {
  readonly runners: readonly Runner[];
  readonly window: Window;
  readonly best: number;
  /** The step whose places are shown; moving, the step before. */
  readonly from: number;
  readonly guessing: boolean;
  readonly guess: number | null;
}

interface Lane {
  readonly all: SVGGElement;
  readonly rail: SVGLineElement;
  readonly name: SVGTextElement;
  readonly status: SVGTextElement;
  readonly trail: SVGGElement;
  readonly tail: SVGPathElement;
  readonly runner: SVGGElement;
  readonly flag: SVGGElement;
  readonly flagText: SVGTextElement;
}

/** The guess is about the lesson's four. */
const GUESSED = 4;
/** Where the handle of the start lies, in levels of lanes: under the lowest. */
const FOOT = 0.55;

export class RacePicture {
  readonly plot: Plot;
  #options: RaceOptions;
  #lanes: Lane[];
  #best = s("line", { class: "best-line" });
  #bestText = s("text", { class: "title", "text-anchor": "middle" });
  #badges: Record<Which, Handle>;
  #starter: Handle;
  /** Measured once for each layout: asking in every frame would lay out twice. */
  #nameWidths = new Map<string, number>();
  #last: RaceState | null = null;

  constructor(options: RaceOptions) {
    this.#options = options;
    this.plot = new Plot({
      label: t("race-picture"),
      name: "race-picture",
      x: options.window(),
      y: [FOOT, GUESSED + 0.75],
      xTitle: "",
      yTitle: "",
      yTicks: [],
      xLabels: false,
    });
    const { plot } = this;
    plot.under.append(this.#best);
    this.#lanes = Array.from({ length: MOST_RUNNERS }, (_, i) => lane(options.names[i]!, i));
    for (const each of this.#lanes) {
      plot.under.append(each.rail, each.trail);
      plot.data.append(each.tail);
      each.all.append(each.name, each.status, each.runner, each.flag);
      plot.over.append(each.all);
    }
    plot.over.append(this.#bestText);
    this.#starter = new Handle(plot, {
      name: "start",
      label: t("rules-start"),
      get low() {
        return options.window()[0];
      },
      get high() {
        return options.window()[1];
      },
      step: 0.01,
      fromPointer: (x) => x,
      value: options.start,
      text: (w) => `w = ${fixed(w, 2)}`,
      change: options.roll,
      end: options.moved,
      radius: 7,
    });
    plot.over.append(this.#starter.element);
    this.#badges = { first: this.#badge("first"), last: this.#badge("last") };
    plot.onLayout(() => {
      this.#nameWidths.clear();
      if (this.#last) this.paint(this.#last);
    });
  }

  paint(state: RaceState): void {
    this.#last = state;
    const { plot } = this;
    const { best, window, runners } = state;
    const count = runners.length;
    plot.setDomain(window, [FOOT, count + 0.75]);
    put(this.#best, { x1: plot.x(best), x2: plot.x(best), y1: plot.top, y2: plot.bottom });
    write(this.#bestText, t("race-best", { w: fixed(best, 3) }));
    put(this.#bestText, { x: plot.x(best), y: plot.top - 6 });
    this.#lanes.forEach((each, i) => {
      const isRun = i < count;
      for (const part of [each.all, each.rail, each.trail, each.tail]) show(part, isRun);
      if (isRun) this.#paintLane(each, runners[i]!, plot.y(count - i), state);
    });
    const showing = state.guess !== null && (count === GUESSED || !state.guessing);
    for (const which of ["first", "last"] as const) {
      const badge = this.#badges[which];
      badge.enable(showing);
      badge.element.classList.toggle("settled", !state.guessing);
      if (!state.guessing) badge.element.setAttribute("tabindex", "-1");
      const level = count - this.#options.lane(which);
      badge.place(window[1] - (which === "first" ? 0.064 : 0.168) * (window[1] - window[0]), level);
    }
    this.#starter.enable(state.from === 0 && !state.guessing);
    this.#starter.place(this.#options.start(), FOOT);
  }

  #paintLane(
    each: Lane,
    { run, place: w, title, fate }: Runner,
    y: number,
    state: RaceState,
  ): void {
    const { plot } = this;
    const { window, from } = state;
    const lift = Math.min(20, (plot.y(1) - plot.y(2)) * 0.36);
    const isOut = !(w >= window[0] && w <= window[1]);
    const at = (step: number): number => run[Math.min(step, run.length - 1)]!;
    put(each.rail, { x1: plot.left, x2: plot.right, y1: y, y2: y });
    write(each.name, title);
    put(each.name, { x: plot.left + 6, y: y - lift });
    write(
      each.status,
      fate ? told(fate, plot.right - plot.left < 29 * plot.em) : `w = ${fixed(w, 3)}`,
    );
    show(each.status, !state.guessing);
    each.status.classList.toggle("bad", fate !== null);
    put(each.status, { x: plot.right - 4, y: y - lift });
    show(each.runner, !isOut);
    show(each.tail, !isOut && from > 0);
    const px = plot.x(Math.max(window[0] - 1, Math.min(window[1] + 1, w)));
    put(each.runner, { transform: `translate(${px.toFixed(1)},${y.toFixed(1)})` });
    const previous = at(Math.max(0, from - (w === at(from) ? 1 : 0)));
    const back = Math.max(plot.left - 200, Math.min(plot.right + 200, plot.x(previous)));
    put(each.tail, { d: `M${px},${y - 6}L${back},${y}L${px},${y + 6}Z` });
    const trail = run.slice(0, from + 1).filter((p) => p >= window[0] && p <= window[1]);
    while (each.trail.childElementCount > trail.length) each.trail.lastChild!.remove();
    while (each.trail.childElementCount < trail.length) {
      each.trail.append(s("circle", { class: "trail-dot", r: 3 }));
    }
    trail.forEach((p, k) => put(each.trail.children[k]!, { cx: plot.x(p), cy: y }));
    show(each.flag, isOut);
    if (!isOut) return;
    const width = this.#nameWidths.get(title) ?? each.name.getComputedTextLength();
    this.#nameWidths.set(title, width);
    const near = plot.left + width + 18;
    put(each.flag, { transform: `translate(${near},${y - lift})` });
    const number = Math.abs(w) >= 1e4 ? powered(w) : fixed(w, 2);
    write(each.flagText, w < window[0] ? `⚑ ← ${number}` : `⚑ → ${number}`);
  }

  #badge(which: Which): Handle {
    const { lane, move, moved } = this.#options;
    const handle = new Handle(this.plot, {
      name: `guess-${which}`,
      label: t(which === "first" ? "guess-first" : "guess-last"),
      kind: "guess",
      low: 1,
      high: GUESSED,
      step: 1,
      bigStep: 1,
      fromPointer: (_, y) => y,
      value: () => GUESSED - lane(which),
      text: (level) => this.#last?.runners[GUESSED - level]?.title ?? String(level),
      change: (level, how) => move(which, GUESSED - level, how),
      end: moved,
      radius: 15,
    });
    handle.element.append(
      s(
        "text",
        { class: "badge-text", "text-anchor": "middle", y: 5 },
        t(which === "first" ? "badge-first" : "badge-last"),
      ),
    );
    this.plot.over.append(handle.element);
    return handle;
  }
}

const BRIEF: Partial<Record<Key, Key>> = {
  "fate-past": "fate-past-brief",
  "fate-gone": "fate-past-brief",
  "fate-diverges": "fate-diverges-brief",
};

/** What happened to a runner; a narrow picture has no room for the step. */
function told({ key, at }: { key: Key; at: number }, narrow: boolean): string {
  const brief = narrow ? BRIEF[key] : undefined;
  return brief ? t(brief) : t(key, { step: String(at) });
}

function lane(name: string, i: number): Lane {
  const flagText = s("text", { class: "flag-text" });
  return {
    all: s("g"),
    rail: s("line", { class: "rail" }),
    name: s("text", { class: "title" }),
    status: s("text", { class: "status", "text-anchor": "end", "data-kedou": `fate-${name}` }),
    trail: s("g"),
    tail: s("path", { class: "runner-tail" }),
    runner: runner(i),
    flag: s("g", { "data-kedou": `flag-${name}` }, flagText),
    flagText,
  };
}
