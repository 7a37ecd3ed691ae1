/**
 * Keys in a notebook. JupyterLab looks at every key before the widget does, and its command mode
 * has a meaning for most: D D deletes the cell. It leaves alone what happens inside
 * `data-lm-suppress-shortcuts`, so that attribute is there for keys that are the widget's, and
 * only for them: Ctrl+S still saves the notebook, Shift+Enter still runs the cell.
 */

import type { Mounted } from "../view/mount.ts";
import { pressed } from "./keys.ts";

const SUPPRESS = "data-lm-suppress-shortcuts";
/** Ctrl with these is a field's own: all, copy, cut, paste, undo, redo. */
const EDITING = "acvxyz";

export function takesKeys(root: HTMLElement, mounted: Mounted, project: () => void): () => void {
  const before = (event: KeyboardEvent): void => {
    if (!event.composedPath().includes(root)) return;
    const ours = isOurs(event);
    root.toggleAttribute(SUPPRESS, ours);
    // Some keys are bound to whatever has the focus, which is looked at first (Notebook 7).
    if (event.target instanceof Element) event.target.toggleAttribute(SUPPRESS, ours);
  };
  const after = (event: KeyboardEvent): void => {
    if (!isOurs(event)) return;
    pressed(event, mounted, project);
    event.stopPropagation();
  };
  // A window hears first of all, before the notebook's own listener on the document.
  window.addEventListener("keydown", before, { capture: true });
  root.addEventListener("keydown", after);
  return () => {
    window.removeEventListener("keydown", before, { capture: true });
    root.removeEventListener("keydown", after);
  };
}

/** Whether a key is the widget's; the others stay the notebook's. */
function isOurs(event: KeyboardEvent): boolean {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  const at = event.composedPath()[0];
  const isTyped = at instanceof HTMLElement && at.matches("input, textarea, select");
  if (altKey || key === "Escape") return false;
  if (ctrlKey || metaKey) {
    const letter = key.toLowerCase();
    return isTyped ? EDITING.includes(letter) : letter === "z" || letter === "y" || letter === "c";
  }
  return !(shiftKey && key === "Enter");
}
