import { hasImageExtension } from '../../core/images/fileKinds.ts';
import { usage } from '../../core/errors.ts';
import { MOST_MAP_NEIGHBORS, usualMapSettings } from '../../protocol/embeddingMap.ts';
import { mapLayouts, type MapChoice, type MapMethod, type MapRequest } from '../../protocol/maps.ts';
import type { Dataset } from '../dataset.ts';
import { assertOutputFile } from '../store/outputFile.ts';
import { assertMapFile } from './mapFile.ts';

/** Refuses what can't be done before anything is. Rejects with usage or file-exists. */
export async function checkMapRequest(request: MapRequest, dataset: Pick<Dataset, 'root' | 'config'>): Promise<void> {
  checkMapChoice(choiceOf(request));
  if (request.of === 'captions' && request.words !== undefined) {
    throw usage('Clusters of captions are named by words of the captions: leave out the words, or map the images.');
  }
  if (request.out) {
    assertMapFile(request.out.file);
    await assertOutputFile(request.out, dataset, hasImageExtension(request.out.file));
  }
}

/** Throws usage. */
export function checkMapChoice({ method, neighbors, minimumDistance, seed, layout }: MapChoice): void {
  const methods: readonly MapMethod[] = ['umap', 'pca'];
  if (!methods.includes(method)) throw usage(`Maps are made by ${methods.join(' or ')}, not by "${method}".`);
  if (!mapLayouts.includes(layout)) throw usage(`UMAP is computed by ${mapLayouts.join(' or ')}, not by "${layout}".`);
  if (!Number.isInteger(neighbors) || neighbors < 2 || neighbors > MOST_MAP_NEIGHBORS) {
    throw usage(`A neighbourhood has 2 to ${MOST_MAP_NEIGHBORS} images, not ${neighbors}.`);
  }
  if (!(minimumDistance >= 0 && minimumDistance < 3)) {
    throw usage(`The distance that points keep is a number from 0 to below 3, not ${minimumDistance}.`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) throw usage(`The seed is a whole number from 0, not ${seed}.`);
}

/** What a request asks for, with what it leaves out. */
export function choiceOf(request: MapRequest): MapChoice {
  const { method, neighbors, minimumDistance, seed } = usualMapSettings;
  return {
    method: request.method ?? method,
    neighbors: request.neighbors ?? neighbors,
    minimumDistance: request.minimumDistance ?? minimumDistance,
    seed: request.seed ?? seed,
    layout: 'likeness',
  };
}

/** What a kept map is found by: all that makes a difference to it, in one order. */
export function choiceKey({ method, neighbors, minimumDistance, seed, layout }: MapChoice): string {
  return JSON.stringify(method === 'pca' ? { method } : { method, layout, neighbors, minimumDistance, seed });
}

/** Whether a key is that of a map whose axes mean nothing, so that it may be turned. */
export function mayBeTurned(key: string): boolean {
  return (JSON.parse(key) as Partial<MapChoice>).method === 'umap';
}
