import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIRM_EDGE } from '../../core/curation/copies.ts';
import type { GreyPicture } from '../../core/curation/samePicture.ts';
import { greyFromRgb } from '../../core/images/pixels.ts';
import { decodeRgb } from '../images/codec.ts';
import type { ImageFacts, IndexStore } from '../store/indexStore.ts';

/** Larger pictures are not decoded whole to compare their pixels. */
const MOST_PIXELS = 64e6;

/** Grey pictures of thumbnails, squashed to the size that crops are confirmed at. */
export class ThumbnailPictures {
  readonly #store: Pick<IndexStore, 'readThumbnails'>;
  /** Of the last few: pairs come in the order of their rows. */
  readonly #kept = new Map<string, Promise<GreyPicture | undefined>>();

  constructor(store: Pick<IndexStore, 'readThumbnails'>) {
    this.#store = store;
  }

  /** Undefined where there is no thumbnail. */
  async read(path: string): Promise<GreyPicture | undefined> {
    const known = this.#kept.get(path);
    if (known) return known;
    const picture = this.#decode(path);
    this.#kept.set(path, picture);
    if (this.#kept.size > 200) this.#kept.delete(this.#kept.keys().next().value!);
    return picture;
  }

  async #decode(path: string): Promise<GreyPicture | undefined> {
    const bytes = this.#store.readThumbnails([path]).get(path);
    if (bytes === undefined) return undefined;
    const size = { width: CONFIRM_EDGE, height: CONFIRM_EDGE };
    const { data } = await decodeRgb(bytes, size, 'lanczos3', MOST_PIXELS);
    return { edge: CONFIRM_EDGE, levels: Float32Array.from(greyFromRgb(data)) };
  }
}

/** Whether two files show the very same pixels. False where one is too large, undefined where it can't be read any more. */
export async function havePixelsEqual(
  root: string,
  first: { readonly path: string; readonly facts: ImageFacts },
  second: { readonly path: string; readonly facts: ImageFacts },
): Promise<boolean | undefined> {
  const { width, height } = first.facts;
  if (width !== second.facts.width || height !== second.facts.height || width * height > MOST_PIXELS) return false;
  // Those of BMP are decoded elsewhere; equal bytes are known by then.
  if (first.facts.format === 'bmp' || second.facts.format === 'bmp') return false;
  try {
    const [a, b] = await Promise.all(
      [first, second].map(async ({ path }) =>
        decodeRgb(await readFile(join(root, path)), { width, height }, 'nearest', MOST_PIXELS),
      ),
    );
    return Buffer.compare(a!.data, b!.data) === 0;
  } catch {
    return undefined;
  }
}
