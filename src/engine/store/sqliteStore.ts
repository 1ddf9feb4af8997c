import { statSync } from 'node:fs';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { encoderMismatch, indexReplaced } from '../../core/errors.ts';
import {
  FILE_PLACEHOLDER,
  type ContentRecord,
  type EmbeddedImage,
  type FileRecord,
  type ImageFacts,
  type IndexStore,
  type MapKey,
  type Problem,
  type StoredEncoder,
  type StoredMap,
  type StoredNeighbors,
  type StoreNotice,
  type VectorRecord,
  type VectorTable,
} from './indexStore.ts';
import { Leases } from './leases.ts';
import { MapTable } from './mapTable.ts';
import {
  contentOf,
  FILE_COLUMNS,
  fileOf,
  problemOf,
  problemValues,
  type ContentRow,
  type FileRow,
  type ProblemColumns,
} from './rows.ts';
import type { Database } from './sqlite.ts';
import { VectorReader } from './vectorTable.ts';

/** The index of a dataset in one SQLite file. Opened by `openStore`, which also migrates it. */
export class SqliteStore implements IndexStore {
  readonly root: string;
  readonly location: string;
  readonly notices: readonly StoreNotice[];

  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepareAll>;
  readonly #vectors: VectorReader;
  readonly #leases: Leases;
  readonly #maps: MapTable;
  readonly #dimensions = new Map<number, number>();
  /** Tells our file from another one that took its place: writing to a deleted file would lose everything silently. */
  readonly #identity: string | undefined;
  #inTransaction = false;
  #altered = false;

  /** @param database of the present schema version; the store closes it. */
  constructor(root: string, database: Database, notices: readonly StoreNotice[]) {
    this.root = root;
    this.location = database.location;
    this.notices = notices;
    this.#database = database;
    this.#statements = prepareAll(database);
    this.#vectors = new VectorReader(database);
    this.#leases = new Leases(database);
    this.#maps = new MapTable(database);
    this.#identity = fileIdentity(database.location);
  }

  revision(): number {
    return this.#statements.revision.get()?.revision ?? 0;
  }

