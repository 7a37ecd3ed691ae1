/**
 * Pictures as SVG or PNG, laid out as on screen. Styles are written into the copies, so that they
 * look alike anywhere: only what any program that draws SVG understands.
 */

import { put, s } from "./dom.ts";

const KEPT = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "stroke-opacity",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "letter-spacing",
  "text-anchor",
  "visibility",
  "paint-order",
] as const;
/** The room around all pictures. */
const MARGIN = 16;

/** A copy of a picture that needs no style sheet. */
function standalone(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const sources = [svg, ...svg.querySelectorAll("*")];
  const targets = [copy, ...copy.querySelectorAll("*")];
  const unseen: Element[] = [];
  sources.forEach((source, i) => {
    const style = getComputedStyle(source);
    const target = targets[i]!;
    if (style.display === "none") unseen.push(target);
    for (const { name } of [...target.attributes]) {
      if (/^(class|style|role|tabindex|hidden|aria-.*|data-.*)$/.test(name))
        target.removeAttribute(name);
    }
    for (const name of KEPT) target.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["fill", "stroke"] as const) opaque(target, name);
    if (target instanceof SVGCircleElement) target.setAttribute("r", style.getPropertyValue("r"));
  });
  for (const each of unseen) each.remove();
  return copy;
}

/** Write a colour with its opacity apart, and one that cannot be seen as none. */
function opaque(target: Element, name: "fill" | "stroke"): void {
  const parts = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(target.getAttribute(name) ?? "");
  if (!parts) return;
  const [, red, green, blue, alpha] = parts;
  const before = Number(target.getAttribute(`${name}-opacity`) ?? 1);
  target.setAttribute(name, Number(alpha) === 0 ? "none" : `rgb(${red}, ${green}, ${blue})`);
  target.setAttribute(`${name}-opacity`, String(Number(alpha) * before));
}

interface Sheet {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

/** All pictures of a chapter on one sheet of the page's paper, each where it is on screen. */
export function together(pictures: readonly SVGSVGElement[]): Sheet {
  const paper = pictures[0]?.closest(".kedou-widget") ?? document.body;
  const boxes = pictures.map((each) => each.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left)) - MARGIN;
  const top = Math.min(...boxes.map((box) => box.top)) - MARGIN;
  const width = Math.ceil(Math.max(...boxes.map((box) => box.right)) + MARGIN - left);
  const height = Math.ceil(Math.max(...boxes.map((box) => box.bottom)) + MARGIN - top);
  const sheet = s(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
    s("rect", { width, height, fill: getComputedStyle(paper).backgroundColor }),
  );
  pictures.forEach((each, i) => {
    const copy = standalone(each);
    const box = boxes[i]!;
    const at = { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
    put(copy, { ...at, overflow: "visible" });
    sheet.append(copy);
  });
  return { text: new XMLSerializer().serializeToString(sheet), width, height };
}

export function saveSvg(pictures: readonly SVGSVGElement[], name: string): void {
  save(new Blob([together(pictures).text], { type: "image/svg+xml" }), `${name}.svg`);
}

export async function savePng(pictures: readonly SVGSVGElement[], name: string): Promise<void> {
  const { text, width, height } = together(pictures);
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * 2;
  canvas.height = height * 2;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob) save(blob, `${name}.png`);
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export async function copyText(text: string, from: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(from);
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
    return false;
  }
}
