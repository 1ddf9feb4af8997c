import { LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { alignMap } from '../../core/projection/alignment.ts';
import type { MapChoice } from '../../protocol/maps.ts';
import type { EmbeddedImage, IndexStore, MapKey, StoredEncoder, StoredMap } from '../store/indexStore.ts';
import { choiceKey, mayBeTurned } from './mapChoice.ts';
import type { MapImages } from './mapImages.ts';
import { layOutImages, neighborhood, type WatchPoints } from './mapLayout.ts';
import { storedMap, summaryOf } from './keptMap.ts';

/** Where a map of an encoder, a folder and settings is kept. @param below relative to the root; '' for all */
export function mapKey({ key }: Pick<StoredEncoder, 'key'>, below: string, choice: MapChoice): MapKey {
  return { encoderKey: key, folder: below, settings: choiceKey(choice) };
}

/** Images below a folder that have a vector of an encoder, by path. */
export function embeddedBelow(store: IndexStore, encoderKey: number, below: string): EmbeddedImage[] {
  const images = store.readEmbeddedImages(encoderKey);
  return below === '' ? images : images.filter(({ path }) => path.startsWith(`${below}/`));
}

/**
 * The last map that was made of an encoder and a folder, or by another encoder where that one has none yet: what a person
 * who looks at the folder remembers. Not one whose axes mean something.
 */
export function lastMap(store: IndexStore, encoderKey: number, folder: string): StoredMap | undefined {
  const others = store.readEncoders().flatMap(({ key }) => (key === encoderKey ? [] : [key]));
  for (const key of [encoderKey, ...others.reverse()]) {
    const settings = store.listMaps(key, folder).find(mayBeTurned);
    if (settings !== undefined) return store.readMap({ encoderKey: key, folder, settings });
  }
  return undefined;
}

export interface NewLayout {
  readonly store: IndexStore;
  readonly images: MapImages;
  readonly key: MapKey;
  readonly choice: MapChoice;
  readonly threads: number;
  /** A map that the new one is turned to, so that what people remember stays where it was. */
  readonly alignTo: StoredMap | undefined;
  readonly watch?: WatchPoints;
}

export interface NewMap {
  readonly map: StoredMap;
  /** Why it couldn't be kept. */
  readonly notices: readonly LikenessError[];
}

/** Lays images out and keeps the map. Rejects as `layOutImages`. */
export async function layOutAndKeep(work: NewLayout, context: JobContext): Promise<NewMap> {
  const startedAt = performance.now();
  const { store, images, key, choice, alignTo } = work;
  const turned = turning(images.paths, choice.method === 'umap' ? alignTo : undefined);
  const watch = work.watch;
  const laidOut = await layOutImages(
    {
      ...work,
      ...(watch && {
        watch: (positions) => {
          watch(() => turned(positions()));
        },
      }),
    },
    context,
  );
  const seconds = Math.round(performance.now() - startedAt) / 1000;
  const summary = summaryOf(laidOut, neighborhood(choice, images.rows), images.dim, seconds);
  const map = storedMap(images, { ...laidOut, positions: turned(laidOut.positions) }, summary, Date.now());
  try {
    store.putMap(key, map, laidOut.nearest);
    return { map, notices: [] };
  } catch (error) {
    // A disk that is full costs the next opening, not this one.
    if (!(error instanceof LikenessError)) throw error;
    return { map, notices: [error] };
  }
}

/** Lays positions upon a map that is remembered, by the images that both have; leaves them as they are without one. */
export function turning(
  paths: readonly string[],
  map: StoredMap | undefined,
): (positions: Float32Array) => Float32Array {
  if (map === undefined) return (positions) => positions;
  const rowOf = new Map(map.paths.map((path, row) => [path, row]));
  const shared = paths.flatMap((path, row): [number, number][] => {
    const other = rowOf.get(path);
    return other === undefined ? [] : [[row, other]];
  });
  return (positions) => {
    const common = shared.filter(([row]) => Number.isFinite(positions[2 * row]));
    return alignMap(positions, map.positions, { common }).positions;
  };
}
