/**
 * An error of the model: a code and values, like every message; the words are in the catalogue.
 */

import type { Message, Values } from "./message.ts";

export class ModelError extends Error implements Message {
  readonly code: string;
  readonly values: Values;

  constructor(code: string, values: Values = {}) {
    super(`${code} ${JSON.stringify(values)}`);
    this.name = "ModelError";
    this.code = code;
    this.values = values;
  }
}
