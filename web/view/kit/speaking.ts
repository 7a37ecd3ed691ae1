/** Which language is spoken where a hand is. */

import { setLanguage, type Language } from "./words.ts";

/** What a hand may do; `focus`, `blur` and `toggle` do not bubble, and are seen on the way down. */
const DEEDS = [
  ...["pointerdown", "pointermove", "pointerup", "pointercancel", "lostpointercapture"],
  ...["click", "dblclick", "keydown", "input", "change", "focus", "blur", "toggle"],
  ...["dragenter", "dragover", "dragleave", "drop", "contentvisibilityautostatechange"],
] as const;

/** Whatever happens inside an element from now on happens in this language, until it is let go. */
export function speakIn(element: HTMLElement, chosen: Language): () => void {
  const listening = new AbortController();
  const speak = (): void => setLanguage(chosen);
  for (const deed of DEEDS) {
    element.addEventListener(deed, speak, { capture: true, signal: listening.signal });
  }
  speak();
  return () => listening.abort();
}
