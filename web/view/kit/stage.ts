/**
 * What every chapter stands on: its state, its parts of the page, its drawers.
 *
 * A chapter is a name, the shape of its state, and `open`, which fills the parts and returns how
 * to paint a state. All pictures of one state are painted in the same frame.
 */

import { Slider, Transport, button } from "./controls.ts";
import { h, show, write } from "./dom.ts";
import { copyText, savePng, saveSvg } from "./export.ts";
import { aheadOfFrame, inNextFrame } from "./frames.ts";
import { Live } from "./live.ts";
import { Player } from "./player.ts";
import type { Plot } from "./plot.ts";
import type { Shape } from "./shape.ts";
import { Store } from "./store.ts";
import { t, tied } from "./words.ts";
import type { Engine } from "../own/engine.ts";

export interface Lesson<S extends object> {
  readonly name: string;
  readonly title: () => string;
  readonly lead: () => string;
  readonly read: Shape<S>;
  readonly first: S;
  /** Places PageUp and PageDown walk through, each as a change of the first state. */
  readonly beats: readonly Partial<S>[];
  /** Whether a page that is loaded again comes back to where the learner was. */
  readonly returns?: boolean;
  open(stage: Stage<S>): View<S>;
}

export interface View<S> {
  paint(state: S): void;
  /** The lines of Python for exactly what is on screen. */
  snippet(state: S): string;
  /** Whether the state shows that the guess has been made rightly. */
  solved?(state: S): boolean;
  destroy?(): void;
}

/** What a host offers; a notebook offers less than a page. */
export interface Services {
  readonly link?: (chapter: string, state: unknown) => string;
  readonly solved?: (chapter: string) => void;
  readonly next?: HTMLElement | null;
  readonly theme?: HTMLElement | null;
  readonly project?: () => void;
  /** What reads a learner's own file; none where there is no Python behind the page. */
  readonly engine?: Engine | null;
  /** The line of Python that brings a state back: where there is no address to share. */
  readonly cell?: (chapter: string, state: unknown) => string;
  /** A state from outside was none of this chapter's, and this is what stays; null: it was one. */
  readonly refused?: (kept: unknown) => void;
  /** A learner's own function that Python races. */
  readonly mine?: Mine | null;
}

/** What Python found when it raced a learner's own function; `hear` tells of every new finding. */
export interface Mine {
  now(): { readonly name: string; readonly found: unknown } | null;
  hear(listener: () => void): () => void;
}

export interface PlayerOptions<S> {
  readonly also?: (to: number) => Partial<S>;
  readonly after?: (step: number) => number;
  /** How many times faster a step is played, by its number. */
  readonly pace?: (step: number) => number;
}

export class Stage<S extends object> {
  readonly store: Store<S>;
  readonly live = new Live();
  readonly lead = h("p", { class: "lead", "data-kedou": "lead" });
  readonly scene: HTMLElement;
  readonly side = h("section", { class: "side" });
  readonly dock = h("section", { class: "dock" });
  /** The chapter's own things behind "more". */
  readonly extras = h("div", { class: "extras" });
  readonly element: HTMLElement;
  player: Player | null = null;
  #lesson: Lesson<S>;
  readonly services: Services;
  #view: View<S> | null = null;
  #plots: Plot[] = [];
  #transport: Transport | null = null;
  #beat = 0;
  #code = h("code", { "data-kedou": "snippet" });
  #python: HTMLDetailsElement;
  #more: HTMLDetailsElement;
  #undo: HTMLButtonElement;
  #redo: HTMLButtonElement;
  #pictures: readonly HTMLButtonElement[] = [];
  #wasSolved = false;
  #unsubscribe: () => void;
  #repaint = tied(() => this.#paint());

