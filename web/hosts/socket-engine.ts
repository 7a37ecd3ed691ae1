/** The lab's engine: questions go over a socket, files over the lab's own addresses. */

import type {
  DataSet,
  Engine,
  Folder,
  Job,
  Look,
  Passing,
  Progress,
  PythonRun,
  Saved,
  SaveKind,
  Scanned,
  ScanOptions,
  Source,
  Table,
} from "../view/own/engine.ts";
import { Cancelled, EngineTrouble } from "../view/own/engine.ts";
import { currentLanguage, t } from "../view/kit/words.ts";
import type { OverRows } from "../view/own/state.ts";
import type { Settings } from "../model/training.ts";

type Answer = Readonly<Record<string, unknown>> & { readonly type: string };

interface Waiting {
  readonly hear: (answer: Answer) => boolean;
  readonly fail: (error: Error) => void;
}

interface Hello {
  readonly own?: {
    readonly paths: boolean;
    readonly upload_limit: number;
    readonly opened: string | null;
  };
}

/** Settings as the engine calls them; `sources` are the columns of the table that were scanned. */
export function settingsFor(
  settings: Settings,
  sources: readonly string[],
): Record<string, unknown> {
  const { rule, rate, steps, start, standardize, ridge, hasIntercept, off } = settings;
  return {
    rule,
    steps,
    start,
    standardize,
    ridge,
    intercept: hasIntercept,
    ...(rate === null ? {} : { learning_rate: rate }),
    ...(off.length === 0 ? {} : { features: sources.filter((each) => !off.includes(each)) }),
  };
}

function rowsFor({ loss, batchSize, epochs }: OverRows): Record<string, unknown> {
  return batchSize === null ? { loss } : { loss, batch_size: batchSize, epochs };
}

function sourcesOf(moments: unknown): readonly string[] {
  const { columns } = moments as { columns: readonly { source: string }[] };
  return [...new Set(columns.map(({ source }) => source))];
}

export class SocketEngine implements Engine {
  #socket: Promise<WebSocket> | null = null;
  #waiting = new Map<number, Waiting>();
  #next = 1;
  /** Columns of the table behind each scan. */
  #sources = new Map<string, readonly string[]>();

