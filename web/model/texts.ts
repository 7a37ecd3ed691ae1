/**
 * Words, apart from the code that decides what to say: a template and values become a sentence.
 *
 * The rule for values is Python's (`kedou.texts.show`): text as it is, counts with thousands
 * commas, other numbers with four significant digits (`numberText`), lists joined by ", ".
 */

import { type Message, type Value, type Values, isCount, isMessage } from "./message.ts";

/** All sentences of one language: area -> key -> template, as in assets/texts. */
export type Catalogue = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Write one value as it stands in a sentence; a message becomes its own sentence. */
export function show(value: Value, catalogue: Catalogue = {}): string {
  if (typeof value === "string") return value;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberText(value, 4);
  if (isCount(value)) return separated(String(value.count));
  if (isMessage(value)) return sentence(value, catalogue);
  const parts = value.map((part) => show(part, catalogue));
  return parts.join(isMessage(value[0]) ? " " : ", ");
}

/** Return the sentence that `code` ("area.key") stands for, its placeholders filled. */
export function say(code: string, values: Values, catalogue: Catalogue): string {
  const dot = code.indexOf(".");
  const template = catalogue[code.slice(0, dot)]?.[code.slice(dot + 1)];
  if (template === undefined) throw new Error(`no sentence for ${code}`);
  return fill(template, values, catalogue);
}

/** Return the sentence of a message. */
export function sentence(message: Message, catalogue: Catalogue): string {
  return say(message.code, message.values, catalogue);
}

function fill(template: string, values: Values, catalogue: Catalogue): string {
  return template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (found, name: string | undefined) => {
    if (name === undefined) return found[0]!;
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}} in "${template}"`);
    return show(value, catalogue);
  });
}

function separated(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** From here on a number is written with a power of ten. */
export const LEAST_POWER = 1e7;

/**
 * Write a number for people, as Python's `kedou.texts.number` does: so many significant digits, all
 * those before the point, commas between thousands; powers of ten from ten million up.
 */
export function numberText(value: number, digits: number): string {
  const text = formatG(value, digits);
  const whole = text.includes("e+") && Math.abs(value) < LEAST_POWER;
  if (text.includes("e") && !whole) return text;
  const [before, after] = (whole ? String(nearest(value)) : text).split(".") as [string, string?];
  return after === undefined ? separated(before) : `${separated(before)}.${after}`;
}

/** Return the nearest whole number, the even one of two. */
function nearest(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/**
 * Write a number like Python's `%.{digits}g`: that many significant digits, trailing zeros cut,
 * an exponent of two digits or more from 10^digits up and below 1e-4; exact ties to even.
 */
export function formatG(value: number, digits: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return `${sign}0`;
  const [mantissa, exponent] = rounded(Math.abs(value), digits);
  if (exponent < -4 || exponent >= digits) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${cut(point(mantissa, 1))}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent >= 0) return sign + cut(point(mantissa, exponent + 1));
  return sign + cut(`0.${"0".repeat(-exponent - 1)}${mantissa}`);
}

/** Return the digits and the decimal exponent of a positive number, rounded half to even. */
function rounded(value: number, digits: number): [string, number] {
  // toExponential rounds ties up; 40 more digits show whether it was a tie at all.
  const [near, power] = parts(value.toExponential(digits - 1));
  const [long, exponent] = parts(value.toExponential(digits + 39));
  const isTie = /^50*$/.test(long.slice(digits));
  const below = long.slice(0, digits);
  return isTie && Number(below.at(-1)) % 2 === 0 ? [below, exponent] : [near, power];
}

function parts(text: string): [string, number] {
  const [mantissa, exponent] = text.split("e") as [string, string];
  return [mantissa.replace(".", ""), Number(exponent)];
}

function point(digits: string, place: number): string {
  return place >= digits.length ? digits : `${digits.slice(0, place)}.${digits.slice(place)}`;
}

function cut(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
