import type { Picture } from '../../../src/protocol/panels.ts';

/** Pictures that are kept decoded: at most so many, none larger than it can be drawn. */
const MOST_KEPT = 600;
const LARGEST_SIDE = 160;
/** That are asked for at once. */
const BATCH = 48;

/** Pictures of rows, ready to be drawn on a canvas. Only those that are wanted now are fetched. */
export class BitmapCache {
  readonly #fetch: (rows: readonly number[]) => Promise<readonly Picture[]>;
  /** The least recently wanted first; null for a row without a picture. */
  readonly #bitmaps = new Map<number, ImageBitmap | null>();
  /** By who wants them. */
  readonly #wanted = new Map<string, readonly number[]>();
  #version = '';
  #isLoading = false;

  /** @param fetch gives pictures in the order of the rows */
  constructor(fetch: (rows: readonly number[]) => Promise<readonly Picture[]>) {
    this.#fetch = fetch;
  }

  /** Called when more pictures are there. */
  readonly onLoaded = new Set<() => void>();

  /**
   * What a drawing wants from now on, instead of what it wanted before.
   *
   * @param version of the pictures; another one throws all others away
   */
  want(version: string, drawing: string, rows: readonly number[]): void {
    if (version !== this.#version) {
      this.#version = version;
      for (const bitmap of this.#bitmaps.values()) bitmap?.close();
      this.#bitmaps.clear();
    }
    this.#wanted.set(drawing, rows);
    for (const row of rows) {
      const known = this.#bitmaps.get(row);
      if (known === undefined) continue;
      this.#bitmaps.delete(row);
      this.#bitmaps.set(row, known);
    }
    if (!this.#isLoading) void this.#load();
  }

  get(row: number): ImageBitmap | undefined {
    return this.#bitmaps.get(row) ?? undefined;
  }

  async #load(): Promise<void> {
    this.#isLoading = true;
    for (;;) {
      const version = this.#version;
      const missing = [...this.#wanted.values()].flat().filter((row) => !this.#bitmaps.has(row));
      const batch = [...new Set(missing)].slice(0, BATCH);
      if (batch.length === 0) break;
      const bitmaps = await this.#decode(batch);
      if (version !== this.#version) {
        for (const bitmap of bitmaps) bitmap?.close();
        continue;
      }
      batch.forEach((row, i) => this.#bitmaps.set(row, bitmaps[i] ?? null));
      this.#forget();
      for (const listener of this.onLoaded) listener();
    }
    this.#isLoading = false;
  }

  async #decode(rows: readonly number[]): Promise<(ImageBitmap | undefined)[]> {
    try {
      const pictures = await this.#fetch(rows);
      return await Promise.all(pictures.map(decoded));
    } catch {
      return [];
    }
  }

  #forget(): void {
    for (const [row, bitmap] of this.#bitmaps) {
      if (this.#bitmaps.size <= MOST_KEPT) return;
      bitmap?.close();
      this.#bitmaps.delete(row);
    }
  }
}

async function decoded({ bytes, type }: Picture): Promise<ImageBitmap | undefined> {
  if (!bytes) return undefined;
  try {
    const whole = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type }));
    const side = Math.max(whole.width, whole.height);
    if (side <= LARGEST_SIDE) return whole;
    const scale = LARGEST_SIDE / side;
    const small = await createImageBitmap(whole, {
      resizeWidth: Math.max(1, Math.round(whole.width * scale)),
      resizeHeight: Math.max(1, Math.round(whole.height * scale)),
      resizeQuality: 'medium',
    });
    whole.close();
    return small;
  } catch {
    return undefined;
  }
}
