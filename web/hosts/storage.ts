/**
 * What the browser keeps for this learner, and nobody else sees. Where that is forbidden, as in the
 * frame of a notebook, it holds for as long as the page is open.
 */

import { checkState } from "../view/mount.ts";
import { Misshapen } from "../view/kit/shape.ts";

type Name = "language" | "theme" | "solved";

const meanwhile = new Map<Name, string>();

export function kept(name: Name): string | null {
  try {
    return localStorage.getItem(`kedou.${name}`);
  } catch {
    return meanwhile.get(name) ?? null;
  }
}

export function keep(name: Name, value: string): void {
  try {
    localStorage.setItem(`kedou.${name}`, value);
  } catch {
    meanwhile.set(name, value);
  }
}

/** Keep where a learner was in a chapter, for as long as this tab is open. */
export function keepPlace(chapter: string, state: unknown): void {
  try {
    sessionStorage.setItem(`kedou.place.${chapter}`, JSON.stringify(state));
  } catch {
    // A state that is too large, or a browser that keeps nothing: the chapter begins anew.
  }
}

/** Where a learner was in a chapter; null where nothing is kept, or nothing that makes sense. */
export function keptPlace(chapter: string): unknown {
  try {
    const state: unknown = JSON.parse(sessionStorage.getItem(`kedou.place.${chapter}`) ?? "null");
    if (state !== null) checkState(chapter, state);
    return state;
  } catch (error) {
    if (error instanceof Misshapen || error instanceof SyntaxError) return null;
    if (error instanceof DOMException) return null;
    throw error;
  }
}
