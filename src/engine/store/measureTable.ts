import type { ImageMeasures, ImageQuality } from '../../core/images/quality.ts';
import type { Database } from './sqlite.ts';

interface QualityRow {
  readonly content: number;
  readonly dark: number;
  readonly light: number;
  readonly blurry: number;
  readonly low_information: number;
  readonly grayscale: number;
}

/** What pictures measure, by content. */
export class MeasureTable {
  readonly #put;
  readonly #has;
  readonly #missing;
  readonly #qualities;
  readonly #greys;

  constructor(database: Database) {
    this.#put = database.prepare(
      `INSERT OR REPLACE INTO measures
         (content, version, dark, light, blurry, low_information, grayscale, grey)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#has = database.prepare('SELECT 1 FROM measures WHERE content = ? AND version = ?');
    this.#missing = database.prepare<{ content: number; path: string }>(
      `SELECT f.content, min(f.path) AS path
       FROM files f JOIN contents c ON c.key = f.content AND c.problem_code IS NULL
       WHERE NOT EXISTS (SELECT 1 FROM measures m WHERE m.content = f.content AND m.version = ?)
       GROUP BY f.content ORDER BY path`,
    );
    this.#qualities = database.prepare<QualityRow>(
      'SELECT content, dark, light, blurry, low_information, grayscale FROM measures',
    );
    this.#greys = database.prepare<{ content: number; grey: Uint8Array }>('SELECT content, grey FROM measures');
  }

  put(contentKey: number, version: number, { quality, grey }: ImageMeasures): void {
    const { dark, light, blurry, lowInformation, grayscale } = quality;
    this.#put.run(contentKey, version, dark, light, blurry, lowInformation, grayscale ? 1 : 0, grey);
  }

  has(contentKey: number, version: number): boolean {
    return this.#has.get(contentKey, version) !== undefined;
  }

  missing(version: number): { readonly contentKey: number; readonly path: string }[] {
    return this.#missing.all(version).map(({ content, path }) => ({ contentKey: content, path }));
  }

  readQualities(): Map<number, ImageQuality> {
    return new Map(
      this.#qualities
        .all()
        .map(({ content, dark, light, blurry, low_information: lowInformation, grayscale }) => [
          content,
          { dark, light, blurry, lowInformation, grayscale: grayscale === 1 },
        ]),
    );
  }

  readGreys(): Map<number, Uint8Array> {
    return new Map(this.#greys.all().map(({ content, grey }) => [content, grey]));
  }
}
