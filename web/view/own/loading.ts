/**
 * What has been read for a state, and what is being read: table, look, scan, Python's run. It
 * follows the state: whatever is lacking for the phase the learner is in is asked for, once.
 */

import type { Moments } from "../../model/moments.ts";
import { momentsFromContent } from "../../model/moments-document.ts";
import { Training } from "../../model/training.ts";
import { t } from "../kit/words.ts";
import type { Offers } from "./bring.ts";
import {
  Cancelled,
  type Engine,
  EngineTrouble,
  type Job,
  type Look,
  type Passing,
  type Progress,
  type PythonRun,
  type Scanned,
  type Source,
  type Table,
} from "./engine.ts";
import { overRows, type OverRows, scanOptions, settingsOf, type State } from "./state.ts";

/** Python is asked once the hand has rested for so long. */
const REST = 250;

export interface Loaded {
  readonly offers: Offers | null;
  readonly table: Table | null;
  readonly look: Look | null;
  readonly scanned: Scanned | null;
  readonly training: Training | null;
  /** While a scan goes on: how far, and what can be trained on already. */
  readonly progress: Progress | null;
  readonly scanning: boolean;
  readonly sending: { readonly name: string; readonly share: number } | null;
  readonly python: { readonly key: string; readonly run: PythonRun } | null;
  /** A descent over the rows: mini-batches, or a loss that moments do not carry. */
  readonly passes: Passes | null;
  readonly trouble: string;
}

export interface Passes {
  readonly key: string;
  readonly news: readonly Passing[];
  readonly total: number;
  /** What it ended with; null while it goes on. */
  readonly run: PythonRun | null;
}

const NOTHING: Loaded = {
  offers: null,
  table: null,
  look: null,
  scanned: null,
  training: null,
  progress: null,
  scanning: false,
  sending: null,
  python: null,
  passes: null,
  trouble: "",
};

export class Loading {
  #engine: Engine;
  #changed: () => void;
  #loaded: Loaded = NOTHING;
  #source = "";
  #looked = "";
  #wanted = "";
  #asked = "";
  #job: Job<Scanned> | null = null;
  #upload: Job<Source> | null = null;
  #walk: Job<PythonRun> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #gone = false;

  constructor(engine: Engine, changed: () => void) {
    this.#engine = engine;
    this.#changed = changed;
    void this.#offer();
  }

  get loaded(): Loaded {
    return this.#loaded;
  }

  /** Ask for whatever the state needs and does not have. */
  follow(state: State): void {
    const source = keyOf(state.source);
    if (state.source !== null && source !== this.#source) {
      this.#source = source;
      this.#looked = this.#wanted = this.#asked = "";
      this.#job?.cancel();
      this.#put({ ...NOTHING, offers: this.#loaded.offers });
      void this.#open(state.source);
      return;
    }
    const { table, look, scanned } = this.#loaded;
    if (!table) return;
    const looked = JSON.stringify([table.table, state.target]);
    if (looked !== this.#looked) {
      this.#looked = looked;
      void this.#look(table, state.target, looked);
      return;
    }
    if (!look || (state.phase !== "train" && state.phase !== "use")) return;
    const options = scanOptions(state, table, look);
    const wanted = JSON.stringify(options);
    if (options && wanted !== this.#wanted) {
      this.#wanted = wanted;
      this.#asked = "";
      void this.#scan(options, wanted);
      return;
    }
    if (!scanned) return;
    const over = overRows(state);
    if (over) this.#pass(state, scanned, over);
    else {
      this.#endPasses();
      this.#rest(state, scanned);
    }
  }