  constructor(lesson: Lesson<S>, state: S, services: Services) {
    this.#lesson = lesson;
    this.services = services;
    this.store = new Store(state);
    this.lead.textContent = lesson.lead();
    this.scene = h("section", { class: "scene", "aria-label": t("pictures") });
    this.#undo = button("undo", t("undo"), () => this.store.undo());
    this.#redo = button("redo", t("redo"), () => this.store.redo());
    this.#python = this.#makePython();
    this.#more = this.#makeMore();
    this.element = h(
      "article",
      {
        class: `lesson lesson-${lesson.name}`,
        "data-kedou": "chapter",
        "data-chapter": lesson.name,
      },
      h("header", { class: "head" }, h("h1", { tabindex: -1 }, lesson.title()), this.lead),
      this.scene,
      this.side,
      this.dock,
      h("div", { class: "drawers" }, this.#python, this.#more),
      this.live.element,
    );
    this.#view = lesson.open(this);
    if (services.next) this.side.append(services.next);
    show(this.dock, this.dock.childElementCount > 0);
    if (this.extras.childElementCount === 0) this.extras.remove();
    this.#unsubscribe = this.store.subscribe(() => {
      this.player?.follow();
      this.repaint();
    });
    this.#paint();
  }

  get state(): S {
    return this.store.state;
  }

  repaint(): void {
    inNextFrame(this.#repaint);
  }

  /**
   * Paint before the next frame is due, so that only what the browser does itself is left to it.
   * `told` is the time stamp of the event that asks for it.
   */
  repaintAhead(told: number): void {
    aheadOfFrame(this.#repaint, told);
  }

  addPlot(plot: Plot, className: string): HTMLElement {
    this.#plots.push(plot);
    const frame = h("div", { class: `picture ${className}` });
    frame.append(plot.svg);
    this.scene.append(frame);
    return frame;
  }

  /** Save and destroy a plot with the chapter, wherever it stands. */
  keepPlot(plot: Plot): void {
    this.#plots.push(plot);
  }

  /**
   * Give the chapter a transport bar for the recorded run whose step is `key` of the state (null:
   * the last one). `also` says what else of the state a step changes, `after` which step playing
   * shows after one, `pace` how fast.
   */
  addPlayer<K extends keyof S>(
    key: K,
    last: (state: S) => number,
    stepLabel: string,
    { also = () => ({}), after, pace }: PlayerOptions<S> = {},
  ): Player {
    const step = (): number => (this.state[key] as number | null) ?? last(this.state);
    const player = new Player({
      step,
      last: () => last(this.state),
      go: (to, how) =>
        this.store.set(
          { ...also(to), [key]: to } as unknown as Partial<S>,
          how === "play" ? "quiet" : how === "scrub" ? "scrub" : null,
        ),
      paint: this.#repaint,
      ...(after ? { after } : {}),
      ...(pace ? { pace } : {}),
    });
    this.player = player;
    this.#transport = new Transport(player, step, () => last(this.state), stepLabel);
    this.dock.append(this.#transport.element);
    const speed = new Slider({
      name: "speed",
      label: t("speed"),
      low: 0.25,
      high: 4,
      step: 0.25,
      decimals: 2,
      value: () => player.speed,
      change: (value) => {
        player.speed = value;
        speed.paint();
      },
    });
    speed.paint();
    this.extras.append(speed.element);
    return player;
  }

  /** Walk to the next or the previous beat. */
  beat(by: 1 | -1): void {
    const { beats, first } = this.#lesson;
    this.#beat = Math.max(0, Math.min(beats.length - 1, this.#beat + by));
    this.player?.pause();
    this.store.set({ ...first, ...beats[this.#beat] });
  }

  destroy(): void {
    this.#unsubscribe();
    this.player?.destroy();
    this.live.stop();
    for (const plot of this.#plots) plot.destroy();
    this.#view?.destroy?.();
  }

  #paint(): void {
    const { state } = this.store;
    const view = this.#view;
    if (!view) return;
    view.paint(state);
    this.#transport?.paint();
    if (this.#python.open) write(this.#code, view.snippet(state));
    if (this.#more.open) {
      this.#undo.disabled = !this.store.canUndo;
      this.#redo.disabled = !this.store.canRedo;
      const none = this.#svgs().length === 0;
      for (const each of this.#pictures) each.disabled = none;
    }
    const solved = view.solved?.(state) ?? false;
    if (solved && !this.#wasSolved) this.services.solved?.(this.#lesson.name);
    this.#wasSolved = solved;
  }

  #makePython(): HTMLDetailsElement {
    const copied = h("span", { class: "note", role: "status" });
    const copy = button("copy-python", t("copy"), () => {
      const tell = tied((done: boolean) => {
        copied.textContent = done ? t("copied") : t("copy-by-hand");
      });
      void copyText(this.#code.textContent ?? "", this.#code).then(tell);
    });
    const details = h(
      "details",
      { class: "drawer", "data-kedou": "python" },
      h("summary", { class: "button plain" }, t("python-title")),
      h(
        "div",
        { class: "drawer-body" },
        h("p", { class: "muted" }, t("python-about")),
        h(
          "pre",
          { tabindex: 0, role: "group", "aria-label": t("python-title"), lang: "en" },
          this.#code,
        ),
        h("div", { class: "row" }, copy, copied),
      ),
    );
    details.addEventListener("toggle", () => {
      copied.textContent = "";
      this.repaint();
    });
    return details;
  }

  /** The pictures that are on screen. */
  #svgs(): SVGSVGElement[] {
    return this.#plots.map((plot) => plot.svg).filter((svg) => svg.clientWidth > 0);
  }

  #makeMore(): HTMLDetailsElement {
    const { link, cell, project, theme } = this.services;
    const note = h("span", { class: "note", role: "status" });
    const address = h("input", {
      type: "text",
      readonly: true,
      class: "address",
      "data-kedou": "share-link",
      "aria-label": t(link ? "share-label" : "cell-label-python"),
      hidden: true,
    });
    const written = link ?? cell;
    const share = button("share", t(link ? "share" : "share-cell"), () => {
      if (!written) return;
      address.value = written(this.#lesson.name, this.state);
      show(address, true);
      address.select();
      const tell = tied((done: boolean) => {
        const copied = link ? t("link-copied") : t("copied");
        note.textContent = done ? copied : t(link ? "link-by-hand" : "copy-by-hand");
      });
      void copyText(address.value, address).then(tell);
    });
    const file = `kedou-${this.#lesson.name}`;
    this.#pictures = [
      button("save-png", "PNG", () => void savePng(this.#svgs(), file)),
      button("save-svg", "SVG", () => saveSvg(this.#svgs(), file)),
    ];
    const details = h(
      "details",
      { class: "drawer", "data-kedou": "more" },
      h("summary", { class: "button plain" }, t("more")),
      h(
        "div",
        { class: "drawer-body" },
        h(
          "div",
          { class: "row" },
          this.#undo,
          this.#redo,
          button("reset", t("reset"), () => {
            this.player?.pause();
            this.store.set(this.#lesson.first);
          }),
          written ? share : null,
          ...this.#pictures,
          project ? button("projector", t("projector"), project) : null,
          theme ?? null,
        ),
        h("div", { class: "row" }, address, note),
        this.extras,
      ),
    );
    details.addEventListener("toggle", this.#repaint);
    return details;
  }
}
