/**
 * The one file of the front end. A page that has a place for it becomes the lesson; a notebook
 * takes what is exported, an anywidget module, and gives it a place and a model.
 */

import "../style/tokens.css";
import "../style/pictures.css";
import "../style/page.css";
import "../style/host-page.css";
import "../style/chapters/index.css";
import "../style/host-notebook.css";
import "./page.ts";
import { entryOf } from "../view/chapters/index.ts";
import { COVER_FIRST, readCover } from "../view/cover.ts";
import { render } from "./notebook.ts";

/** The state a chapter begins with, and how it reads one: what Python is held to. */
export const states = {
  first: (chapter: string): unknown => entryOf(chapter)?.lesson.first ?? COVER_FIRST,
  read: (chapter: string, state: unknown): unknown =>
    (entryOf(chapter)?.lesson.read ?? readCover)(state),
};

export default { render };