  upload(file: File, then: (source: Source) => void): void {
    this.#upload?.cancel();
    const job = this.#engine.upload(file, (share) =>
      this.#put({ sending: { name: file.name, share } }),
    );
    this.#upload = job;
    this.#put({ sending: { name: file.name, share: 0 }, trouble: "" });
    job.done.then(
      (source) => {
        this.#put({ sending: null });
        then(source);
      },
      (error: unknown) => this.#failed(error, { sending: null }),
    );
  }

  cancelUpload(): void {
    this.#upload?.cancel();
  }

  cancelScan(): void {
    this.#job?.cancel();
  }

  /** End a descent over the rows where it is. */
  cancelPasses(): void {
    this.#walk?.cancel();
  }

  /** Try again what failed or was cancelled. */
  forget(): void {
    this.#wanted = "";
    if (!this.#loaded.table) this.#source = "";
    this.#looked = "";
  }

  destroy(): void {
    this.#gone = true;
    this.#job?.cancel();
    this.#walk?.cancel();
    this.#upload?.cancel();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #offer(): Promise<void> {
    try {
      this.#put({ offers: await this.#engine.offers() });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #open(source: Source): Promise<void> {
    const key = this.#source;
    try {
      const table = await this.#engine.open(source);
      if (key !== this.#source) return;
      // The same key in a lab that was started anew is another file.
      if ("name" in source && source.name !== table.name) {
        throw new EngineTrouble(t("own-other-file", { name: source.name }));
      }
      this.#put({ table, trouble: "" });
    } catch (error) {
      if (key === this.#source) this.#failed(error);
    }
  }

  async #look(table: Table, target: string | null, key: string): Promise<void> {
    try {
      const look = await this.#engine.look(table.table, target);
      if (key === this.#looked) this.#put({ look, trouble: "" });
    } catch (error) {
      if (key === this.#looked) this.#failed(error);
    }
  }

  async #scan(options: Parameters<Engine["scan"]>[0], key: string): Promise<void> {
    this.#job?.cancel();
    this.#put({
      scanned: null,
      training: null,
      python: null,
      passes: null,
      progress: null,
      scanning: true,
      trouble: "",
    });
    const job = this.#engine.scan(options, (progress) => {
      if (key !== this.#wanted) return;
      const partial = progress.moments ? this.#partial(progress.moments) : null;
      this.#put(partial ? { progress, training: partial } : { progress });
    });
    this.#job = job;
    try {
      const scanned = await job.done;
      if (key !== this.#wanted) return;
      const training = new Training({
        moments: momentsFromContent(scanned.moments),
        folds: scanned.folds.map((fold) => momentsFromContent(fold)),
        onlyLast: scanned.kind === "split",
      });
      this.#put({ scanned, training, scanning: false, progress: null });
    } catch (error) {
      if (key !== this.#wanted) return;
      this.#failed(error, { scanning: false, progress: null, training: null });
    }
  }

  #partial(content: unknown): Training | null {
    let moments: Moments;
    try {
      moments = momentsFromContent(content);
    } catch {
      return null;
    }
    return new Training({ moments, folds: [], onlyLast: false });
  }

  /** Ask Python for its own run when the hand rests. */
  #rest(state: State, scanned: Scanned): void {
    const settings = settingsOf(state);
    const key = JSON.stringify(settings);
    if (key === this.#asked) return;
    this.#asked = key;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#engine.run(scanned.scan, settings).then(
        (run) => {
          if (run && key === this.#asked) this.#put({ python: { key, run } });
        },
        // The page has its own run; what Python refuses, the page has said as well.
        () => undefined,
      );
    }, REST);
  }

  /** Descend over the rows when the hand rests: it takes passes, and the newest wins. */
  #pass(state: State, scanned: Scanned, over: OverRows): void {
    const settings = settingsOf(state);
    const key = JSON.stringify([settings, over]);
    if (key === this.#asked) return;
    this.#asked = key;
    this.#walk?.cancel();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      let news: readonly Passing[] = [];
      const job = this.#engine.passes(scanned.scan, settings, over, (now) => {
        if (key !== this.#asked) return;
        news = [...news, now];
        this.#put({ passes: { key, news, total: now.total, run: null } });
      });
      this.#walk = job;
      job.done.then(
        (run) => {
          if (key !== this.#asked) return;
          const total = news.at(-1)?.total ?? settings.steps;
          this.#put({ passes: { key, news, total, run }, trouble: "" });
        },
        (error: unknown) => {
          if (key === this.#asked && !(error instanceof Cancelled)) this.#failed(error);
        },
      );
    }, REST);
  }

  #endPasses(): void {
    if (!this.#walk) return;
    this.#walk.cancel();
    this.#walk = null;
    this.#put({ passes: null, trouble: "" });
  }

  #failed(error: unknown, more: Partial<Loaded> = {}): void {
    const trouble =
      error instanceof Cancelled
        ? t("own-cancelled")
        : error instanceof Error
          ? error.message
          : String(error);
    this.#put({ ...more, trouble });
  }

  #put(more: Partial<Loaded>): void {
    if (this.#gone) return;
    this.#loaded = { ...this.#loaded, ...more };
    this.#changed();
  }
}

/** What a source is found by; what it is called comes with it. */
function keyOf(source: Source | null): string {
  return JSON.stringify(source && "table" in source ? { table: source.table } : source);
}
