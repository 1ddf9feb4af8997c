/** The arrays behind what is shown, each fetched when its revision has changed. */
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { mapColumns, type MapColumn, type MapColumnId, type MapPoints } from '../../src/protocol/embeddingMap.ts';
import { host, state } from './host.ts';

/** Positions of the one or two maps; undefined until there are any. */
export const points = [signal<MapPoints | undefined>(undefined), signal<MapPoints | undefined>(undefined)] as const;

export const count = computed(() => state.value?.images.count ?? 0);
/** Of the image list: changes when rows stand for other images. */
export const images = computed(() => state.value?.images.revision ?? 0);

const columns = signal<ReadonlyMap<MapColumnId, MapColumn>>(new Map());
/** Columns that somebody looks at. */
const wanted = signal<ReadonlySet<MapColumnId>>(
  new Set([mapColumns.class, mapColumns.split, mapColumns.cluster, mapColumns.excluded]),
);

/** Has a column fetched from now on. */
export function want(id: MapColumnId | undefined): void {
  if (id !== undefined && !wanted.peek().has(id)) wanted.value = new Set([...wanted.peek(), id]);
}

/** A column as it is known here, at most a moment behind the host's. */
export function columnOf(id: MapColumnId | undefined): MapColumn | undefined {
  const column = id === undefined ? undefined : columns.value.get(id);
  const length = column?.kind === 'category' ? column.codes.length : column?.values.length;
  return length === count.value ? column : undefined;
}

/** What points are coloured by. */
export const coloured: ReadonlySignal<MapColumn | undefined> = computed(() => columnOf(state.value?.colorBy));
export const sorted: ReadonlySignal<MapColumn | undefined> = computed(() => columnOf(state.value?.sortBy?.column));

/** The name of a row's category, if it has one. */
export function categoryName(column: MapColumn | undefined, row: number): string | undefined {
  return column?.kind === 'category' ? column.names[column.codes[row] ?? -1] : undefined;
}

const asked = { points: [0, 0], images: -1, columns: new Map<MapColumnId, number>() };

effect(() => {
  const current = state.value;
  if (!current) return;
  if (current.images.revision !== asked.images) {
    asked.images = current.images.revision;
    asked.points = [0, 0];
    asked.columns.clear();
    for (const side of points) side.value = undefined;
  }
  for (const side of [0, 1] as const) {
    const revision = current.maps[side]?.points ?? 0;
    if (revision === asked.points[side]) continue;
    asked.points[side] = revision;
    if (revision === 0) points[side].value = undefined;
    else void fetchPoints(side, revision);
  }
  for (const { id, revision } of current.columns) {
    if (!(wanted.value.has(id) || id === current.colorBy || id === current.sortBy?.column)) continue;
    if (asked.columns.get(id) === revision) continue;
    asked.columns.set(id, revision);
    void fetchColumn(id);
  }
});

async function fetchPoints(side: 0 | 1, revision: number): Promise<void> {
  const answer = await host.call('embeddingMap/points', { map: side });
  // Positions that were overtaken by others are shown all the same: they are newer than what is there.
  const isCurrent = answer?.images === images.peek() && asked.points[side]! >= revision;
  if (answer && isCurrent && answer.points >= (points[side].peek()?.points ?? 0)) points[side].value = answer;
}

async function fetchColumn(id: MapColumnId): Promise<void> {
  const column = await host.call('embeddingMap/column', { id });
  if (!column) return;
  const known = columns.peek().get(id);
  if (known && known.revision > column.revision) return;
  columns.value = new Map([...columns.peek(), [id, column]]);
}
