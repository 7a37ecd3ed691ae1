/** Elements by hand. Text is always set as text, never as markup. */

type Value = string | number | boolean | null | undefined;
export type Attributes = Readonly<Record<string, Value | ((event: never) => void)>>;
export type Child = Node | string | null | undefined | false;

const SVG = "http://www.w3.org/2000/svg";

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return filled(
    document.createElementNS(SVG, tag) as SVGElementTagNameMap[K],
    attributes,
    children,
  );
}

function filled<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function")
      element.addEventListener(name.slice(2), value as EventListener);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else if (value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Set attributes where they differ: setting one, even to what it is, costs style and layout. */
export function put(element: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const name in attributes) {
    const value = String(attributes[name]);
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

/** Set text only where it differs, in the node that is there: a new one is laid out from nothing. */
export function write(element: Element, text: string): void {
  if (element.textContent === text) return;
  const [only, ...others] = element.childNodes;
  if (only instanceof Text && others.length === 0 && text) only.data = text;
  else element.textContent = text;
}

let named = 0;
/** Widgets of one notebook share its document, and each may have loaded this file for itself. */
const FILE = Math.random().toString(36).slice(2, 8);

/** An id that nothing else in the document has. */
export function unique(name: string): string {
  return `${name}-${FILE}-${++named}`;
}

/** The element that has the focus, as seen from another one: a notebook may keep both in a shadow. */
export function focusedBy(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
}

/** How many pixels a rem is where an element stands: the widget's own, or the page's. */
export function remAt(element: Element): number {
  const own = element.closest(".kedou-widget");
  const size = own
    ? getComputedStyle(own).getPropertyValue("--rem")
    : getComputedStyle(document.documentElement).fontSize;
  return Number.parseFloat(size) || 16;
}

/** Set what a field or a choice holds where it differs: the browser looks for forms after each. */
export function enter(field: HTMLInputElement | HTMLSelectElement, value: string): void {
  if (field.value !== value) field.value = value;
}

export function show(element: Element, visible: boolean): void {
  element.toggleAttribute("hidden", !visible);
  if (element instanceof SVGElement) element.classList.toggle("gone", !visible);
}

export function clear(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child): child is Node | string => Boolean(child)));
}

/** One paragraph a line, written where they differ. */
export function paragraphs(element: Element, texts: readonly string[]): void {
  while (element.childElementCount > texts.length) element.lastElementChild!.remove();
  while (element.childElementCount < texts.length) element.append(h("p"));
  texts.forEach((text, i) => write(element.children[i]!, text));
}
