/** Which points are shown, and which stand back. */
import { computed, effect, signal } from '@preact/signals';
import { mapColumns, type MapColumnId } from '../../src/protocol/embeddingMap.ts';
import { FADED, HIDDEN, SELECTED } from '../shared/scatter/pointRenderer.ts';
import { categoryName, coloured, columnOf, count, images, points, want } from './data.ts';
import { host, state } from './host.ts';
import { isSelected, selection } from './selection.ts';

/** A category by its name, which stays when codes change; undefined for what belongs to none. */
export type CategoryName = string | undefined;

/** Categories that are hidden, by column. */
export const hidden = signal<ReadonlyMap<MapColumnId, ReadonlySet<CategoryName>>>(new Map());
/** The values that are shown, by column. */
export const ranges = signal<ReadonlyMap<MapColumnId, readonly [low: number, high: number]>>(new Map());
/** The legend's entry that is pointed at; all others stand back. */
export const pointedCategory = signal<number | undefined>(undefined);

export const searchText = signal('');
/** 1 for each row that is searched for; undefined without a search. */
export const matches = signal<Uint8Array | undefined>(undefined);
export const matchCount = computed(() => matches.value?.reduce((sum, match) => sum + match, 0) ?? 0);

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

/** Whether a row can be pointed at and selected: it is shown, and what is searched for. */
export function isOpen(side: 0 | 1, row: number): boolean {
  return (flags[side]!.value[row]! & HIDDEN) === 0 && matches.value?.[row] !== 0;
}

const searchedColumns = [mapColumns.class, mapColumns.tag, mapColumns.cluster, mapColumns.split];

// Paths are searched by the host, names here.
effect(() => {
  const text = searchText.value.trim().toLowerCase();
  const list = images.value;
  if (text === '') {
    matches.value = undefined;
    return;
  }
  for (const id of searchedColumns) if (state.value?.columns.some((column) => column.id === id)) want(id);
  const found = new Uint8Array(count.value);
  for (const id of searchedColumns) {
    const column = columnOf(id);
    if (column?.kind !== 'category') continue;
    const isMatch = column.names.map((name) => name.toLowerCase().includes(text));
    for (let row = 0; row < found.length; row++) if (isMatch[column.codes[row]!] === true) found[row] = 1;
  }
  const timer = setTimeout(() => {
    void host.call('embeddingMap/search', { images: list, text }).then((rows) => {
      if (searchText.peek().trim().toLowerCase() !== text || images.peek() !== list) return;
      for (const row of rows) found[row] = 1;
      matches.value = found;
    });
  }, 150);
  return () => {
    clearTimeout(timer);
  };
});

/** What is known of a row here: class, split. */
export function namesOf(row: number): readonly string[] {
  return [mapColumns.class, mapColumns.split]
    .map((id) => categoryName(columnOf(id), row))
    .filter((name) => name !== undefined);
}
