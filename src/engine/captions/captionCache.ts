import { resolve } from 'node:path';
import { noCaptions } from '../../core/captions/captionErrors.ts';
import { LikenessError } from '../../core/errors.ts';
import type { Dataset } from '../dataset.ts';
import { statIfPresent } from '../fileStatus.ts';
import { readTextsOf } from './captionFiles.ts';
import { readCaptions, type KnownCaptions } from './knownCaptions.ts';
import { orNotice } from '../orNotice.ts';

/** Texts beside the images all have to be looked at to see whether one has changed: that may take such a share of the time. */
const LOOK_AGAIN_MS = 5000;
const REST_FOR_WORK = 10;

interface Kept {
  /** Of all that the captions come from but texts beside the images. */
  readonly stamp: string;
  readonly captions: Promise<KnownCaptions | LikenessError>;
  /** Milliseconds since the epoch; Infinity where the stamp tells of all changes. */
  readonly until: () => number;
}

/** By path, '' of an empty one; images of which nothing is told are missing. Why there are none is a value too. */
export type FewCaptions = ReadonlyMap<string, readonly string[]> | LikenessError | undefined;

/** What a few captions say of an image, to be told with it: nothing where none are known of it. */
export function captionsOf(known: FewCaptions, path: string): { readonly captions?: readonly string[] } {
  const captions = known instanceof LikenessError ? undefined : known?.get(path);
  return captions === undefined ? {} : { captions };
}

/** Keeps the captions of datasets until what they come from changes: a filter is asked with every letter that is typed. */
export class CaptionCache {
  /** By root. */
  readonly #kept = new Map<string, Kept>();

  /**
   * As `readCaptions` for all images of the index: undefined where the configuration names none, and why they can't be read as a
   * value. The same object is returned until something has changed. Rejects with what is no failure of theirs.
   */
  async read(dataset: Dataset): Promise<KnownCaptions | LikenessError | undefined> {
    const { root, store, config } = dataset;
    if (config.captions === undefined) return undefined;
    const stamp = stampOf(dataset);
    const before = this.#kept.get(root);
    if (before?.stamp === stamp && Date.now() < before.until()) return before.captions;
    let until = Infinity;
    const startedAt = Date.now();
    const captions = orNotice(() => readCaptions(dataset, store.readImagePaths())).then(async (read) => {
      const now = Date.now();
      if (config.captions?.source === 'txt') until = now + Math.max(LOOK_AGAIN_MS, REST_FOR_WORK * (now - startedAt));
      const known = before?.stamp === stamp ? await before.captions : undefined;
      return known !== undefined && areSame(known, read) ? known : read!;
    });
    const kept = { stamp, captions, until: () => until };
    this.#kept.set(root, kept);
    try {
      return await captions;
    } catch (error) {
      if (this.#kept.get(root) === kept) this.#kept.delete(root);
      throw error;
    }
  }

  /** As `read`; throws why there are none. */
  async require(dataset: Dataset): Promise<KnownCaptions> {
    const read = await this.read(dataset);
    if (read === undefined) throw noCaptions(dataset.root);
    if (read instanceof LikenessError) throw read;
    return read;
  }

  /** Of a few images, as they are now; otherwise as `read`. */
  async of(dataset: Dataset, paths: readonly string[]): Promise<FewCaptions> {
    const { root, config } = dataset;
    if (config.captions?.source === 'txt') return readTextsOf(root, paths);
    const read = await this.read(dataset);
    return read === undefined || read instanceof LikenessError ? read : read.captions;
  }
}

function stampOf({ root, store, config }: Dataset): string {
  const { file = [] } = config.captions ?? {};
  const files = (typeof file === 'string' ? [file] : file).map((one) => {
    const status = statIfPresent(resolve(root, one));
    return status === undefined ? 'none' : `${status.size}:${status.mtimeMs}`;
  });
  return [store.location, store.revision(), JSON.stringify(config.captions), ...files].join(' ');
}

function areSame(a: KnownCaptions | LikenessError, b: KnownCaptions | LikenessError | undefined): boolean {
  if (a instanceof LikenessError || b instanceof LikenessError || b === undefined) {
    return a instanceof LikenessError && b instanceof LikenessError && a.message === b.message;
  }
  if (a.captions.size !== b.captions.size) return false;
  for (const [path, own] of a.captions) {
    const other = b.captions.get(path);
    if (other?.length !== own.length || own.some((caption, i) => caption !== other[i])) return false;
  }
  return true;
}
