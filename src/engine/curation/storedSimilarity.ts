import type { IndexStore, StoredEncoder } from '../store/indexStore.ts';
import type { KnownImages } from './curatedImages.ts';
import type { SimilarityOf } from './duplicateFindings.ts';

/** Similarities of few pairs of very many images, without the vectors of all in memory: those of a pair are read when asked for. */
export function storedSimilarity(
  store: Pick<IndexStore, 'readVector'>,
  { key }: Pick<StoredEncoder, 'key'>,
  { contentKeys }: Pick<KnownImages, 'contentKeys'>,
): SimilarityOf {
  const read = (row: number) => store.readVector(contentKeys[row]!, key);
  // The copies of an image are asked for one after the other.
  let kept: { readonly row: number; readonly vector: Float32Array | undefined } | undefined;
  return (first, second) => {
    if (kept?.row !== first) kept = { row: first, vector: read(first) };
    const [a, b] = [kept.vector, read(second)];
    // Gone meanwhile, by the hand of another process.
    if (a === undefined || b === undefined) return undefined;
    return Math.round(a.reduce((sum, value, i) => sum + value * b[i]!, 0) * 1e6) / 1e6;
  };
}