  transaction<T>(work: () => T): T {
    if (this.#inTransaction) throw new Error('A transaction is running already.');
    if (fileIdentity(this.location) !== this.#identity) throw indexReplaced(this.location);
    this.#inTransaction = true;
    this.#altered = false;
    try {
      return this.#database.transaction(() => {
        const result = work();
        if (this.#altered) this.#statements.bumpRevision.run();
        return result;
      });
    } finally {
      this.#inTransaction = false;
    }
  }

  readFiles(below?: readonly string[]): Map<string, FileRecord> {
    const files = new Map<string, FileRecord>();
    if (below === undefined || below.includes('')) {
      for (const row of this.#statements.allFiles.all()) files.set(row[0], fileOf(row));
      return files;
    }
    for (const path of below) {
      // '0' follows '/' in the alphabet, so this is the range of everything that starts with `path/`.
      for (const row of this.#statements.filesBelow.iterate(path, `${path}/`, `${path}0`))
        files.set(row[0], fileOf(row));
    }
    return files;
  }

  putFile(file: FileRecord): void {
    this.#alter(() =>
      this.#statements.putFile.run(
        file.path,
        file.size,
        file.modifiedAt,
        file.indexedAt,
        file.contentKey ?? null,
        ...problemValues(file.problem),
      ),
    );
  }

  removeFiles(paths: readonly string[]): void {
    if (paths.length === 0) return;
    this.#alter(() => {
      for (const path of paths) this.#statements.removeFile.run(path);
    });
  }

  findContent(id: string): { readonly key: number; readonly record: ContentRecord } | undefined {
    const row = this.#statements.findContent.get(id);
    return row === undefined ? undefined : { key: row.key, record: contentOf(row) };
  }

  putContent(record: ContentRecord): number {
    return this.#alter(() => {
      const { id, width, height, format, problem, thumbnail } = record;
      const row = this.#statements.putContent.get(id, width, height, format, ...problemValues(problem), Date.now());
      if (row === undefined) throw new Error('An inserted content has no key.');
      if (thumbnail === undefined) this.#statements.removeThumbnail.run(row.key);
      else this.#statements.putThumbnail.run(row.key, thumbnail);
      return row.key;
    });
  }

  readThumbnails(paths: readonly string[]): Map<string, Uint8Array> {
    const thumbnails = new Map<string, Uint8Array>();
    for (const path of paths) {
      const row = this.#statements.thumbnail.get(path);
      if (row !== undefined) thumbnails.set(path, row.bytes);
    }
    return thumbnails;
  }

  putEncoder(identity: string, card: EncoderCard): number {
    return this.#within(() => {
      this.#statements.putEncoder.run(identity, JSON.stringify(card));
      const row = this.#statements.findEncoder.get(identity);
      if (row === undefined) throw new Error('An inserted encoder has no key.');
      return row.key;
    });
  }

  readEncoders(): StoredEncoder[] {
    return this.#statements.encoders.all().map(({ key, identity, card }) => ({
      key,
      identity,
      card: JSON.parse(card) as EncoderCard,
    }));
  }

  hasVector(contentKey: number, encoderKey: number): boolean {
    return this.#statements.hasVector.get(contentKey, encoderKey) !== undefined;
  }

  putVector(contentKey: number, encoderKey: number, vector: VectorRecord): void {
    const isVector = vector instanceof Float32Array;
    if (isVector) this.#assertDimension(encoderKey, vector.length);
    const bytes = isVector ? new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength) : null;
    this.#alter(() =>
      this.#statements.putVector.run(contentKey, encoderKey, bytes, ...problemValues(isVector ? undefined : vector)),
    );
  }

  contentsWithoutVector(encoderKey: number): { readonly contentKey: number; readonly path: string }[] {
    return this.#statements.withoutVector.all(encoderKey).map(({ content, path }) => ({ contentKey: content, path }));
  }

  readVectors(encoderKey: number): VectorTable {
    return this.#vectors.read(encoderKey, this.#dimensionOf(encoderKey), () => this.revision());
  }

  countEmbedded(encoderKey: number): number {
    return this.#vectors.count(encoderKey);
  }

  readEmbeddedImages(encoderKey: number): EmbeddedImage[] {
    return this.#vectors.images(encoderKey);
  }

  readImageFacts(): Map<string, ImageFacts> {
    const rows = this.#statements.imageFacts.all();
    return new Map(rows.map(([path, bytes, width, height, format]) => [path, { bytes, width, height, format }]));
  }

  readProblems(encoderKey?: number): { readonly path: string; readonly problem: Problem }[] {
    const problems: { path: string; problem: Problem }[] = [];
    for (const row of this.#statements.problems.iterate(encoderKey ?? null)) {
      const problem = problemOf(row);
      if (problem === undefined) continue;
      const message = problem.message.replaceAll(FILE_PLACEHOLDER, () => row.path);
      problems.push({ path: row.path, problem: { code: problem.code, message } });
    }
    return problems;
  }

  readImagePaths(): string[] {
    return this.#statements.imagePaths.all().map(({ path }) => path);
  }

  readMeta(key: string): string | undefined {
    return this.#statements.readMeta.get(key)?.value;
  }

  writeMeta(key: string, value: string | undefined): void {
    this.#within(() => {
      if (value === undefined) this.#statements.removeMeta.run(key);
      else this.#statements.writeMeta.run(key, value);
    });
  }

  readMap(key: MapKey): StoredMap | undefined {
    return this.#maps.read(key);
  }

  readMapNeighbors(key: MapKey): StoredNeighbors | undefined {
    return this.#maps.readNeighbors(key);
  }

  listMaps(encoderKey: number, folder: string): string[] {
    return this.#maps.list(encoderKey, folder);
  }

  putMap(key: MapKey, map: StoredMap, neighbors: StoredNeighbors): void {
    this.#within(() => {
      this.#maps.put(key, map, neighbors);
    });
  }

  extendMap(key: MapKey, map: StoredMap): void {
    this.#within(() => {
      this.#maps.extend(key, map);
    });
  }

  prune(olderThanMs: number): number {
    return this.#alter(() => this.#statements.prune.run(Date.now() - olderThanMs));
  }

  acquireLease(
    name: string,
    owner: string,
    ttlMs: number,
  ): { readonly pid: number; readonly host: string } | undefined {
    return this.#leases.acquire(name, owner, ttlMs);
  }

  releaseLease(name: string, owner: string): void {
    this.#leases.release(name, owner);
  }

  close(): void {
    this.#database.close();
  }

  /** Runs `work` in the caller's transaction, or in one of its own. */
  #within<T>(work: () => T): T {
    return this.#inTransaction ? work() : this.transaction(work);
  }

  /** The same, for what others may have read: the revision changes with it. */
  #alter<T>(work: () => T): T {
    return this.#within(() => {
      this.#altered = true;
      return work();
    });
  }

  #dimensionOf(encoderKey: number): number {
    let dimension = this.#dimensions.get(encoderKey);
    if (dimension === undefined) {
      const encoder = this.readEncoders().find(({ key }) => key === encoderKey);
      if (encoder === undefined) throw encoderMismatch(`The index knows no encoder number ${encoderKey}`);
      dimension = encoder.card.output.dim;
      this.#dimensions.set(encoderKey, dimension);
    }
    return dimension;
  }

  #assertDimension(encoderKey: number, length: number): void {
    const dimension = this.#dimensionOf(encoderKey);
    if (length !== dimension) {
      throw encoderMismatch(`A vector of ${length} numbers is not of this encoder, which gives ${dimension}`);
    }
  }
}

