import type { Picture } from '../../src/protocol/panels.ts';

/** What a page fetches pictures with: the answer may lack some of them. */
export type FetchPictures = (paths: readonly string[]) => Promise<readonly Picture[]>;

/** Makes an address for bytes, and takes it back. */
export interface ObjectUrls {
  readonly create: (picture: Picture) => string;
  readonly revoke: (url: string) => void;
}

interface WaitingPicture {
  readonly key: string;
  readonly path: string;
  readonly resolve: (url: string | undefined) => void;
}

const BATCH = 48;

/**
 * Pictures as object URLs, by version and path. Requests that come together leave together, in batches; whatever isn't
 * shown any more is let go of with `keep`.
 */
export class PictureCache {
  readonly #fetch: FetchPictures;
  readonly #urls: ObjectUrls;
  readonly #entries = new Map<string, Promise<string | undefined>>();
  #waiting: WaitingPicture[] = [];

  constructor(fetch: FetchPictures, urls: ObjectUrls) {
    this.#fetch = fetch;
    this.#urls = urls;
  }

  /** @returns undefined where there is no picture. */
  get(version: string, path: string): Promise<string | undefined> {
    const key = keyOf(version, path);
    const known = this.#entries.get(key);
    if (known) return known;
    const entry = new Promise<string | undefined>((resolve) => {
      if (this.#waiting.length === 0) queueMicrotask(() => void this.#load());
      this.#waiting.push({ key, path, resolve });
    });
    this.#entries.set(key, entry);
    return entry;
  }

  /** Lets go of all others. */
  keep(version: string, paths: readonly string[]): void {
    const wanted = new Set(paths.map((path) => keyOf(version, path)));
    for (const [key, entry] of this.#entries) {
      if (wanted.has(key)) continue;
      this.#entries.delete(key);
      void entry.then((url) => {
        if (url !== undefined) this.#urls.revoke(url);
      });
    }
  }

  async #load(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < waiting.length; start += BATCH) {
      await this.#loadBatch(waiting.slice(start, start + BATCH));
    }
  }

  async #loadBatch(batch: readonly WaitingPicture[]): Promise<void> {
    const pictures = new Map<string, Picture>();
    try {
      for (const picture of await this.#fetch(batch.map(({ path }) => path))) pictures.set(picture.path, picture);
    } catch {
      // Who asks next tries again; until then the place stays empty.
      for (const { key } of batch) this.#entries.delete(key);
    }
    for (const { path, resolve } of batch) {
      const picture = pictures.get(path);
      resolve(picture?.bytes ? this.#urls.create(picture) : undefined);
    }
  }
}

const keyOf = (version: string, path: string): string => `${version}\0${path}`;

export const blobUrls: ObjectUrls = {
  create: ({ bytes, type }) => URL.createObjectURL(new Blob([new Uint8Array(bytes ?? [])], { type })),
  revoke: (url) => {
    URL.revokeObjectURL(url);
  },
};
