import {
  MOST_MAP_NEIGHBORS,
  usualMapSettings,
  type EmbeddingMapState,
  type MapSettings,
} from '../../protocol/embeddingMap.ts';
import type { MapSubject } from '../../protocol/maps.ts';

/** What survives a reload of the window. */
export interface SavedMap {
  /** Absolute. */
  readonly folder: string | undefined;
  readonly settings: MapSettings;
  /** The encoder of the second map, as it was named. */
  readonly second: string | undefined;
  readonly colorBy: string | undefined;
  readonly sortBy: EmbeddingMapState['sortBy'];
  /** Absent in what an older version has saved. */
  readonly filter?: string;
  readonly of?: MapSubject;
}

const nothing: SavedMap = {
  folder: undefined,
  settings: usualMapSettings,
  second: undefined,
  colorBy: undefined,
  sortBy: undefined,
};

/** What was saved; nothing where an older version has saved it in another form. */
export function restored(saved: SavedMap | undefined): SavedMap {
  const isUsable = saved !== undefined && typeof saved.settings === 'object' && areUsable(saved.settings);
  return isUsable ? saved : nothing;
}

/** Whether a map can be made with these, which may come from a control that is being typed in. */
export function areUsable({ method, neighbors, minimumDistance, seed }: MapSettings): boolean {
  const methods: readonly string[] = ['umap', 'pca'];
  return (
    methods.includes(method) &&
    Number.isInteger(neighbors) &&
    neighbors >= 2 &&
    neighbors <= MOST_MAP_NEIGHBORS &&
    minimumDistance >= 0 &&
    minimumDistance < 3 &&
    Number.isSafeInteger(seed) &&
    seed >= 0
  );
}
