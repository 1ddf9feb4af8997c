import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { encoderMismatch, indexReplaced } from '../../core/errors.ts';
import type { ImageMeasures } from '../../core/images/quality.ts';
import type { TableColumn } from '../../core/tables/columnTable.ts';
import {
  FILE_PLACEHOLDER,
  type ContentRecord,
  type EmbeddedImage,
  type FileContent,
  type FileRecord,
  type ImageFacts,
  type IndexStore,
  type MapKey,
  type Problem,
  type StoredEncoder,
  type StoredMap,
  type StoredNeighbors,
  type StoreNotice,
  type MatrixAllocator,
  type VectorBlock,
  type VectorRecord,
  type VectorTable,
} from './indexStore.ts';
import { CaptionTable, type CaptionStore } from './captionTable.ts';
import { ColumnTable } from './columnTable.ts';
import { Leases } from './leases.ts';
import { MapTable } from './mapTable.ts';
import { MeasureTable } from './measureTable.ts';
import { RegionTable, type RegionStore } from './regionTable.ts';
import { contentOf, fileOf, problemOf, problemValues } from './rows.ts';
import type { Database } from './sqlite.ts';
import { prepareAll } from './sqliteStatements.ts';
import { VectorReader } from './vectorTable.ts';

/** The index of a dataset in one SQLite file. Opened by `openStore`, which also migrates it. */
export class SqliteStore implements IndexStore {
  readonly root: string;
  readonly location: string;
  readonly notices: readonly StoreNotice[];
  readonly regions: RegionStore;
  readonly captions: CaptionStore;

  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepareAll>;
  readonly #vectors: VectorReader;
  readonly #leases: Leases;
  readonly #maps: MapTable;
  readonly #measures: MeasureTable;
  readonly #columns: ColumnTable;
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
    this.#measures = new MeasureTable(database);
    this.#columns = new ColumnTable(database);
    const within = this.#within.bind(this);
    this.regions = new RegionTable(database, within);
    this.captions = new CaptionTable(database, within);
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

  readContentIds(paths: readonly string[]): Map<string, FileContent> {
    const known = new Map<string, FileContent>();
    for (const path of paths) {
      const row = this.#statements.contentOfFile.get(path);
      if (row !== undefined) known.set(path, row);
    }
    return known;
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

  findContentKey(id: string): number | undefined {
    return this.#statements.findContentKey.get(id)?.key;
  }

  countFiles(contentKey: number): number {
    return this.#statements.countFiles.get(contentKey)?.files ?? 0;
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

  removeEncoder(encoderKey: number): void {
    this.#alter(() => {
      this.#statements.removeEncoder.run(encoderKey);
      this.#statements.removeMetaOfEncoder.run(String(encoderKey));
    });
    this.#dimensions.delete(encoderKey);
  }

  hasVector(contentKey: number, encoderKey: number): boolean {
    return this.#statements.hasVector.get(contentKey, encoderKey) !== undefined;
  }

  putVector(contentKey: number, encoderKey: number, vector: VectorRecord): void {
    const isVector = vector instanceof Float32Array;
    if (isVector) this.#assertDimension(encoderKey, vector.length);
    const bytes = isVector ? new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength) : null;
    this.#alter(() => {
      // What was made of the vector that is replaced means nothing any more.
      if (this.hasVector(contentKey, encoderKey)) this.#statements.removeMeta.run(vectorsMeta(encoderKey));
      this.#statements.putVector.run(contentKey, encoderKey, bytes, ...problemValues(isVector ? undefined : vector));
    });
  }

  contentsWithoutVector(encoderKey: number): { readonly contentKey: number; readonly path: string }[] {
    return this.#statements.withoutVector.all(encoderKey).map(({ content, path }) => ({ contentKey: content, path }));
  }

  readVectors(encoderKey: number, allocate?: MatrixAllocator): VectorTable {
    return this.#vectors.read(encoderKey, this.#dimensionOf(encoderKey), () => this.revision(), allocate);
  }

  readVector(contentKey: number, encoderKey: number): Float32Array | undefined {
    return this.#vectors.one(contentKey, encoderKey, this.#dimensionOf(encoderKey));
  }

  readVectorBlock(encoderKey: number, after: number, count: number): VectorBlock {
    return this.#vectors.block(encoderKey, this.#dimensionOf(encoderKey), after, count);
  }

  countVectors(encoderKey: number): number {
    return this.#vectors.countContents(encoderKey);
  }

  vectorsName(encoderKey: number): string {
    const key = vectorsMeta(encoderKey);
    const known = this.readMeta(key);
    if (known !== undefined) return known;
    // In one transaction: another process may name them at the same time.
    return this.transaction(() => {
      const name = this.readMeta(key) ?? randomUUID();
      this.writeMeta(key, name);
      return name;
    });
  }

  countEmbedded(encoderKey: number): number {
    return this.#vectors.count(encoderKey);
  }

  readEmbeddedImages(encoderKey: number): EmbeddedImage[] {
    return this.#vectors.images(encoderKey);
  }

  readImageFacts(): Map<string, ImageFacts> {
    return this.#measures.readImageFacts();
  }

  readImageContents(): Iterable<readonly [path: string, content: string]> {
    return this.#measures.readImageContents();
  }

  putMeasures(contentKey: number, version: number, measures: ImageMeasures): void {
    this.#alter(() => {
      this.#measures.put(contentKey, version, measures);
    });
  }

  hasMeasures(contentKey: number, version: number): boolean {
    return this.#measures.has(contentKey, version);
  }

  contentsWithoutMeasures(version: number): { readonly contentKey: number; readonly path: string }[] {
    return this.#measures.missing(version);
  }

  readGreys(): Map<number, Uint8Array> {
    return this.#measures.readGreys();
  }

  putColumn(column: TableColumn): void {
    this.#alter(() => {
      this.#columns.put(column);
    });
  }

  removeColumn(name: string): boolean {
    return this.#alter(() => this.#columns.remove(name));
  }

  readColumns(): TableColumn[] {
    return this.#columns.read();
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
    const known = this.#dimensions.get(encoderKey);
    if (known !== undefined) return known;
    const encoder = this.readEncoders().find(({ key }) => key === encoderKey);
    if (encoder === undefined) throw encoderMismatch(`The index knows no encoder number ${encoderKey}`);
    const { dim } = encoder.card.output;
    this.#dimensions.set(encoderKey, dim);
    return dim;
  }

  #assertDimension(encoderKey: number, length: number): void {
    const dimension = this.#dimensionOf(encoderKey);
    if (length === dimension) return;
    throw encoderMismatch(`A vector of ${length} numbers is not of this encoder, which gives ${dimension}`);
  }
}

/** Where the name of an encoder's vectors is kept. */
function vectorsMeta(encoderKey: number): string {
  return `vectors/${encoderKey}`;
}

function fileIdentity(location: string): string | undefined {
  const stats = statSync(location, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}
