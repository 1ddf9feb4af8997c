import { normalizedRows, type RowMatrix } from '../linearAlgebra/rowMatrix.ts';

/** Embeddings of images, and what is known of the images. */
export interface EmbeddingSet {
  /** `rows × dim`; lengths don't matter. */
  readonly vectors: Float32Array;
  readonly rows: number;
  readonly dim: number;
  /**
   * Images of one group are duplicates of one another and never count as each other's neighbours: finding a copy says
   * nothing about an encoder. Negative: the image has no duplicates.
   */
  readonly groups?: Int32Array;
}

/** An embedding set whose classes are known: integers from 0, or negative where an image has none. */
export interface LabelledSet extends EmbeddingSet {
  readonly labels: Int32Array;
}

/** Those rows of a set that may be found, at unit length. */
export interface Gallery {
  readonly set: EmbeddingSet;
  /** Rows of the set, ascending. */
  readonly rows: Uint32Array;
  readonly vectors: RowMatrix;
}

export function galleryOf(set: EmbeddingSet, accept: (row: number) => boolean): Gallery {
  const rows = Uint32Array.from({ length: set.rows }, (_, row) => row).filter(accept);
  return { set, rows, vectors: normalizedRows(set.vectors, set.rows, set.dim, rows) };
}

/**
 * Makes the similarities of a query with itself and with its duplicates NaN, which is never among the nearest. The
 * query is itself where its set is the gallery's.
 *
 * @param similarities one per row of the gallery; changed
 */
export function excludeDuplicates(
  similarities: Float64Array | Float32Array,
  gallery: Gallery,
  queries: EmbeddingSet,
  query: number,
): void {
  const { rows, set } = gallery;
  const sameSet = queries === set;
  const group = queries.groups?.[query] ?? -1;
  if (!sameSet && (group < 0 || !set.groups)) return;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if ((sameSet && row === query) || (group >= 0 && set.groups?.[row] === group)) similarities[i] = Number.NaN;
  }
}
