import type { IndexStore, StoredEncoder } from '../store/indexStore.ts';

/** The vectors of one encoder, by image. */
export interface VectorsByPath {
  /** As people call the encoder. */
  readonly encoder: string;
  readonly dim: number;
  /** A view into the table that all share; undefined where the image has none. */
  readonly of: (path: string) => Float32Array | undefined;
}

export function readVectorsByPath(store: Pick<IndexStore, 'readVectors'>, { key, card }: StoredEncoder): VectorsByPath {
  const { paths, matrix, dim } = store.readVectors(key);
  const rows = new Map(paths.map((path, row) => [path, row]));
  return {
    encoder: card.id,
    dim,
    of: (path) => {
      const row = rows.get(path);
      return row === undefined ? undefined : matrix.subarray(row * dim, (row + 1) * dim);
    },
  };
}
