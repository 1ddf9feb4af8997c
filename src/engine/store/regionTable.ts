import type { Box } from '../../core/images/boxes.ts';
import type { Size } from '../../core/images/geometry.ts';
import type { Database } from './sqlite.ts';

/** A part of a picture with its vector. */
export interface IndexedRegion {
  readonly box: Box;
  /** L2-normalised. */
  readonly vector: Float32Array;
}

export interface RegionCounts {
  /** As `imageCount`. */
  readonly images: number;
  readonly regions: number;
}

/** A row of the table without its box. */
export type RegionVectorRow = readonly [key: number, contentKey: number, vector: Uint8Array];

/** Vectors of parts of images. They are never read all at once: there are a dozen of them for each image. */
export interface RegionStore {
  /** One path per readable content that has a vector of the encoder and no regions of this layout. */
  missing(encoderKey: number, layout: number): { readonly contentKey: number; readonly path: string }[];
  /** In place of those that the content has. They don't alter the store's revision. */
  put(contentKey: number, encoderKey: number, layout: number, regions: readonly IndexedRegion[]): void;
  /** Image files whose regions are indexed. */
  imageCount(encoderKey: number): number;
  counts(encoderKey: number): RegionCounts;
  /** Whether any image has its regions, without counting them. */
  has(encoderKey: number): boolean;
  /** The next rows by their keys. @param after the last key of the rows before; 0 at first */
  block(encoderKey: number, after: number, count: number): RegionVectorRow[];
  /** The box of a row, and the size of the picture that it is a part of. */
  box(key: number): { readonly box: Box; readonly picture: Size } | undefined;
}

interface BoxRow extends Box {
  readonly pictureWidth: number;
  readonly pictureHeight: number;
}

export class RegionTable implements RegionStore {
  readonly #within: (work: () => void) => void;
  readonly #missing;
  readonly #removeRegions;
  readonly #putRegion;
  readonly #putSet;
  readonly #images;
  readonly #regions;
  readonly #any;
  readonly #block;
  readonly #box;

  /** @param within runs work in a transaction */
  constructor(database: Database, within: (work: () => void) => void) {
    this.#within = within;
    this.#missing = database.prepare<{ content: number; path: string }>(
      `SELECT f.content, min(f.path) AS path
       FROM files f
       JOIN contents c ON c.key = f.content AND c.problem_code IS NULL
       JOIN vectors v ON v.content = f.content AND v.encoder = ? AND v.vector IS NOT NULL
       WHERE NOT EXISTS (SELECT 1 FROM region_sets s WHERE s.content = f.content AND s.encoder = ? AND s.layout = ?)
       GROUP BY f.content ORDER BY path`,
    );
    this.#removeRegions = database.prepare('DELETE FROM regions WHERE content = ? AND encoder = ?');
    this.#putRegion = database.prepare(
      'INSERT INTO regions (content, encoder, x, y, width, height, vector) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#putSet = database.prepare(
      `INSERT INTO region_sets (content, encoder, layout) VALUES (?, ?, ?)
       ON CONFLICT (encoder, content) DO UPDATE SET layout = excluded.layout`,
    );
    this.#images = database.prepare<{ count: number }>(
      'SELECT count(*) AS count FROM files f JOIN region_sets s ON s.content = f.content AND s.encoder = ?',
    );
    this.#regions = database.prepare<{ count: number }>('SELECT count(*) AS count FROM regions WHERE encoder = ?');
    this.#any = database.prepare<{ found: number }>('SELECT 1 AS found FROM region_sets WHERE encoder = ? LIMIT 1');
    this.#block = database.prepareTuples<RegionVectorRow>(
      'SELECT key, content, vector FROM regions WHERE encoder = ? AND key > ? ORDER BY key LIMIT ?',
    );
    this.#box = database.prepare<BoxRow>(
      `SELECT r.x, r.y, r.width, r.height, c.width AS pictureWidth, c.height AS pictureHeight
       FROM regions r JOIN contents c ON c.key = r.content WHERE r.key = ?`,
    );
  }

  missing(encoderKey: number, layout: number): { readonly contentKey: number; readonly path: string }[] {
    return this.#missing
      .all(encoderKey, encoderKey, layout)
      .map(({ content, path }) => ({ contentKey: content, path }));
  }

  put(contentKey: number, encoderKey: number, layout: number, regions: readonly IndexedRegion[]): void {
    this.#within(() => {
      this.#removeRegions.run(contentKey, encoderKey);
      for (const { box, vector } of regions) {
        const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
        this.#putRegion.run(contentKey, encoderKey, box.x, box.y, box.width, box.height, bytes);
      }
      this.#putSet.run(contentKey, encoderKey, layout);
    });
  }

  imageCount(encoderKey: number): number {
    return this.#images.get(encoderKey)?.count ?? 0;
  }

  counts(encoderKey: number): RegionCounts {
    return {
      images: this.imageCount(encoderKey),
      regions: this.#regions.get(encoderKey)?.count ?? 0,
    };
  }

  has(encoderKey: number): boolean {
    return this.#any.get(encoderKey) !== undefined;
  }

  block(encoderKey: number, after: number, count: number): RegionVectorRow[] {
    return this.#block.all(encoderKey, after, count);
  }

  box(key: number): { readonly box: Box; readonly picture: Size } | undefined {
    const row = this.#box.get(key);
    if (row === undefined) return undefined;
    const { x, y, width, height, pictureWidth, pictureHeight } = row;
    return { box: { x, y, width, height }, picture: { width: pictureWidth, height: pictureHeight } };
  }
}
