/** The model of a page without a kernel: values in memory, listeners told of changes. */

import type { HostModel } from "../view/mount.ts";

export class LocalModel implements HostModel {
  #values: Map<string, unknown>;
  #listeners = new Map<string, Set<() => void>>();

  constructor(values: Record<string, unknown>) {
    this.#values = new Map(Object.entries(values));
  }

  get(name: string): unknown {
    return this.#values.get(name) ?? null;
  }

  set(name: string, value: unknown): void {
    this.#values.set(name, value);
    for (const listener of this.#listeners.get(`change:${name}`) ?? []) listener();
  }

  on(event: string, listener: () => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  off(event: string, listener: () => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  save_changes(): void {}

  send(): void {}
}
