/** Labels that stand one under another, each as near as it can be to where it belongs. */

/** Return places at least `gap` apart, in the same order, around the wanted ones. */
export function spread(wanted: readonly number[], gap: number): number[] {
  const order = wanted.map((_, i) => i).sort((i, j) => wanted[i]! - wanted[j]!);
  // Neighbours that would overlap form a block around the mean of their places.
  const blocks: { of: number[]; middle: number }[] = [];
  for (const i of order) {
    let block = { of: [i], middle: wanted[i]! };
    for (;;) {
      const before = blocks.at(-1);
      const room = before && (gap * (before.of.length + block.of.length)) / 2;
      if (!before || block.middle - before.middle >= room!) break;
      blocks.pop();
      const of = [...before.of, ...block.of];
      block = { of, middle: of.reduce((sum, each) => sum + wanted[each]!, 0) / of.length };
    }
    blocks.push(block);
  }
  const places = new Array<number>(wanted.length);
  for (const { of, middle } of blocks) {
    of.forEach((i, k) => {
      places[i] = middle + gap * (k - (of.length - 1) / 2);
    });
  }
  return places;
}
