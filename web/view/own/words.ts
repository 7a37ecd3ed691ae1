/** Numbers as they stand in sentences about tables. */

import { currentLanguage, t, type Key } from "../kit/words.ts";

export function rowsText(rows: number): string {
  return rows.toLocaleString(currentLanguage());
}

export function sizeText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size >= 100 || unit === 0 ? Math.round(size) : Number(size.toPrecision(2))} ${units[unit]}`;
}

export function secondsText(seconds: number): string {
  if (seconds < 1) return t("own-second-less");
  if (seconds < 90) return t("own-seconds", { seconds: String(Math.round(seconds)) });
  return t("own-minutes", { minutes: String(Math.round(seconds / 60)) });
}

/** A parameter as it is called on screen: a column's name is the data's, "intercept" is ours. */
export function parameterName(names: readonly string[], k: number, j: number): string {
  return j < k ? names[j]! : t("own-intercept");
}

export function named(prefix: string, name: string): Key {
  return `${prefix}-${name}` as Key;
}
