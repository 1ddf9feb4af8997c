/** The nearest neighbours of the image that is looked at, by each encoder. */
import { effect, signal } from '@preact/signals';
import type { MapNeighbors } from '../../src/protocol/embeddingMap.ts';
import { images } from './data.ts';
import { host, state } from './host.ts';
import { lookedAt } from './selection.ts';

const SHOWN = 10;
/** Milliseconds that a pointer rests before neighbours are looked for. */
const REST_MS = 90;

export interface ShownNeighbors extends MapNeighbors {
  /** Whose they are. */
  readonly of: number;
}

/** Undefined while they are on their way. */
export const neighbors = [
  signal<ShownNeighbors | undefined>(undefined),
  signal<ShownNeighbors | undefined>(undefined),
] as const;

effect(() => {
  const row = lookedAt.value;
  const list = images.value;
  const maps = state.value?.maps.length ?? 0;
  for (const side of neighbors) if (side.peek()?.of !== row) side.value = undefined;
  if (row < 0) return undefined;
  const timer = setTimeout(() => {
    for (const map of [0, 1] as const) {
      if (map >= maps) continue;
      void host.call('embeddingMap/neighbors', { images: list, row, map, count: SHOWN }).then((found) => {
        if (found && lookedAt.peek() === row && images.peek() === list) neighbors[map].value = { ...found, of: row };
      });
    }
  }, REST_MS);
  return () => {
    clearTimeout(timer);
  };
});
