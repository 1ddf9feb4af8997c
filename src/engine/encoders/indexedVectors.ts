import type { IndexStore, StoredEncoder } from '../store/indexStore.ts';
import { currentEncoder } from './encoderChoice.ts';

export interface VectorSize {
  /** One for each different image. */
  readonly vectors: number;
  /** Of the vectors alone. */
  readonly bytes: number;
}

/** Vectors that an index has of images, by what has made them, whether or not that is still there. */
export interface IndexedVectors extends VectorSize {
  readonly stored: StoredEncoder;
  /** Whether the dataset is looked at with them. */
  readonly inUse: boolean;
}

/** Of all encoders and imports that an index has vectors of, in the order in which they came. */
export function indexedVectors(store: IndexStore): IndexedVectors[] {
  const current = currentEncoder({ store })?.key;
  return store.readEncoders().flatMap((stored) => {
    const vectors = store.countVectors(stored.key);
    if (vectors === 0) return [];
    const bytes = vectors * stored.card.output.dim * Float32Array.BYTES_PER_ELEMENT;
    return [{ stored, vectors, bytes, inUse: stored.key === current }];
  });
}

export function summedSize(sizes: readonly VectorSize[]): VectorSize {
  const sum = (numberOf: (size: VectorSize) => number) => sizes.reduce((so, size) => so + numberOf(size), 0);
  return { vectors: sum(({ vectors }) => vectors), bytes: sum(({ bytes }) => bytes) };
}
