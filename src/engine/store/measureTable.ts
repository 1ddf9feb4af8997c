import type { ImageMeasures } from '../../core/images/quality.ts';
import type { Database } from './sqlite.ts';

interface MeasureRow {
  readonly content: number;
  readonly dark: number;
  readonly light: number;
  readonly blurry: number;
  readonly low_information: number;
  readonly grayscale: number;
  readonly perceptual_hash: Uint8Array;
  readonly grey: Uint8Array;
}

/** What pictures measure, by content. */
export class MeasureTable {
  readonly #put;
  readonly #has;
  readonly #missing;
  readonly #all;

  constructor(database: Database) {
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO measures
         (content, version, dark, light, blurry, low_information, grayscale, perceptual_hash, grey)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#has = database.prepare('SELECT 1 FROM measures WHERE content = ? AND version = ?');
    this.#missing = database.prepare<{ content: number; path: string }>(
      `SELECT f.content, min(f.path) AS path
       FROM files f JOIN contents c ON c.key = f.content AND c.problem_code IS NULL
       WHERE NOT EXISTS (SELECT 1 FROM measures m WHERE m.content = f.content AND m.version = ?)
       GROUP BY f.content ORDER BY path`,
    );
    this.#all = database.prepare<MeasureRow>('SELECT * FROM measures');
  }

  put(contentKey: number, version: number, measures: ImageMeasures): void {
    const { dark, light, blurry, lowInformation, grayscale, perceptualHash, grey } = measures;
    this.#put.run(contentKey, version, dark, light, blurry, lowInformation, grayscale ? 1 : 0, perceptualHash, grey);
  }

  has(contentKey: number, version: number): boolean {
    return this.#has.get(contentKey, version) !== undefined;
  }

  missing(version: number): { readonly contentKey: number; readonly path: string }[] {
    return this.#missing.all(version).map(({ content, path }) => ({ contentKey: content, path }));
  }

  read(): Map<number, ImageMeasures> {
    return new Map(
      this.#all.all().map((row) => [
        row.content,
        {
          dark: row.dark,
          light: row.light,
          blurry: row.blurry,
          lowInformation: row.low_information,
          grayscale: row.grayscale === 1,
          perceptualHash: row.perceptual_hash,
          grey: row.grey,
        },
      ]),
    );
  }
}
