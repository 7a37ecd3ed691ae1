/**
 * The state of a chapter: one small JSON object, replaced and never changed.
 *
 * A drag or a burst of key presses is one entry of the history: entries with the same tag merge
 * until `seal` is called. "quiet" changes (a run that plays) leave no entry.
 */

export class Store<S extends object> {
  #state: S;
  #past: S[] = [];
  #future: S[] = [];
  #tag: string | null = null;
  #listeners = new Set<(state: S) => void>();

  constructor(state: S) {
    this.#state = state;
  }

  get state(): S {
    return this.#state;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  subscribe(listener: (state: S) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(patch: Partial<S>, tag: string | null = null): void {
    const next = { ...this.#state, ...patch };
    const same = (Object.keys(patch) as (keyof S)[]).every(
      (key) => JSON.stringify(this.#state[key]) === JSON.stringify(next[key]),
    );
    if (same) return;
    if (tag !== "quiet" && !(tag !== null && tag === this.#tag)) {
      this.#past.push(this.#state);
      if (this.#past.length > 200) this.#past.shift();
    }
    if (tag !== "quiet") {
      this.#tag = tag;
      this.#future = [];
    }
    this.#replace(next);
  }

  /** End a drag: the next change is an entry of its own. */
  seal(): void {
    this.#tag = null;
  }

  undo(): void {
    const before = this.#past.pop();
    if (before === undefined) return;
    this.#future.push(this.#state);
    this.#tag = null;
    this.#replace(before);
  }

  redo(): void {
    const after = this.#future.pop();
    if (after === undefined) return;
    this.#past.push(this.#state);
    this.#tag = null;
    this.#replace(after);
  }

  #replace(state: S): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
