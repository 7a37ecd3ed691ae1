/** Bring: a data set that is here, a file of one's own, or a path on the lab's machine. */

import { button } from "../kit/controls.ts";
import { clear, h, show, write } from "../kit/dom.ts";
import { t } from "../kit/words.ts";
import type { Engine, Source } from "./engine.ts";
import { sizeText } from "./words.ts";

export type Offers = Awaited<ReturnType<Engine["offers"]>>;

export interface BringOptions {
  readonly choose: (source: Source) => void;
  readonly upload: (file: File) => void;
  readonly cancelUpload: () => void;
}

export class Bring {
  readonly element: HTMLElement;
  #options: BringOptions;
  #sets = h("select", { class: "field select", "data-kedou": "data-set", id: "own-sets" });
  #picker = h("input", {
    type: "file",
    class: "sr-only",
    id: "own-file",
    "data-kedou": "file",
    accept: ".csv,.tsv,.txt,.gz,.zst,.bz2,.parquet,.feather,.arrow",
  });
  #drop: HTMLElement;
  #limit = h("p", { class: "muted" });
  #path = h("input", {
    type: "text",
    class: "address",
    "data-kedou": "path",
    spellcheck: "false",
    autocomplete: "off",
    id: "own-path",
    list: "own-paths",
  });
  #paths = h("datalist", { id: "own-paths" });
  #pathRow: HTMLElement;
  #sending = h("p", { class: "sending", role: "status" });
  #sendingRow: HTMLElement;

  constructor(options: BringOptions) {
    this.#options = options;
    this.#picker.addEventListener("change", () => {
      const [file] = this.#picker.files ?? [];
      if (file) options.upload(file);
      this.#picker.value = "";
    });
    this.#drop = h(
      "div",
      { class: "drop", "data-kedou": "drop" },
      h("p", { class: "drop-title" }, t("own-drop")),
      h("label", { class: "button main", for: "own-file" }, t("own-choose")),
      this.#picker,
      this.#limit,
    );
    this.#pathRow = h(
      "form",
      {
        class: "row",
        onsubmit: (event: Event) => {
          event.preventDefault();
          const path = this.#path.value.trim();
          if (path) options.choose({ path });
        },
      },
      h("label", { for: "own-path" }, t("own-path")),
      this.#path,
      this.#paths,
      h(
        "button",
        { type: "submit", class: "button plain", "data-kedou": "open-path" },
        t("own-open"),
      ),
    );
    this.#sendingRow = h(
      "div",
      { class: "row" },
      this.#sending,
      button("cancel-upload", t("own-cancel"), options.cancelUpload),
    );
    this.element = h(
      "section",
      { class: "own-bring", "aria-label": t("own-bring") },
      this.#drop,
      this.#sendingRow,
      h(
        "div",
        { class: "row" },
        h("label", { for: "own-sets" }, t("own-sets")),
        this.#sets,
        button("open-set", t("own-open"), () => options.choose({ data: this.#sets.value })),
      ),
      this.#pathRow,
    );
    show(this.#sendingRow, false);
    this.#listen();
  }

  offer({ sets, folders, paths, uploadLimit }: Offers): void {
    clear(
      this.#sets,
      ...sets.map(({ name, title, rows }) =>
        h("option", { value: name }, t("own-set", { title, rows: String(rows) })),
      ),
    );
    write(this.#limit, t("own-limit", { most: sizeText(uploadLimit) }));
    show(this.#pathRow, paths);
    clear(
      this.#paths,
      ...folders.flatMap(({ files }) =>
        files.map(({ path, bytes }) => h("option", { value: path }, sizeText(bytes))),
      ),
    );
  }

  /** How much of an upload has gone; null: none is under way. */
  sent(share: number | null, name: string): void {
    show(this.#sendingRow, share !== null);
    if (share !== null) {
      write(this.#sending, t("own-sending", { name, percent: String(Math.floor(100 * share)) }));
    }
  }

  /** Files may be dropped anywhere on the page of one's own data. */
  #listen(): void {
    const over = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.#drop.classList.add("over");
    };
    this.#drop.addEventListener("dragenter", over);
    this.#drop.addEventListener("dragover", over);
    this.#drop.addEventListener("dragleave", () => this.#drop.classList.remove("over"));
    this.#drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.#drop.classList.remove("over");
      const [file] = event.dataTransfer?.files ?? [];
      if (file) this.#options.upload(file);
    });
  }
}
