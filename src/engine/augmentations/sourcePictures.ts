import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { EncoderInput } from '../../core/encoders/card.ts';
import { fileNotFound, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import { DEFAULT_MAX_MEGAPIXELS, decodeProxy } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { sourceInput } from '../training/pixelStore.ts';

/** Whoever moves a slider looks at one picture, and goes back to the last few. */
const CAPACITY = 4;

/** Decoded pictures, kept for the next look at the same file. */
export class SourcePictures {
  /** In the order of their last use. */
  readonly #kept = new Map<string, Promise<RgbImage>>();

  /**
   * A file's picture as training decodes it for views of that size. Rejects with file-not-found, unreadable-file, or a code of
   * `decodeProxy`.
   */
  async read(file: string, input: EncoderInput, viewSize: number, maxMegapixels?: number): Promise<RgbImage> {
    let version: string;
    try {
      const { size, mtimeMs } = await stat(file);
      version = `${size}:${mtimeMs}`;
    } catch (error) {
      throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
    }
    const key = [viewSize, input.interpolation, maxMegapixels ?? '', version, file].join(' ');
    const known = this.#kept.get(key) ?? decode(file, viewInput(input, viewSize), maxMegapixels);
    this.#kept.delete(key);
    this.#kept.set(key, known);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= CAPACITY) break;
      this.#kept.delete(oldest);
    }
    try {
      return await known;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }
}

/** How pictures are decoded that views of that size are made of. */
export function viewInput(input: EncoderInput, viewSize: number): EncoderInput {
  return sourceInput({ ...input, size: [viewSize, viewSize] });
}

async function decode(file: string, input: EncoderInput, maxMegapixels = DEFAULT_MAX_MEGAPIXELS): Promise<RgbImage> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
  const options = { input, maxMegapixels, budget: new PixelBudget(Infinity) };
  const { proxy } = await decodeProxy(bytes, basename(file), options);
  return proxy;
}
