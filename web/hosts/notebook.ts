/**
 * A chapter in a notebook: JupyterLab, Notebook, VS Code, Colab, marimo. The notebook brings a
 * model that Python has too; what is synced is one value, `wire`: the state, who wrote it, and the
 * number of the writing. A view does not listen to what it has written itself, so that an echo that
 * comes back while a hand drags never pulls the hand back.
 */

import { h, show } from "../view/kit/dom.ts";
import type { Mine, Services } from "../view/kit/stage.ts";
import { t, tied } from "../view/kit/words.ts";
import { renderLesson, type HostModel } from "../view/mount.ts";
import { entryOf } from "../view/chapters/index.ts";
import { runLesson, type RunContent } from "../view/run/run.ts";
import { takesKeys } from "./notebook-keys.ts";
import { followTheme } from "./notebook-theme.ts";
import { pythonCall } from "./python-call.ts";

/** What a notebook's own model can do. */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
  save_changes(): void;
}

/** A state on its way between Python and a view. */
export interface Wire {
  readonly state: unknown;
  readonly by: string;
  readonly number: number;
}

let views = 0;

export function render({ model, el }: { model: WidgetModel; el: HTMLElement }): () => void {
  const chapter = model.get("chapter");
  // A model that was closed, or that a notebook kept only in part, has nothing to show.
  if (typeof chapter !== "string") return () => undefined;
  const wire = new WiredModel(model);
  const main = h("div", {});
  const notice = h("p", { class: "notice", role: "alert", "data-kedou": "notice", hidden: true });
  const root = h(
    "div",
    { class: "kedou kedou-widget", "data-kedou": "widget", lang: String(model.get("lang")) },
    notice,
    main,
  );
  main.classList.toggle("is-cover", chapter === "cover");
  const project = (): void => {
    root.toggleAttribute("data-projector");
    window.dispatchEvent(new Event("resize"));
  };
  const services: Services = {
    project,
    ...(model.get("content") ? {} : { cell: pythonCall }),
    refused: (kept) => {
      show(notice, kept !== null);
      if (kept === null) return;
      notice.textContent = t("widget-refused");
      wire.set("state", kept);
      wire.save_changes();
    },
    mine: mineOf(model),
  };
  el.replaceChildren(root);
  const letThemeGo = followTheme(root);
  const content = model.get("content") as RunContent | undefined;
  const lesson = content ? runLesson(content) : (entryOf(chapter)?.lesson ?? null);
  const mounted = renderLesson(lesson, { model: wire, el: main }, services);
  const letKeysGo = takesKeys(root, mounted, project);
  return () => {
    mounted.destroy();
    letKeysGo();
    letThemeGo();
    root.remove();
  };
}

function mineOf(model: WidgetModel): Mine | null {
  if (model.get("mine_name") === undefined) return null;
  return {
    now: () => {
      const [name, found] = [model.get("mine_name"), model.get("mine_found")];
      return typeof name === "string" && found ? { name, found } : null;
    },
    hear: (listener) => {
      const heard = tied(listener);
      model.on("change:mine_found", heard);
      return () => model.off("change:mine_found", heard);
    },
  };
}

/** The notebook's model as the views know one. */
class WiredModel implements HostModel {
  #model: WidgetModel;
  #name = `view-${Math.random().toString(36).slice(2, 10)}-${++views}`;
  #number = 0;
  #hearing = new Map<() => void, () => void>();

  constructor(model: WidgetModel) {
    this.#model = model;
  }

  get(name: string): unknown {
    return name === "state" ? this.#wire.state : this.#model.get(name);
  }

  set(name: string, value: unknown): void {
    if (name !== "state") return;
    const wire: Wire = { state: value, by: this.#name, number: ++this.#number };
    this.#model.set("wire", wire);
  }

  on(event: string, listener: () => void): void {
    if (event !== "change:state") return;
    const heard = (): void => {
      if (this.#wire.by !== this.#name) listener();
    };
    this.#hearing.set(listener, heard);
    this.#model.on("change:wire", heard);
  }

  off(_: string, listener: () => void): void {
    const heard = this.#hearing.get(listener);
    if (heard) this.#model.off("change:wire", heard);
    this.#hearing.delete(listener);
  }

  save_changes(): void {
    this.#model.save_changes();
  }

  send(): void {}

  get #wire(): Wire {
    return this.#model.get("wire") as Wire;
  }
}
