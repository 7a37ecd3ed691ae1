/** Numbers as they stand on screen: a real minus sign, a fixed number of decimals. */

import { LEAST_POWER, numberText } from "../../model/texts.ts";

const SUPERSCRIPT: Record<string, string> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

/** From here on there is no room for decimals. */
const WIDE = 1e6;

/**
 * Write a number with so many decimals; beyond a million as a sentence does, so that the two can be
 * compared: whole, and with a power of ten from ten million up.
 */
export function fixed(value: number, decimals = 2): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "?";
  if (Math.abs(value) >= LEAST_POWER) return powered(value);
  if (Math.abs(value) >= WIDE) return numberText(value, 4).replace("-", "−");
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/**
 * Write a number as it stands in a sentence, for axes and long ranges: whole up to ten million, or
 * as far as there is room for it.
 */
export function short(value: number, digits = 4, leastPower = LEAST_POWER): string {
  const power = Math.log10(value);
  if (Math.abs(power) >= 6 && Number.isInteger(power)) return `10${raised(power)}`;
  const size = Math.abs(value);
  if (value !== 0 && (size >= leastPower || size < 1e-4)) return powered(value);
  return numberText(value, digits).replace("-", "−");
}

/** Write 7.7e24 as 7.7 × 10²⁴. */
export function powered(value: number): string {
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(1).split("e") as [string, string];
  return `${mantissa.replace("-", "−")} × 10${raised(Number(exponent))}`;
}

function raised(power: number): string {
  return [...String(power)].map((each) => SUPERSCRIPT[each] ?? each).join("");
}

/** Write a place in pixels to a tenth: in half the time of `toFixed`, for paths that move. */
export function tenths(value: number): string {
  const count = Math.round(10 * value);
  const whole = Math.trunc(count / 10);
  const rest = Math.abs(count % 10);
  if (!rest) return String(whole);
  return `${whole === 0 && count < 0 ? "-" : ""}${whole}.${rest}`;
}

/** Write a number with at most so many decimals, without zeros at its end. */
export function trimmed(value: number, decimals = 4): string {
  const text = fixed(value, decimals);
  return text.includes(".") && !text.includes("×") ? text.replace(/\.?0+$/, "") : text;
}

export function signed(value: number, decimals = 2): string {
  const text = fixed(value, decimals);
  return text.startsWith("−") || Number(text) === 0 ? text : `+${text}`;
}

/** Put a number into round brackets where it is negative, as in a product. */
export function bracketed(value: number, decimals = 2): string {
  const text = fixed(value, decimals);
  return text.startsWith("−") ? `(${text})` : text;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Round to a step without leaving digits such as 0.30000000000000004 behind. */
export function snap(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toFixed(10));
}
