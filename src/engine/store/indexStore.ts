import type { EncoderCard } from '../../core/encoders/card.ts';
import type { ErrorCode } from '../../core/errors.ts';
import type { ImageMeasures, ImageQuality } from '../../core/images/quality.ts';
import type { TableColumn } from '../../core/tables/columnTable.ts';
import type { CaptionStore } from './captionTable.ts';
import type { RegionStore } from './regionTable.ts';

/** What is wrong with a file, an image or an embedding, as it is listed. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
}

/** One file below the root. `content` is absent when the file could not be read far enough to hash it. */
export interface FileRecord {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since the epoch, with the file system's own fraction. */
  readonly modifiedAt: number;
  /** When the bytes were hashed; a file modified too shortly before that is hashed again. */
  readonly indexedAt: number;
  readonly contentKey: number | undefined;
  readonly problem: Problem | undefined;
}

/** A file as it was when its bytes were hashed. */
export interface FileContent extends Pick<FileRecord, 'size' | 'modifiedAt' | 'indexedAt'> {
  readonly contentKey: number;
  /** As `ContentRecord.id`. */
  readonly content: string;
}

/** Stands for the file in the problems of contents and vectors, since several files may hold the same bytes. */
export const FILE_PLACEHOLDER = '{file}';

/** One picture by its bytes. Either `width`, `height` and `format` are known, or there is a `problem`. */
export interface ContentRecord {
  /** Lower-case hex SHA-256 of the file's bytes. */
  readonly id: string;
  /** In pixels, after the EXIF orientation was applied; 0 where unknown. */
  readonly width: number;
  readonly height: number;
  /** `jpeg`, `png`, `webp`, `gif`, `avif`, `tiff`, `svg`, `bmp`; empty where unknown. */
  readonly format: string;
  readonly problem: Problem | undefined;
  /** WebP, at most 192 pixels on its longest side. */
  readonly thumbnail: Uint8Array | undefined;
}

/** Where a content's vector comes from: numbers, or the reason why there are none. */
export type VectorRecord = Float32Array | Problem;

/** Gives a matrix to be filled. */
export type MatrixAllocator = (rows: number, dim: number) => Float32Array;

/** The vectors of all readable images for one encoder. Row i of `matrix` belongs to `paths[i]` and `contents[i]`. */
export interface VectorTable {
  readonly paths: readonly string[];
  readonly contentKeys: Float64Array;
  /** Row-major, L2-normalised, `rows × dim`; images of equal content share their values but each has its row. */
  readonly matrix: Float32Array;
  readonly dim: number;
  /** The store's revision that this was read at. */
  readonly revision: number;
}

/** Vectors of some contents. */
export interface VectorBlock {
  /** Ascending. */
  readonly contentKeys: Float64Array;
  /** `contents × dim`, L2-normalised. */
  readonly vectors: Float32Array;
}

/** An image that has a vector of some encoder, without the vector. */
export interface EmbeddedImage {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly contentKey: number;
}

/** What is known of a readable image's file. */
export interface ImageFacts {
  /** As `ContentRecord.id`. */
  readonly content: string;
  /** Of the file. */
  readonly bytes: number;
  /** In pixels, after the EXIF orientation was applied. */
  readonly width: number;
  readonly height: number;
  /** As `ContentRecord.format`. */
  readonly format: string;
  /** Undefined in an index from before images were measured, until they are indexed again. */
  readonly quality: ImageQuality | undefined;
}

/** What a map is found by. */
export interface MapKey {
  readonly encoderKey: number;
  /** Relative to the root; '' for all. */
  readonly folder: string;
  /** All that the layout depends on beside the images, as text. */
  readonly settings: string;
}

/** A map as it is kept. Arrays have one entry a row, positions two; the first `laidOut` rows were laid out together. */
export interface StoredMap {
  readonly laidOut: number;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  readonly paths: readonly string[];
  readonly contentKeys: Float64Array;
  /** `rows × 2`. */
  readonly positions: Float32Array;
  /** −1 for none. */
  readonly clusterOf: Int32Array;
  /** What else is known of it, as JSON of the caller's. */
  readonly summary: string;
}

/** The nearest others of each row that was laid out, `laidOut × perRow`, as rows. */
export interface StoredNeighbors {
  readonly perRow: number;
  readonly neighbors: Int32Array;
}

export interface StoredEncoder {
  readonly key: number;
  readonly identity: string;
  readonly card: EncoderCard;
}

/** Something the user should be told about how the store was opened: moved to a cache folder, rebuilt, … */
export interface StoreNotice {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * The index of one dataset. Behind this interface so that a shared or remote store can come later. All calls are
 * synchronous and short; several processes may hold the same store. Failures are `LikenessError`s: index-busy,
 * index-corrupt, disk-full, read-only.
 */
export interface IndexStore {
  /** The dataset root, absolute. */
  readonly root: string;
  /** The database file, absolute. */
  readonly location: string;
  readonly notices: readonly StoreNotice[];
  /** The optional index of parts of images. */
  readonly regions: RegionStore;
  /** Vectors of captions. */
  readonly captions: CaptionStore;

  /** Changes with every write that alters files, contents or vectors, in this process or another. */
  revision(): number;

