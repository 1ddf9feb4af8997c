/** Sides of a picture on the map, in CSS pixels. */
export const LEAST_PICTURE = 26;
export const MOST_PICTURE = 76;

/** How large pictures can be with so many points in view; 0 where it would be too little to see anything. */
export function pictureSize(
  visible: number,
  { width, height }: { readonly width: number; readonly height: number },
): number {
  const side = 0.95 * Math.sqrt((width * height) / Math.max(1, visible));
  return side < LEAST_PICTURE ? 0 : Math.min(MOST_PICTURE, side);
}

/** The same order each time, with no two neighbours in it near each other but by chance (finalizer of MurmurHash3). */
export function shuffledKey(row: number): number {
  let key = Math.imul(row ^ (row >>> 16), 0x85ebca6b);
  key = Math.imul(key ^ (key >>> 13), 0xc2b2ae35);
  return (key ^ (key >>> 16)) >>> 0;
}

/**
 * Rows whose pictures can be shown at their points without covering each other. Those shown before come first, so that none
 * flickers while the map is moved.
 *
 * @param place of a row, in CSS pixels
 * @param before rows that were shown last
 */
export function placePictures(
  rows: readonly number[],
  place: (row: number) => readonly [left: number, top: number],
  size: number,
  before: ReadonlySet<number>,
): number[] {
  const order = rows.map((row) => ({ row, key: shuffledKey(row), first: before.has(row) ? 0 : 1 }));
  order.sort((a, b) => a.first - b.first || a.key - b.key);
  // One picture per cell at most, and only those of the cells around can be in its way.
  const cells = new Map<string, readonly [number, number]>();
  const room = size + 4;
  return order.flatMap(({ row }) => {
    const [left, top] = place(row);
    const [column, line] = [Math.floor(left / room), Math.floor(top / room)];
    for (let y = line - 1; y <= line + 1; y++) {
      for (let x = column - 1; x <= column + 1; x++) {
        const other = cells.get(`${x},${y}`);
        if (other && Math.abs(other[0] - left) < room && Math.abs(other[1] - top) < room) return [];
      }
    }
    cells.set(`${column},${line}`, [left, top]);
    return [row];
  });
}
