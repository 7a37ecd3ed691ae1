/** A picture as SVG or PNG: styles are written into the copy, so that it looks alike anywhere. */

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
  "text-anchor",
  "display",
  "visibility",
  "paint-order",
] as const;

export function svgText(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const sources = [svg, ...svg.querySelectorAll("*")];
  const targets = [copy, ...copy.querySelectorAll("*")];
  sources.forEach((source, i) => {
    const style = getComputedStyle(source);
    const target = targets[i]!;
    for (const name of KEPT) target.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "role", "tabindex", "hidden"]) target.removeAttribute(name);
  });
  for (const hidden of copy.querySelectorAll('[display="none"]')) hidden.remove();
  const { clientWidth, clientHeight } = svg;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(clientWidth));
  copy.setAttribute("height", String(clientHeight));
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  paper.setAttribute("width", "100%");
  paper.setAttribute("height", "100%");
  paper.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

/** All pictures of a chapter side by side, as one SVG. */
export function together(pictures: readonly SVGSVGElement[]): {
  text: string;
  width: number;
  height: number;
} {
  const gap = 16;
  const width = pictures.reduce((sum, each) => sum + each.clientWidth + gap, -gap);
  const height = Math.max(...pictures.map((each) => each.clientHeight));
  let x = 0;
  const parts = pictures.map((each) => {
    const part = svgText(each).replace("<svg ", `<svg x="${x}" `);
    x += each.clientWidth + gap;
    return part;
  });
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`;
  return { text: `${open}${parts.join("")}</svg>`, width, height };
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