function fileIdentity(location: string): string | undefined {
  const stats = statSync(location, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}

/** Preparing everything at once also shows at the start whether the tables are the ones that we expect. */
function prepareAll(database: Database) {
  return {
    revision: database.prepare<{ revision: number }>('SELECT revision FROM state'),
    bumpRevision: database.prepare('UPDATE state SET revision = revision + 1'),
    allFiles: database.prepareTuples<FileRow>(`SELECT ${FILE_COLUMNS} FROM files`),
    filesBelow: database.prepareTuples<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM files WHERE path = ? OR (path >= ? AND path < ?)`,
    ),
    putFile: database.prepare(
      `INSERT INTO files (path, size, modified_at, indexed_at, content, problem_code, problem_message)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET
         size = excluded.size, modified_at = excluded.modified_at, indexed_at = excluded.indexed_at,
         content = excluded.content, problem_code = excluded.problem_code, problem_message = excluded.problem_message`,
    ),
    removeFile: database.prepare('DELETE FROM files WHERE path = ?'),
    findContent: database.prepare<ContentRow>(
      'SELECT c.*, t.bytes AS thumbnail FROM contents c LEFT JOIN thumbnails t ON t.content = c.key WHERE c.id = ?',
    ),
    putContent: database.prepare<{ key: number }>(
      `INSERT INTO contents (id, width, height, format, problem_code, problem_message, unreferenced_since)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET
         width = excluded.width, height = excluded.height, format = excluded.format,
         problem_code = excluded.problem_code, problem_message = excluded.problem_message
       RETURNING key`,
    ),
    putThumbnail: database.prepare(
      'INSERT INTO thumbnails (content, bytes) VALUES (?, ?) ON CONFLICT (content) DO UPDATE SET bytes = excluded.bytes',
    ),
    removeThumbnail: database.prepare('DELETE FROM thumbnails WHERE content = ?'),
    thumbnail: database.prepare<{ bytes: Uint8Array }>(
      'SELECT t.bytes FROM files f JOIN thumbnails t ON t.content = f.content WHERE f.path = ?',
    ),
    putEncoder: database.prepare(
      'INSERT INTO encoders (identity, card) VALUES (?, ?) ON CONFLICT (identity) DO NOTHING',
    ),
    findEncoder: database.prepare<{ key: number }>('SELECT key FROM encoders WHERE identity = ?'),
    encoders: database.prepare<{ key: number; identity: string; card: string }>('SELECT * FROM encoders ORDER BY key'),
    hasVector: database.prepare<{ found: number }>('SELECT 1 AS found FROM vectors WHERE content = ? AND encoder = ?'),
    putVector: database.prepare(
      `INSERT INTO vectors (content, encoder, vector, problem_code, problem_message) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (content, encoder) DO UPDATE SET
         vector = excluded.vector, problem_code = excluded.problem_code, problem_message = excluded.problem_message`,
    ),
    withoutVector: database.prepare<{ content: number; path: string }>(
      `SELECT f.content, min(f.path) AS path
       FROM files f JOIN contents c ON c.key = f.content AND c.problem_code IS NULL
       WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE v.content = f.content AND v.encoder = ?)
       GROUP BY f.content ORDER BY path`,
    ),
    problems: database.prepare<ProblemColumns & { path: string }>(
      `SELECT path, problem_code, problem_message FROM files WHERE problem_code IS NOT NULL
       UNION ALL
       SELECT f.path, c.problem_code, c.problem_message
       FROM contents c JOIN files f ON f.content = c.key
       WHERE c.problem_code IS NOT NULL AND f.problem_code IS NULL
       UNION ALL
       SELECT f.path, v.problem_code, v.problem_message
       FROM vectors v JOIN contents c ON c.key = v.content JOIN files f ON f.content = v.content
       WHERE v.encoder = ? AND v.problem_code IS NOT NULL AND c.problem_code IS NULL AND f.problem_code IS NULL
       ORDER BY path`,
    ),
    imageFacts: database.prepareTuples<
      readonly [path: string, bytes: number, width: number, height: number, format: string]
    >(
      `SELECT f.path, f.size, c.width, c.height, c.format
       FROM files f JOIN contents c ON c.key = f.content AND c.problem_code IS NULL`,
    ),
    imagePaths: database.prepare<{ path: string }>(
      `SELECT f.path FROM files f JOIN contents c ON c.key = f.content AND c.problem_code IS NULL ORDER BY f.path`,
    ),
    readMeta: database.prepare<{ value: string }>('SELECT value FROM meta WHERE key = ?'),
    writeMeta: database.prepare(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ),
    removeMeta: database.prepare('DELETE FROM meta WHERE key = ?'),
    prune: database.prepare(
      `DELETE FROM contents
       WHERE unreferenced_since <= ? AND NOT EXISTS (SELECT 1 FROM files f WHERE f.content = contents.key)`,
    ),
  };
}
