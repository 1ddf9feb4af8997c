import type { IndexStore } from '../store/indexStore.ts';
import type { LabelledImage } from './evaluatedImages.ts';

/** Vectors of one encoder, a row per image. */
export interface ImageVectors {
  /** `images × dim`; zeros where there is none. */
  readonly vectors: Float32Array;
  readonly dim: number;
  /** 1 where there is one. */
  readonly present: Uint8Array;
}

/** Those of the index, in the order of the images. */
export function readImageVectors(
  store: IndexStore,
  encoderKey: number,
  images: readonly LabelledImage[],
): ImageVectors {
  const { paths, matrix, dim } = store.readVectors(encoderKey);
  const rows = new Map(paths.map((path, row) => [path, row]));
  const vectors = new Float32Array(images.length * dim);
  const present = new Uint8Array(images.length);
  images.forEach(({ path }, position) => {
    const row = rows.get(path);
    if (row === undefined) return;
    vectors.set(matrix.subarray(row * dim, (row + 1) * dim), position * dim);
    present[position] = 1;
  });
  return { vectors, dim, present };
}

/** The vectors of some of the images. */
export function selectRows({ vectors, dim }: ImageVectors, rows: Uint32Array): Float32Array {
  const selected = new Float32Array(rows.length * dim);
  rows.forEach((row, position) => {
    selected.set(vectors.subarray(row * dim, (row + 1) * dim), position * dim);
  });
  return selected;
}

/** Images that all encoders have a vector of: only on the same ones can they be compared. */
export function commonRows(all: readonly ImageVectors[], count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row).filter((row) =>
    all.every(({ present }) => present[row] === 1),
  );
}
