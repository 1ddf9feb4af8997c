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

export const palette = computed(() => {
  const column = coloured.value;
  if (column?.kind === 'number') return rampPalette(kind.value);
  return categoryPalette(column?.names.length ?? 0);
});

export const colours = computed(() => {
  const column = coloured.value;
  if (!column) return new Uint16Array(count.value);
  if (column.kind === 'category') return categoryEntries(column.codes, column.names.length);
  const [low, high] = valueRange.value ?? [0, 1];
  return rampEntries(column.values, low, high);
});

/** Of an entry of the palette, as styles have it. */
export function entryStyle(entry: number): string {
  const from = palette.value.subarray(3 * entry, 3 * entry + 3);
  return `rgb(${from.join(' ')})`;
}

/** Of a row, as styles have it. */
export function rowStyle(row: number): string {
  return entryStyle(colours.value[row] ?? 0);
}
