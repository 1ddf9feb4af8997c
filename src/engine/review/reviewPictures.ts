import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileNotFound, pathOutsideRoot, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import type { Size } from '../../core/images/geometry.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import { readQuarantine } from '../decisions/quarantine.ts';
import { DEFAULT_MAX_MEGAPIXELS, decodeReduced } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { relativeToRoot } from '../store/findRoot.ts';

/** Longest side that a picture is looked at with: what a screen shows, and what pixels are compared by. */
export const REVIEW_EDGE = 1280;
/** Pictures that are kept: those of the finding that is looked at, and of the one before. */
const KEPT = 8;
/** Of pictures that are decoded at once: two large ones. */
const MOST_PIXELS = 400e6;

/** A picture with its longest side at most `REVIEW_EDGE`. */
export interface ReducedPicture {
  readonly image: RgbImage;
  /** As it is stored. */
  readonly full: Size;
}

/** Decodes pictures for those who look at them, and keeps the last few. */
export class ReviewPictures {
  /** In the order of their last use. */
  readonly #kept = new Map<string, Promise<ReducedPicture>>();
  readonly #budget = new PixelBudget(MOST_PIXELS);

  /**
   * One that was set aside is read from there. Rejects with path-outside-root, file-not-found, unreadable-file, or a code of decoding.
   *
   * @param path relative to the root
   */
  async read(root: string, path: string): Promise<ReducedPicture> {
    const inside = relativeToRoot(root, path);
    if (inside === undefined || inside === '') throw pathOutsideRoot(path, root);
    const { file, key } = await present(root, inside);
    const known = this.#kept.get(key) ?? this.#decode(file, inside);
    this.#kept.delete(key);
    this.#kept.set(key, known);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    try {
      return await known;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  async #decode(file: string, path: string): Promise<ReducedPicture> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(file);
    } catch (error) {
      throw failureOf(file, error);
    }
    const limits = { maxMegapixels: DEFAULT_MAX_MEGAPIXELS, budget: this.#budget };
    const reduction = { sizeOf: reducedSize, kernel: 'lanczos3' } as const;
    const { proxy, width, height } = await decodeReduced(bytes, path, reduction, limits);
    return { image: proxy, full: { width, height } };
  }
}

/** The file of an image, also where it was set aside. */
async function present(root: string, path: string): Promise<{ readonly file: string; readonly key: string }> {
  const file = join(root, path);
  try {
    return { file, key: await versionOf(file) };
  } catch (error) {
    const aside = (await readQuarantine(root).catch(() => [])).find((entry) => entry.path === path);
    if (aside === undefined) throw error;
    const place = join(root, aside.at);
    return { file: place, key: await versionOf(place) };
  }
}

function reducedSize({ width, height }: Size): Size {
  const scale = Math.min(1, REVIEW_EDGE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function versionOf(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file);
    return `${size} ${mtimeMs} ${file}`;
  } catch (error) {
    throw failureOf(file, error);
  }
}

function failureOf(file: string, error: unknown): Error {
  return systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
}
