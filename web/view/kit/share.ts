/**
 * A state as a link: `#state=1.CHECK.TEXT`, the version of the format, a checksum and the state as
 * base64url. Everything is in the fragment, so no server ever sees it.
 */

import { Misshapen } from "./shape.ts";

const VERSION = "1";

export interface Shared {
  readonly chapter: string;
  readonly state: unknown;
}

export function fragmentOf(shared: Shared): string {
  const bytes = new TextEncoder().encode(JSON.stringify([shared.chapter, shared.state]));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const text = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `#state=${VERSION}.${checksum(text)}.${text}`;
}

/** Read a fragment: null where it carries no state, `Misshapen` where it is damaged. */
export function sharedIn(fragment: string): Shared | null {
  if (!fragment.startsWith("#state=")) return null;
  const [version, check, text, ...rest] = fragment.slice("#state=".length).split(".");
  if (version !== VERSION || text === undefined || rest.length > 0) throw new Misshapen();
  if (checksum(text) !== check || text.length > 100_000) throw new Misshapen();
  let read: unknown;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (each) => each.charCodeAt(0));
    read = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Misshapen();
  }
  if (!Array.isArray(read) || read.length !== 2 || typeof read[0] !== "string")
    throw new Misshapen();
  return { chapter: read[0], state: read[1] as unknown };
}

/** FNV-1a, 32 bits: enough to notice a link that was cut or mistyped. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
