/** Names that came from outside, as they can stand among other words. */

const WRITTEN_LEFTWARDS =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff]/;

/** Keep a name that is written right to left, or turns the text around, from turning its neighbours. */
export function isolated(name: string): string {
  return WRITTEN_LEFTWARDS.test(name) ? `\u2068${name}\u2069` : name;
}

/** Shorten a name in its middle: names of one table often begin alike. */
export function clipped(name: string, most: number): string {
  const letters = [...name];
  if (letters.length <= most) return name;
  const tail = Math.floor((most - 1) / 2);
  return `${letters.slice(0, most - 1 - tail).join("")}…${letters.slice(letters.length - tail).join("")}`;
}

/** What an object of a learner's choices says of a name; nothing that every object has. */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
