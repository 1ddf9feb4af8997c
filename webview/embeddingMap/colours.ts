/** Colours of all points, by what they are coloured by. */
import { computed } from '@preact/signals';
import { categoryEntries, categoryPalette, rampEntries, rampPalette } from '../shared/scatter/palettes.ts';
import { coloured, count } from './data.ts';
import { theme } from './theme.ts';

const kind = computed(() => theme.value.kind);

/** The least and the greatest value of the column that points are coloured by; undefined for categories and without values. */
export const valueRange = computed((): readonly [low: number, high: number] | undefined => {
  const column = coloured.value;
  if (column?.kind !== 'number') return undefined;
  let [low, high] = [Infinity, -Infinity];
  for (const value of column.values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
});

/** Per category its place by how often it occurs: the most frequent ones have the colours that are told apart best. */
const ranks = computed((): Uint16Array => {
  const column = coloured.value;
  if (column?.kind !== 'category') return new Uint16Array();
  const counts = new Uint32Array(column.names.length);
  for (const code of column.codes) if (code >= 0) counts[code]!++;
  const order = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b);
  const ranked = new Uint16Array(order.length);
  order.forEach((code, rank) => (ranked[code] = rank));
  return ranked;
});

export const palette = computed(() => {
  const column = coloured.value;
  if (column?.kind === 'number') return rampPalette(kind.value);
  return categoryPalette(column?.names.length ?? 0);
});

export const colours = computed(() => {
  const column = coloured.value;
  if (!column) return new Uint16Array(count.value);
  if (column.kind === 'category') {
    const ranked = ranks.value;
    const places = column.codes.map((code) => (code < 0 ? -1 : ranked[code]!));
    return categoryEntries(places, column.names.length);
  }
  const [low, high] = valueRange.value ?? [0, 1];
  return rampEntries(column.values, low, high);
});

/** Of an entry of the palette, as styles have it. */
export function entryStyle(entry: number): string {
  const from = palette.value.subarray(3 * entry, 3 * entry + 3);
  return `rgb(${from.join(' ')})`;
}

/** Of a category by its code, −1 for none, as styles have it. */
export function categoryStyle(code: number): string {
  const none = ranks.value.length;
  const [entry] = categoryEntries(Int32Array.of(code < 0 ? -1 : (ranks.value[code] ?? -1)), none);
  return entryStyle(entry!);
}

/** Of a row, as styles have it. */
export function rowStyle(row: number): string {
  return entryStyle(colours.value[row] ?? 0);
}
