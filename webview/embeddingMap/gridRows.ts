/** Which images the grid shows, and in which order. */
import { computed } from '@preact/signals';
import { sorted } from './data.ts';
import { filteredOut, matches } from './filter.ts';
import { state } from './host.ts';
import { inView } from './mapViews.ts';
import { selection } from './selection.ts';
import { sortRows } from './sorting.ts';

export type GridContents = 'selection' | 'matches' | 'view';

/** The selection; without one whatever matches the filter, or can be seen. */
export const gridContents = computed((): GridContents =>
  selection.value.length > 0 ? 'selection' : matches.value ? 'matches' : 'view',
);

const contents = computed((): Uint32Array => {
  switch (gridContents.value) {
    case 'selection':
      return selection.value;
    case 'matches': {
      const [found, out] = [matches.value!, filteredOut.value];
      return Uint32Array.from([...found.keys()].filter((row) => found[row] === 1 && out[row] !== 1));
    }
    case 'view':
      return inView.value;
  }
});

export const gridRows = computed((): Uint32Array => {
  const column = sorted.value;
  const by = state.value?.sortBy;
  if (!column || !by) return contents.value;
  return sortRows(contents.value, column, by.descending);
});