  /** Runs `work` in one immediate transaction: all of it reaches the disk or nothing does. Not re-entrant. */
  transaction<T>(work: () => T): T;

  /** All files, or those equal to or below the given relative paths. */
  readFiles(below?: readonly string[]): Map<string, FileRecord>;
  /** Of the files that have been read, the ids of their contents. */
  readContentIds(paths: readonly string[]): Map<string, FileContent>;
  putFile(file: FileRecord): void;
  /** Contents that no file refers to any more stay until `prune`, so that a file moved meanwhile costs nothing. */
  removeFiles(paths: readonly string[]): void;

  findContent(id: string): { readonly key: number; readonly record: ContentRecord } | undefined;
  /** As `findContent`, without reading the record. */
  findContentKey(id: string): number | undefined;
  /** How many files hold it. */
  countFiles(contentKey: number): number;
  /** Inserts, or replaces what is stored under the same id. Returns its key. */
  putContent(record: ContentRecord): number;
  /** Thumbnails by path; paths without one are missing from the map. */
  readThumbnails(paths: readonly string[]): Map<string, Uint8Array>;

  /** Returns the key of the encoder with this identity, storing its card if it is new. */
  putEncoder(identity: string, card: EncoderCard): number;
  readEncoders(): StoredEncoder[];
  /** With its vectors, regions, captions, maps and all notes whose keys end in `/` and its key. */
  removeEncoder(encoderKey: number): void;

  /** True where a vector is stored, or the reason why there is none. */
  hasVector(contentKey: number, encoderKey: number): boolean;
  putVector(contentKey: number, encoderKey: number, vector: VectorRecord): void;
  /** One path per readable content that has neither a vector nor a problem for this encoder. */
  contentsWithoutVector(encoderKey: number): { readonly contentKey: number; readonly path: string }[];
  /** @param allocate where the vectors are to lie; absent: in memory of their own */
  readVectors(encoderKey: number, allocate?: MatrixAllocator): VectorTable;
  /** The vector of one content; undefined where there is none. */
  readVector(contentKey: number, encoderKey: number): Float32Array | undefined;
  /** Of the contents that have a vector and whose keys are larger than `after`, the first `count`; see `VectorBlock`. */
  readVectorBlock(encoderKey: number, after: number, count: number): VectorBlock;
  /** Contents with a vector of this encoder: so many `readVectorBlock` reads. */
  countVectors(encoderKey: number): number;
  /**
   * Names the vectors of an encoder: as long as it is the same, a content that has a vector has the same one. It is of this
   * index alone; one that is made anew has others.
   */
  vectorsName(encoderKey: number): string;
  /** Image counts of one encoder: files that have a vector. */
  countEmbedded(encoderKey: number): number;

  /** Images that `readVectors` would have rows for, in the order of its rows. */
  readEmbeddedImages(encoderKey: number): EmbeddedImage[];
  /** By path, of all readable images. */
  readImageFacts(): Map<string, ImageFacts>;
  /** `ContentRecord.id` of the same images, in the order of their paths, one at a time. */
  readImageContents(): Iterable<readonly [path: string, content: string]>;

  putMeasures(contentKey: number, version: number, measures: ImageMeasures): void;
  hasMeasures(contentKey: number, version: number): boolean;
  /** One path per readable content that has no measures of this version. */
  contentsWithoutMeasures(version: number): { readonly contentKey: number; readonly path: string }[];
  /** What pictures are compared by, by content key: 1 KiB each, so that only who compares reads them. See `ImageMeasures`. */
  readGreys(): Map<number, Uint8Array>;

  /** In place of one of the same name. */
  putColumn(column: TableColumn): void;
  /** False where there is none of that name. */
  removeColumn(name: string): boolean;
  /** Sorted by name. */
  readColumns(): TableColumn[];

  /** Files with their problem, naming them instead of `FILE_PLACEHOLDER`: of the file, its content, or (with an encoder) its embedding, by path. */
  readProblems(encoderKey?: number): { readonly path: string; readonly problem: Problem }[];
  /** Paths of readable images (content without a problem), sorted. */
  readImagePaths(): string[];

  readMeta(key: string): string | undefined;
  writeMeta(key: string, value: string | undefined): void;

  readMap(key: MapKey): StoredMap | undefined;
  readMapNeighbors(key: MapKey): StoredNeighbors | undefined;
  /** The settings of the maps of an encoder and a folder, the last one that was made first. */
  listMaps(encoderKey: number, folder: string): string[];
  /** Keeps a map in place of one of the same key; of an encoder and a folder the last few are kept. */
  putMap(key: MapKey, map: StoredMap, neighbors: StoredNeighbors): void;
  /** Adds rows to a map that were placed into it; does nothing where it was made anew meanwhile (`madeAt`). */
  extendMap(key: MapKey, map: StoredMap): void;

  /** Deletes contents with all that belongs to them, such as thumbnails, vectors and regions, that no file has referred to for `olderThanMs`. */
  prune(olderThanMs: number): number;

  /**
   * Takes a named lease for `ttlMs` if it is free, expired, ours, or held by a process of this machine that is gone.
   * Returns the holder that stands in the way otherwise.
   */
  acquireLease(name: string, owner: string, ttlMs: number): { readonly pid: number; readonly host: string } | undefined;
  releaseLease(name: string, owner: string): void;

  close(): void;
}
