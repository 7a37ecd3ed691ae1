/**
 * Where the page lives, and so what the addresses of chapters are. A lab has one page, which
 * `?chapter=NAME` sends to a chapter. A chapter in a file of its own opens on that chapter, its
 * home, and the others are in it too. A folder for a plain web server has a page for each.
 */

import type { Language } from "../view/kit/words.ts";

const COVER = "cover";
const { home, site, lang } = document.documentElement.dataset;

/** The language the page was written out to open in; null where the reader's browser decides. */
export const writtenIn: string | null = lang ?? null;

/** The chapter that an address asks for; "cover" is one. */
export function askedFor(query: URLSearchParams): string {
  return query.get("chapter") ?? home ?? COVER;
}

/** The address of a chapter, relative to this page; null is the cover. */
export function address(chapter: string | null, language: Language): string {
  const name = chapter ?? COVER;
  const query = new URLSearchParams();
  if (!isElsewhere(chapter) && name !== (home ?? COVER)) query.set("chapter", name);
  query.set("lang", language);
  const file = isElsewhere(chapter) ? (chapter === null ? "index.html" : `${name}.html`) : "";
  return `${file}?${query}`;
}

/** Whether a chapter has a page of its own that is not this one. */
export function isElsewhere(chapter: string | null): boolean {
  return site !== undefined && (chapter ?? COVER) !== home;
}
