import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIRM_EDGE } from '../../core/curation/copies.ts';
import type { GreyPicture } from '../../core/curation/samePicture.ts';
import { greyFromRgb, type RgbImage } from '../../core/images/pixels.ts';
import { decodeBmp } from '../images/bmp.ts';
import { decodeExactly, decodeRgb, type ExactPixels } from '../images/codec.ts';
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

/**
 * Equal of two files that hold the very same pixels, of whatever format: in all frames or pages, with their depth and transparency.
 * Undefined where a file is too large or can't be read any more.
 */
export async function pixelDigest(root: string, path: string, facts: ImageFacts): Promise<string | undefined> {
  if (facts.width * facts.height > MOST_PIXELS) return undefined;
  try {
    const bytes = await readFile(join(root, path));
    const { width, height, data } =
      facts.format === 'bmp' ? opaque(decodeBmp(bytes)) : await decodeExactly(bytes, MOST_PIXELS);
    return createHash('sha256').update(`${width} ${height} ${data.length}\n`).update(data).digest('base64');
  } catch {
    return undefined;
  }
}

function opaque({ width, height, data }: RgbImage): ExactPixels {
  const pixels = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0, k = 0; i < data.length; i += 3, k += 4) pixels.set(data.subarray(i, i + 3), k);
  return { width, height, data: pixels };
}
