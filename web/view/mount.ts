/**
 * The front end as an anywidget module: a host brings a model (get, set, on, off, save_changes,
 * send) and an element, and gets a chapter or the cover. What is synced is the state, one small
 * JSON object that is replaced and never changed.
 */

import { entryOf } from "./chapters/index.ts";
import { openCover, readCover } from "./cover.ts";
import type { Lesson, Services } from "./kit/stage.ts";
import { Stage } from "./kit/stage.ts";
import { Misshapen } from "./kit/shape.ts";
import { speakIn } from "./kit/speaking.ts";
import { tied, type Language } from "./kit/words.ts";

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
  const entry = entryOf(model.get("chapter") as string | null);
  return renderLesson(entry?.lesson ?? null, { model, el }, services);
}

/** Show a lesson that need not be a chapter; null is the cover. */
export function renderLesson(
  lesson: Lesson<any> | null,
  { model, el }: { model: HostModel; el: HTMLElement },
  services: Services = {},
): Mounted {
  const silence = speakIn(el, model.get("lang") as Language);
  const mounted = lesson
    ? openChapter(lesson, el, model, services)
    : openCover(el, model, services);
  return {
    ...mounted,
    destroy: () => {
      silence();
      mounted.destroy();
    },
  };
}

function openChapter(
  lesson: Lesson<any>,
  el: HTMLElement,
  model: HostModel,
  services: Services,
): Mounted {
  const given = model.get("state") ?? null;
  let first: object = lesson.first;
  try {
    if (given !== null) first = lesson.read(given);
  } catch (error) {
    // The page has read what it gives; of a notebook, this is said, and Python told what stays.
    if (!(error instanceof Misshapen) || !services.refused) throw error;
    queueMicrotask(() => services.refused!(lesson.first));
  }
  const stage = new Stage(lesson, first, services);
  let own: unknown = stage.state;
  stage.store.subscribe((state) => {
    own = state;
    model.set("state", state);
    model.save_changes();
  });
  const heard = tied((): void => {
    const state = model.get("state");
    if (state === own || state === null || state === undefined) return;
    try {
      stage.store.set(lesson.read(state) as object);
      services.refused?.(null);
    } catch (error) {
      if (!(error instanceof Misshapen)) throw error;
      services.refused?.(stage.state);
    }
  });
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