  async offers(): ReturnType<Engine["offers"]> {
    const hello = (await this.#ask("hello", { language: currentLanguage() })) as unknown as Hello;
    const described = await this.#ask("describe", {});
    const sets = (described["data"] as Record<string, unknown>[]).map((each): DataSet => ({
      name: String(each["name"]),
      title: String(each["title"] ?? each["name"]),
      rows: Number(each["rows"]),
      columns: Array.isArray(each["columns"]) ? each["columns"].length : 0,
    }));
    const own = hello.own ?? { paths: false, upload_limit: 0, opened: null };
    const folders = own.paths
      ? ((await this.#ask("places", {}))["folders"] as readonly Folder[])
      : [];
    const opened = own.opened === null ? null : { table: own.opened };
    return { sets, folders, paths: own.paths, uploadLimit: own.upload_limit, opened };
  }

  upload(file: File, progress: (share: number) => void): Job<Source> {
    const request = new XMLHttpRequest();
    const done = new Promise<Source>((resolve, reject) => {
      request.open("POST", `./upload?name=${encodeURIComponent(file.name)}`);
      request.upload.onprogress = (event) => progress(event.loaded / Math.max(1, event.total));
      request.onload = () => {
        if (request.status !== 200) {
          reject(new EngineTrouble(request.responseText.trim() || t("engine-gone")));
          return;
        }
        const { upload } = JSON.parse(request.responseText) as { upload: string };
        resolve({ upload, name: file.name });
      };
      request.onerror = () => reject(new EngineTrouble(t("engine-gone")));
      request.onabort = () => reject(new Cancelled());
      request.send(file);
    });
    return { done, cancel: () => request.abort() };
  }

  async open(source: Source): Promise<Table> {
    const named =
      "upload" in source
        ? { upload: source.upload }
        : "table" in source
          ? { table: source.table }
          : source;
    return (await this.#ask("open", { source: named })) as unknown as Table;
  }

  async look(table: string, target: string | null): Promise<Look> {
    return (await this.#ask("look", target === null ? { table } : { table, target })) as never;
  }

  scan(options: ScanOptions, progress: (now: Progress) => void): Job<Scanned> {
    const { done, cancel } = this.#job<Scanned>("scan", { ...options }, "scanned", (answer) => {
      if (answer.type === "progress") progress(answer as unknown as Progress);
    });
    const noted = done.then((scanned) => {
      this.#sources.set(scanned.scan, sourcesOf(scanned.moments));
      return scanned;
    });
    return { done: noted, cancel };
  }

  async run(scan: string, settings: Settings): Promise<PythonRun | null> {
    const answer = await this.#ask("run", { scan, ...this.#settings(scan, settings) });
    if (answer.type === "dropped") return null;
    return { ...(answer["run"] as PythonRun), held: answer["held"] as PythonRun["held"] };
  }

  passes(
    scan: string,
    settings: Settings,
    over: OverRows,
    progress: (now: Passing) => void,
  ): Job<PythonRun> {
    const fields = { scan, ...this.#settings(scan, settings), ...rowsFor(over) };
    const { done, cancel } = this.#job<Answer>("passes", fields, "run", (answer) => {
      if (answer.type === "passing") progress(answer as unknown as Passing);
    });
    const run = done.then((answer) => ({ ...(answer["run"] as PythonRun), held: null }));
    return { done: run, cancel };
  }

  async save(
    scan: string,
    settings: Settings,
    over: OverRows | null,
    kind: SaveKind,
  ): Promise<Saved> {
    const own = this.#settings(scan, settings);
    const fields = { scan, kind, settings: over ? { ...own, ...rowsFor(over) } : own };
    const answer = await this.#job<Answer>("save", fields, "saved", () => undefined).done;
    const { id, name } = answer["file"] as { id: string; name: string };
    return { name, url: `./download/${id}`, text: (answer["text"] as string | null) ?? null };
  }

  #settings(scan: string, settings: Settings): Record<string, unknown> {
    return settingsFor(settings, this.#sources.get(scan) ?? []);
  }

  /** Ask once, and hear the one answer. */
  #ask(type: string, fields: Record<string, unknown>): Promise<Answer> {
    return this.#job<Answer>(type, fields, null, () => undefined).done;
  }

  /** Ask, hear what comes meanwhile, and end with the answer of type `last` (null: the first). */
  #job<T>(
    type: string,
    fields: Record<string, unknown>,
    last: string | null,
    meanwhile: (answer: Answer) => void,
  ): Job<T> {
    const id = this.#next++;
    const done = new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, {
        fail: reject,
        hear: (answer) => {
          if (answer.type === "error") reject(new EngineTrouble(String(answer["text"])));
          else if (answer.type === "cancelled") reject(new Cancelled());
          else if (last === null || answer.type === last) resolve(answer as unknown as T);
          else {
            meanwhile(answer);
            return false;
          }
          return true;
        },
      });
      void this.#send({ type, id, ...fields }).catch((error: Error) => {
        this.#waiting.delete(id);
        reject(error);
      });
    });
    return { done, cancel: () => void this.#send({ type: "cancel", job: id }).catch(() => null) };
  }

  async #send(message: Record<string, unknown>): Promise<void> {
    this.#socket ??= this.#connect();
    (await this.#socket).send(JSON.stringify(message));
  }

  #connect(): Promise<WebSocket> {
    const address = new URL("socket", location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    address.search = "";
    address.hash = "";
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(address);
      const gone = (): void => {
        this.#socket = null;
        const trouble = new EngineTrouble(t("engine-gone"));
        reject(trouble);
        for (const { fail } of this.#waiting.values()) fail(trouble);
        this.#waiting.clear();
      };
      socket.onopen = () => resolve(socket);
      socket.onerror = gone;
      socket.onclose = gone;
      socket.onmessage = (event) => this.#hear(JSON.parse(String(event.data)) as Answer);
    });
  }

  #hear(answer: Answer): void {
    const id = Number(answer["id"]);
    const waiting = this.#waiting.get(id);
    if (waiting?.hear(answer)) this.#waiting.delete(id);
  }
}
