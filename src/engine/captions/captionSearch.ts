import { imageHasNoCaption } from '../../core/captions/captionErrors.ts';
import { notIndexed } from '../../core/errors.ts';
import { innerProduct } from '../../core/linearAlgebra/innerProduct.ts';
import type { JobContext } from '../../core/progress.ts';
import type { CaptionNeighbors } from '../../protocol/captions.ts';
import type { Dataset } from '../dataset.ts';
import type { VectorSearch } from '../search/vectorSearch.ts';
import { CaptionGallery, type GalleryOptions } from './captionGallery.ts';
import { captionKeys, captionVectors, type CaptionEncoder } from './captionVectors.ts';
import { writtenOf, type KnownCaptions } from './knownCaptions.ts';

export interface NeighborsRequest {
  /** Relative to the root. */
  readonly path: string;
  readonly count: number;
}

/** Looks for what a caption lies near to in place of its image. Keeps the captions that were asked about last. */
export class CaptionSearch {
  readonly #search: VectorSearch;
  #gallery: CaptionGallery | undefined;

  constructor(search: VectorSearch) {
    this.#search = search;
  }

  /**
   * The images that an image's caption is nearest to, and the captions that it is nearest to itself; of several captions the one
   * that is farthest. Rejects with captions-unmatched where it has none, not-indexed, `cancelled`, or the codes of `captionVectors`.
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
    const similarities = own.map((_, i) => cosine(innerProduct(vectors, image, i * dim)));
    const farthest = similarities.indexOf(Math.min(...similarities));
    const vector = vectors.slice(farthest * dim, (farthest + 1) * dim);
    const near = await table.nearest(vector, count, (other) => other !== row);
    const gallery = this.#open({ known, store, reader: await captionKeys(encoder) });
    const others = await gallery.nearest(image, count, (caption) => !own.includes(caption), context.signal);
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
        similarity: cosine(others.scores[rank]!),
      })),
    };
  }

  #open(options: GalleryOptions): CaptionGallery {
    if (this.#gallery?.isOf(options) !== true) this.#gallery = new CaptionGallery(options);
    return this.#gallery;
  }
}

/** Rounding can put one a hair outside. */
function cosine(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
