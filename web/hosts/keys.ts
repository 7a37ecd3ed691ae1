/** The keys that a whole chapter knows; those of a handle or a field are its own. */

import type { Mounted } from "../view/mount.ts";

/** Do what a key asks for; false where it asks for nothing. */
export function pressed(event: KeyboardEvent, mounted: Mounted, project: () => void): boolean {
  const at = event.composedPath()[0];
  const typing = at instanceof HTMLElement && at.matches("input, textarea");
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (typing) return false;
  if (command && !event.altKey && key === "z") {
    event.preventDefault();
    if (event.shiftKey) mounted.redo();
    else mounted.undo();
  } else if (command && key === "y") {
    event.preventDefault();
    mounted.redo();
  } else if (command || event.altKey) return false;
  else if (key === "p") project();
  else if (key === "pagedown" || key === "pageup") {
    event.preventDefault();
    mounted.beat(key === "pagedown" ? 1 : -1);
  } else return false;
  return true;
}
