import { indexCorrupt } from '../../core/errors.ts';
import type { Database } from './sqlite.ts';

/** A caption as a text half sees it. */
export interface CaptionVector {
  /** L2-normalised. */
  readonly vector: Float32Array;
  /** Of the whole caption, where it was cut; 0 where the text half knows none of it. */
  readonly tokens: number | undefined;
}

/** Vectors of captions, by the key of the encoder and a key that tells text half and caption. Writing doesn't alter the store's revision. */
export interface CaptionStore {
  /** All keys that are there, with `CaptionVector.tokens`. */
  list(encoderKey: number): (readonly [key: string, tokens: number | undefined])[];
  /** Those of the keys that are there. */
  read(encoderKey: number, dim: number, keys: readonly string[]): Map<string, CaptionVector>;
  put(encoderKey: number, captions: ReadonlyMap<string, CaptionVector>): void;
  /** Deletes all others of the encoder. */
  retain(encoderKey: number, keys: ReadonlySet<string>): void;
  /** Deletes those of the encoder whose keys begin so. */
  forget(encoderKey: number, prefix: string): void;
  /** Another one after every write of the encoder's captions, in this process or another; undefined before the first. */
  version(encoderKey: number): string | undefined;
}

export class CaptionTable implements CaptionStore {
  readonly #database: Database;
  readonly #within: (work: () => void) => void;
  readonly #one;
  readonly #put;
  readonly #keys;
  readonly #remove;
  readonly #forget;
  readonly #version;
  readonly #touch;

  /** @param within runs work in a transaction */
  constructor(database: Database, within: (work: () => void) => void) {
    this.#database = database;
    this.#within = within;
    this.#one = database.prepareTuples<readonly [tokens: number | null, vector: Uint8Array]>(
      'SELECT tokens, vector FROM captions WHERE encoder = ? AND caption = ?',
    );
    this.#put = database.prepare(
      'INSERT OR REPLACE INTO captions (encoder, caption, tokens, vector) VALUES (?, ?, ?, ?)',
    );
    this.#keys = database.prepareTuples<readonly [caption: string, tokens: number | null]>(
      'SELECT caption, tokens FROM captions WHERE encoder = ?',
    );
    this.#remove = database.prepare('DELETE FROM captions WHERE encoder = ? AND caption = ?');
    this.#forget = database.prepare(
      'DELETE FROM captions WHERE encoder = ?1 AND caption >= ?2 AND substr(caption, 1, length(?2)) = ?2',
    );
    this.#version = database.prepare<{ value: string }>('SELECT value FROM meta WHERE key = ?');
    this.#touch = database.prepare(
      `INSERT INTO meta (key, value) VALUES (?, hex(randomblob(8)))
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    );
  }

  list(encoderKey: number): (readonly [key: string, tokens: number | undefined])[] {
    return this.#keys.all(encoderKey).map(([key, tokens]) => [key, tokens ?? undefined]);
  }

  read(encoderKey: number, dim: number, keys: readonly string[]): Map<string, CaptionVector> {
    const length = dim * Float32Array.BYTES_PER_ELEMENT;
    const found = new Map<string, CaptionVector>();
    for (const key of keys) {
      const row = this.#one.get(encoderKey, key);
      if (row === undefined) continue;
      const [tokens, bytes] = row;
      if (bytes.length !== length) {
        throw indexCorrupt(this.#database.location, new Error(`a caption of ${bytes.length} bytes, not ${length}`));
      }
      found.set(key, { vector: new Float32Array(bytes.slice().buffer), tokens: tokens ?? undefined });
    }
    return found;
  }

  put(encoderKey: number, captions: ReadonlyMap<string, CaptionVector>): void {
    this.#within(() => {
      for (const [key, { vector, tokens }] of captions) {
        const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
        this.#put.run(encoderKey, key, tokens ?? null, bytes);
      }
      this.#touch.run(versionKey(encoderKey));
    });
  }

  retain(encoderKey: number, keys: ReadonlySet<string>): void {
    this.#within(() => {
      for (const [key] of this.#keys.all(encoderKey)) if (!keys.has(key)) this.#remove.run(encoderKey, key);
      this.#touch.run(versionKey(encoderKey));
    });
  }

  forget(encoderKey: number, prefix: string): void {
    this.#within(() => {
      this.#forget.run(encoderKey, prefix);
      this.#touch.run(versionKey(encoderKey));
    });
  }

  version(encoderKey: number): string | undefined {
    return this.#version.get(versionKey(encoderKey))?.value;
  }
}

/** Goes with the encoder, as all notes that end in its key do. */
function versionKey(encoderKey: number): string {
  return `captions-version/${encoderKey}`;
}
