/** What is selected, searched for and looked at. */
import { computed, effect, signal } from '@preact/signals';
import { count, images } from './data.ts';
import { host, state } from './host.ts';

/** Rows in the order in which they were chosen. */
export const selection = signal<Uint32Array>(new Uint32Array());
/** 1 for each row that is selected. */
export const isSelected = computed(() => maskOf(selection.value));
/** The image under the pointer, on a map or in the grid; −1 for none. */
export const hovered = signal(-1);
/** The image that keys act on; −1 for none. */
export const current = signal(-1);

/** The one that is described: what is pointed at, else the current one. */
export const lookedAt = computed(() => (hovered.value >= 0 ? hovered.value : current.value));

function maskOf(rows: Uint32Array): Uint8Array {
  const mask = new Uint8Array(count.value);
  for (const row of rows) mask[row] = 1;
  return mask;
}

/** Selections that are on their way to the host: until they have arrived its own is an older one. */
let underway = 0;
let fetched = -1;
let list = -1;

/** Selects these alone. */
export async function select(rows: Uint32Array): Promise<void> {
  if (rows.length === 0 && selection.peek().length === 0) return;
  selection.value = rows;
  underway++;
  try {
    await host.call('embeddingMap/select', { images: images.peek(), rows });
  } finally {
    underway--;
    if (underway === 0) void fetchSelection();
  }
}

/** How what was just chosen meets what was selected before. */
export type SelectionMode = 'replace' | 'add' | 'remove';

export function combine(rows: Uint32Array, mode: SelectionMode): Uint32Array {
  if (mode === 'replace') return rows;
  const chosen = new Set(selection.peek());
  for (const row of rows) {
    if (mode === 'add') chosen.add(row);
    else chosen.delete(row);
  }
  return Uint32Array.from(chosen);
}

export function toggle(row: number): void {
  const mode = isSelected.peek()[row] === 1 ? 'remove' : 'add';
  void select(combine(Uint32Array.of(row), mode));
}

effect(() => {
  const shown = state.value;
  if (!shown) return;
  if (shown.images.revision !== list) {
    list = shown.images.revision;
    fetched = -1;
    selection.value = new Uint32Array();
    hovered.value = -1;
    current.value = -1;
  }
  if (shown.selection.revision === fetched) return;
  fetched = shown.selection.revision;
  if (underway === 0) void fetchSelection();
});

async function fetchSelection(): Promise<void> {
  const answer = await host.call('embeddingMap/selection', {});
  if (underway > 0 || answer.images !== images.peek()) return;
  const before = selection.peek();
  const isSame = before.length === answer.rows.length && before.every((row, i) => row === answer.rows[i]);
  if (!isSame) selection.value = answer.rows;
}
