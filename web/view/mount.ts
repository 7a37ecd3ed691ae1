/**
 * The front end as an anywidget module: a host brings a model (get, set, on, off, save_changes,
 * send) and an element, and gets a chapter or the cover. What is synced is the state, one small
 * JSON object that is replaced and never changed.
 */

import { entryOf } from "./chapters/index.ts";
import { openCover, readCover } from "./cover.ts";
import type { Services } from "./kit/stage.ts";
import { Stage } from "./kit/stage.ts";
import { Misshapen } from "./kit/shape.ts";
import { setLanguage, type Language } from "./kit/words.ts";

export interface HostModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
  save_changes(): void;
  send(message: unknown): void;
}

export interface Mounted {
  beat(by: 1 | -1): void;
  undo(): void;
  redo(): void;
  destroy(): void;
}

/** Show what the model names: `chapter`, `lang`, and `state` where there is one. */
export function render(
  { model, el }: { model: HostModel; el: HTMLElement },
  services: Services = {},
): Mounted {
  setLanguage(model.get("lang") as Language);
  const entry = entryOf(model.get("chapter") as string | null);
  if (!entry) return openCover(el, model, services);
  const { lesson } = entry;
  const given = model.get("state") ?? null;
  const stage = new Stage(lesson, given === null ? lesson.first : lesson.read(given), services);
  let own: unknown = stage.state;
  stage.store.subscribe((state) => {
    own = state;
    model.set("state", state);
    model.save_changes();
  });
  const heard = (): void => {
    const state = model.get("state");
    if (state === own || state === null || state === undefined) return;
    try {
      stage.store.set(lesson.read(state) as object);
    } catch (error) {
      if (!(error instanceof Misshapen)) throw error;
    }
  };
  model.on("change:state", heard);
  el.replaceChildren(stage.element);
  return {
    beat: (by) => stage.beat(by),
    undo: () => stage.store.undo(),
    redo: () => stage.store.redo(),
    destroy: () => {
      model.off("change:state", heard);
      stage.destroy();
    },
  };
}

/** Read a state that came from outside; throws `Misshapen` where it is none of that chapter's. */
export function checkState(chapter: string, state: unknown): void {
  if (chapter === "cover") return void readCover(state);
  const entry = entryOf(chapter);
  if (!entry) throw new Misshapen();
  entry.lesson.read(state);
}
