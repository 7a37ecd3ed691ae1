/** The line of Python that shows a chapter in a state: what a notebook shares instead of a link. */

import { entryOf } from "../view/chapters/index.ts";

export function pythonCall(chapter: string, state: unknown): string {
  const first = (entryOf(chapter)?.lesson.first ?? {}) as Record<string, unknown>;
  const given = Object.entries(state as Record<string, unknown>)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(first[name]))
    .map(([name, value]) => `${name}=${python(value)}`);
  return `kd.lab.${chapter.replaceAll("-", "_")}(${given.join(", ")})`;
}

/** A value of a state as Python writes it. */
function python(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") {
    const parts = Object.entries(value).map(([name, each]) => `${python(name)}: ${python(each)}`);
    return `{${parts.join(", ")}}`;
  }
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
