/** The words of the page: the catalogues that Python reads too, in the language in force. */

import english from "../../../src/kedou/assets/texts/en/page.json";
import chinese from "../../../src/kedou/assets/texts/zh-CN/page.json";
import { say } from "../../model/texts.ts";

export type Language = "en" | "zh-CN";
export type Key = keyof typeof english;

const CATALOGUES = { en: { page: english }, "zh-CN": { page: chinese } } as const;
let language: Language = "zh-CN";

export function setLanguage(chosen: Language): void {
  language = chosen;
}

export function currentLanguage(): Language {
  return language;
}

/** The sentence of `key`; values are given as they shall stand there. */
export function t(key: Key, values: Readonly<Record<string, string>> = {}): string {
  return say(`page.${key}`, values, CATALOGUES[language]);
}
