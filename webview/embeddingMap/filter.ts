/** Which points are shown, and which stand back. */
import { computed, signal } from '@preact/signals';
import { mapColumns, type MapColumnId } from '../../src/protocol/embeddingMap.ts';
import { FADED, HIDDEN, SELECTED } from '../shared/scatter/pointRenderer.ts';
import { categoryName, coloured, columnOf, count, images, points } from './data.ts';
import { matches as fetched } from './filterText.ts';
import { state } from './host.ts';
import { isSelected, selection } from './selection.ts';

/** A category by its name, which stays when codes change; undefined for what belongs to none. */
export type CategoryName = string | undefined;

/** Categories that are hidden, by column. */
export const hidden = signal<ReadonlyMap<MapColumnId, ReadonlySet<CategoryName>>>(new Map());
/** The values that are shown, by column. */
export const ranges = signal<ReadonlyMap<MapColumnId, readonly [low: number, high: number]>>(new Map());
/** The legend's entry that is pointed at; all others stand back. */
export const pointedCategory = signal<number | undefined>(undefined);

/** 1 for each row that the text filter lets through; undefined without one. */
export const matches = computed(() => {
  const found = fetched.value;
  const isCurrent = found?.images === images.value && state.value?.filter.matches !== 0;
  return isCurrent && found.mask.length === count.value ? found.mask : undefined;
});
export const matchCount = computed(() => state.value?.filter.count ?? 0);

export function hide(column: MapColumnId, categories: ReadonlySet<CategoryName>): void {
  hidden.value = new Map([...hidden.value, [column, categories]]);
}

export function keepRange(column: MapColumnId, range: readonly [number, number] | undefined): void {
  const next = new Map(ranges.value);
  if (range) next.set(column, range);
  else next.delete(column);
  ranges.value = next;
}

export const hasFilter = computed(
  () => [...hidden.value.values()].some((set) => set.size > 0) || ranges.value.size > 0,
);

export function showAll(): void {
  hidden.value = new Map();
  ranges.value = new Map();
}

/** 1 for each row that some filter hides. */
export const filteredOut = computed(() => {
  const out = new Uint8Array(count.value);
  for (const [id, categories] of hidden.value) {
    const column = columnOf(id);
    if (column?.kind !== 'category' || categories.size === 0) continue;
    const isOff = column.names.map((name) => categories.has(name));
    const isNoneOff = categories.has(undefined);
    for (let row = 0; row < out.length; row++) if (isOff[column.codes[row]!] ?? isNoneOff) out[row] = 1;
  }
  for (const [id, [low, high]] of ranges.value) {
    const column = columnOf(id);
    if (column?.kind !== 'number') continue;
    for (let row = 0; row < out.length; row++) {
      const value = column.values[row]!;
      if (!(value >= low && value <= high)) out[row] = 1;
    }
  }
  return out;
});

/** Flags of all points of a side, for the renderer. */
export const flags = ([0, 1] as const).map((side) =>
  computed(() => {
    const positions = points[side].value?.positions;
    const out = filteredOut.value;
    const excluded = columnOf(mapColumns.excluded);
    const found = matches.value;
    const selected = isSelected.value;
    const hasSelection = selection.value.length > 0;
    const pointed = pointedCategory.value;
    const codes = pointed !== undefined && coloured.value?.kind === 'category' ? coloured.value.codes : undefined;
    const all = new Uint8Array(positions ? positions.length / 2 : 0);
    for (let row = 0; row < all.length; row++) {
      if (out[row] === 1 || Number.isNaN(positions![2 * row]!)) {
        all[row] = HIDDEN;
        continue;
      }
      const isOther =
        (found !== undefined && found[row] === 0) ||
        (codes !== undefined && codes[row] !== pointed) ||
        (excluded?.kind === 'category' && excluded.codes[row]! >= 0);
      if (hasSelection && selected[row] === 1) all[row] = isOther ? SELECTED | FADED : SELECTED;
      else if (isOther || hasSelection) all[row] = FADED;
    }
    return all;
  }),
);

/** Whether a row can be pointed at and selected: it is shown, and matches the filter. */
export function isOpen(side: 0 | 1, row: number): boolean {
  return (flags[side]!.value[row]! & HIDDEN) === 0 && matches.value?.[row] !== 0;
}

/** What is known of a row here: class, split. */
export function namesOf(row: number): readonly string[] {
  return [mapColumns.class, mapColumns.split]
    .map((id) => categoryName(columnOf(id), row))
    .filter((name) => name !== undefined);
}
