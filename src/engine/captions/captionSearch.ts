import { imageHasNoCaption } from '../../core/captions/captionErrors.ts';
import { notIndexed } from '../../core/errors.ts';
import { topK } from '../../core/neighbors/topK.ts';
import type { JobContext } from '../../core/progress.ts';
import type { CaptionNeighbors } from '../../protocol/captions.ts';
import type { Dataset } from '../dataset.ts';
import type { VectorSearch } from '../search/vectorSearch.ts';
import { captionVectors, storedCaptionVectors, type CaptionEncoder } from './captionVectors.ts';
import { writtenOf, type KnownCaptions } from './knownCaptions.ts';

/** Captions with their vectors, as rows of one array. */
interface Gallery {
  /** What it was made of. */
  readonly known: KnownCaptions;
  readonly encoderKey: number;
  readonly captions: readonly string[];
  readonly vectors: Float32Array;
  /** An image of each. */
  readonly paths: readonly string[];
}

export interface NeighborsRequest {
  /** Relative to the root. */
  readonly path: string;
  readonly count: number;
}

/** Looks for what a caption lies near to in place of its image. Keeps the vectors of the captions that were asked about last. */
export class CaptionSearch {
  readonly #search: VectorSearch;
  #gallery: Gallery | undefined;

  constructor(search: VectorSearch) {
    this.#search = search;
  }

  /**
   * The images that an image's caption is nearest to, and the captions that it is nearest to itself; of several captions the one
   * that is farthest. Rejects with captions-unmatched where it has none, not-indexed, or the codes of `captionVectors`.
   */
  async neighbors(
    { path, count }: NeighborsRequest,
    known: KnownCaptions,
    { root, store }: Dataset,
    encoder: CaptionEncoder,
    context: JobContext,
  ): Promise<CaptionNeighbors> {
    const own = writtenOf(known, path);
    if (own.length === 0) throw imageHasNoCaption(path);
    const table = this.#search.open(store, encoder.stored.key);
    const row = table.rowOf(path);
    if (row < 0) throw notIndexed(root);
    const image = table.vector(row);
    const all = [...known.captions.values()].flat();
    const { vectors, dim } = await captionVectors({ captions: own, all }, store, encoder, context);
    const similarities = own.map((_, i) => inner(vectors, i, image));
    const farthest = similarities.indexOf(Math.min(...similarities));
    const vector = vectors.slice(farthest * dim, (farthest + 1) * dim);
    const near = await table.nearest(vector, count, (other) => other !== row);
    const gallery = await this.#open(known, store, encoder);
    const toCaptions = Float32Array.from(gallery.captions, (_, i) => inner(gallery.vectors, i, image));
    const others = topK(toCaptions, count, (i) => !own.includes(gallery.captions[i]!));
    return {
      caption: own[farthest]!,
      similarity: similarities[farthest]!,
      images: Array.from(near.rows, (other, i) => {
        const at = table.paths[other]!;
        return { path: at, similarity: cosine(near.scores[i]!), captions: known.captions.get(at) ?? [] };
      }),
      captions: Array.from(others.rows, (i, rank) => ({
        caption: gallery.captions[i]!,
        path: gallery.paths[i]!,
        similarity: others.scores[rank]!,
      })),
    };
  }

  async #open(known: KnownCaptions, store: Dataset['store'], encoder: CaptionEncoder): Promise<Gallery> {
    const encoderKey = encoder.stored.key;
    if (this.#gallery?.known === known && this.#gallery.encoderKey === encoderKey) return this.#gallery;
    const pathOf = new Map<string, string>();
    for (const [path, written] of known.captions) {
      for (const caption of written) if (caption !== '' && !pathOf.has(caption)) pathOf.set(caption, path);
    }
    const found = await storedCaptionVectors([...pathOf.keys()], store, encoder);
    const captions = [...found.keys()];
    const { dim } = encoder.stored.card.output;
    const vectors = new Float32Array(captions.length * dim);
    captions.forEach((caption, i) => {
      vectors.set(found.get(caption)!, i * dim);
    });
    const paths = captions.map((caption) => pathOf.get(caption)!);
    this.#gallery = { known, encoderKey, captions, vectors, paths };
    return this.#gallery;
  }
}

/** Of a row of unit vectors and a unit vector. */
function inner(rows: Float32Array, row: number, vector: Float32Array): number {
  let sum = 0;
  for (let k = 0, at = row * vector.length; k < vector.length; k++) sum += rows[at + k]! * vector[k]!;
  return cosine(sum);
}

/** Rounding can put one a hair outside. */
function cosine(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
