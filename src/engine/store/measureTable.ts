import type { ImageMeasures } from '../../core/images/quality.ts';
import type { ImageFacts } from './indexStore.ts';
import type { Database } from './sqlite.ts';

const FROM_READABLE_FILES = 'FROM files f JOIN contents c ON c.key = f.content AND c.problem_code IS NULL';

/** Tuples rather than objects: one of a hundred thousand images each, which are garbage at once. */
type FactsRow = readonly [
  ...file: [path: string, bytes: number, content: string, width: number, height: number, format: string],
  ...quality: [dark: number | null, light: number, blurry: number, lowInformation: number, grayscale: number],
];

/** What pictures measure, by content, and what else is known of the files that show them. */
export class MeasureTable {
  readonly #put;
  readonly #has;
  readonly #missing;
  readonly #facts;
  readonly #contents;
  readonly #countGreys;
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
    this.#facts = database.prepareTuples<FactsRow>(
      `SELECT f.path, f.size, c.id, c.width, c.height, c.format, m.dark, m.light, m.blurry, m.low_information, m.grayscale
       ${FROM_READABLE_FILES} LEFT JOIN measures m ON m.content = f.content`,
    );
    this.#contents = database.prepareTuples<readonly [path: string, content: string]>(
      `SELECT f.path, c.id ${FROM_READABLE_FILES} ORDER BY f.path`,
    );
    this.#countGreys = database.prepare<{ bytes: number | null }>('SELECT sum(length(grey)) AS bytes FROM measures');
    this.#greys = database.prepareTuples<readonly [content: number, grey: Uint8Array]>(
      'SELECT content, grey FROM measures',
    );
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

  readImageFacts(): Map<string, ImageFacts> {
    const facts = new Map<string, ImageFacts>();
    for (const [path, bytes, content, width, height, format, dark, ...others] of this.#facts.iterate()) {
      const [light, blurry, lowInformation, grayscale] = others;
      const quality = dark === null ? undefined : { dark, light, blurry, lowInformation, grayscale: grayscale === 1 };
      facts.set(path, { content, bytes, width, height, format, quality });
    }
    return facts;
  }

  *readImageContents(): Generator<readonly [path: string, content: string], void, undefined> {
    yield* this.#contents.iterate();
  }

  /** All in one buffer: a hundred thousand small ones would take as much again. */
  readGreys(): Map<number, Uint8Array> {
    const greys = new Map<number, Uint8Array>();
    let free = new Uint8Array(this.#countGreys.get()?.bytes ?? 0);
    for (const [content, grey] of this.#greys.iterate()) {
      // One more may have come since they were counted.
      if (free.length < grey.length) free = new Uint8Array(grey.length);
      free.set(grey);
      greys.set(content, free.subarray(0, grey.length));
      free = free.subarray(grey.length);
    }
    return greys;
  }
}
