/** What a date counts as: days since 1970-01-01, and the levels of its weekday and its month. */

const MS_PER_DAY = 86_400_000;

/** Return the levels under the names that columns made of a date carry behind the date's own. */
export function datePartsOf(days: number): { readonly weekday: string; readonly month: string } {
  const whole = Math.floor(days);
  const weekday = ((((whole + 3) % 7) + 7) % 7) + 1; // day 0 was a Thursday, Monday is 1
  const month = new Date(whole * MS_PER_DAY).getUTCMonth() + 1;
  return { weekday: String(weekday), month: String(month) };
}

/** Write days as year-month-day. */
export function isoDate(days: number): string {
  const date = new Date(Math.floor(days) * MS_PER_DAY);
  return Number.isFinite(date.getTime()) ? date.toISOString().slice(0, 10) : "";
}

/** Read year-month-day as days; null where it is none. */
export function daysOf(text: string): number | null {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(time) ? time / MS_PER_DAY : null;
}
