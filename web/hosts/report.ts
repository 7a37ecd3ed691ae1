/** A report in a file of its own: the same front end, with nothing behind it. */

import { Stage, type Services } from "../view/kit/stage.ts";
import { setLanguage, type Language } from "../view/kit/words.ts";
import { readContent } from "../view/report/content.ts";
import { reportLesson } from "../view/report/report.ts";
import type { Mounted } from "../view/mount.ts";

/** The content that Python has put into the page; null where the page is no report. */
export function reportText(): string | null {
  return document.getElementById("kedou-report")?.textContent ?? null;
}

/** Open a report; its services are asked for when its language is known. */
export function openReport(text: string, el: HTMLElement, services: () => Services): Mounted {
  const content = readContent(text);
  const language: Language = content.language === "en" ? "en" : "zh-CN";
  setLanguage(language);
  document.documentElement.lang = language;
  document.title = content.title;
  const lesson = reportLesson(content);
  const stage = new Stage(lesson, lesson.first, services());
  el.replaceChildren(stage.element);
  return {
    beat: (by) => stage.beat(by),
    undo: () => stage.store.undo(),
    redo: () => stage.store.redo(),
    destroy: () => stage.destroy(),
  };
}
