/**
 * A field in which a formula is typed. What can be read is taken while it is typed; what cannot is
 * told in words once the field is left, and nothing changes.
 */

import { h, show, unique, write, type Child } from "./dom.ts";
import { t } from "./words.ts";
import { Unreadable } from "../typed/read.ts";

export interface TypedFieldOptions {
  readonly name: string;
  readonly label: Child;
  readonly example: string;
  /** The text in the state. */
  readonly text: () => string;
  /** Take a text, or throw `Unreadable`. */
  readonly take: (text: string) => void;
  readonly end: () => void;
}

export class TypedField {
  readonly element: HTMLElement;
  #options: TypedFieldOptions;
  #field: HTMLInputElement;
  #trouble: HTMLElement;
  #taken: string;

  constructor(options: TypedFieldOptions) {
    this.#options = options;
    const { name, label, example, text } = options;
    const id = unique(name);
    this.#taken = text();
    this.#trouble = h("p", {
      class: "trouble",
      role: "alert",
      id: `${id}-trouble`,
      "data-kedou": `${name}-trouble`,
    });
    this.#field = h("input", {
      type: "text",
      class: "field typed-field",
      id,
      lang: "en",
      "data-kedou": name,
      "aria-describedby": `${id}-trouble`,
      placeholder: example,
      maxlength: 1000,
      autocapitalize: "off",
      autocomplete: "off",
      autocorrect: "off",
      spellcheck: "false",
      onkeydown: (event: KeyboardEvent) => {
        if (event.key === "Enter") this.#done();
      },
      onchange: () => this.#done(),
      oninput: () => {
        show(this.#trouble, false);
        this.#try();
      },
    });
    this.#field.value = this.#taken;
    show(this.#trouble, false);
    this.element = h(
      "div",
      { class: "typed" },
      h("div", { class: "typed-row" }, h("label", { for: id }, label), this.#field),
      this.#trouble,
    );
  }

  /** Follow the state: what undo or a link brought replaces what stands in the field. */
  paint(): void {
    const text = this.#options.text();
    if (text === this.#taken) return;
    this.#taken = text;
    this.#field.value = text;
    show(this.#trouble, false);
  }

  #done(): void {
    if (this.#field.value.trim() === "") this.#field.value = this.#taken;
    const trouble = this.#field.value === "" ? null : this.#try();
    if (trouble) write(this.#trouble, t(trouble.key, trouble.values));
    show(this.#trouble, trouble !== null);
    this.#field.setAttribute("aria-invalid", String(trouble !== null));
    this.#options.end();
  }

  #try(): Unreadable | null {
    const text = this.#field.value;
    try {
      this.#options.take(text);
      this.#taken = text;
      return null;
    } catch (error) {
      if (error instanceof Unreadable) return error;
      throw error;
    }
  }
}
