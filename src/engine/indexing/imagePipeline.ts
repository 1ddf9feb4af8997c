import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { corruptImage, embeddingInvalid, fileTooLarge, LikenessError, unreadableFile } from '../../core/errors.ts';
import type { Embeddings, Encoder } from '../encoders/encoder.ts';
import type { ImageMeasures } from '../../core/images/quality.ts';
import { decodeClosely, decodeProxy, encoderPixels, thumbnailOf, type DecodeOptions } from '../images/imageDecoder.ts';
import { measureImage, MEASURES_VERSION } from '../images/imageMeasures.ts';
import { releaseBytes } from '../images/releasedBytes.ts';
import {
  FILE_PLACEHOLDER,
  type ContentRecord,
  type FileRecord,
  type IndexStore,
  type Problem,
} from '../store/indexStore.ts';
import { BatchCollector } from './batchCollector.ts';
import type { ScannedFile } from './plan.ts';

/** One file is held in memory whole. */
const MAX_FILE_BYTES = 512 * 2 ** 20;
/** Records without a vector wait for a batch's transaction, but not for longer than this many. */
const MAX_PENDING_FILES = 256;

export interface PipelineOptions {
  readonly store: IndexStore;
  readonly encoder: Encoder;
  readonly encoderKey: number;
  readonly decode: Omit<DecodeOptions, 'input'>;
  /** What the index held of the files before, by path: whatever comes with bytes that others have is a copy. */
  readonly known: ReadonlyMap<string, Pick<FileRecord, 'contentKey'>>;
  /** Pictures decoded at the same time. */
  readonly concurrency: number;
  /** True where pictures that couldn't be decoded before are worth another try. */
  readonly retryFailures: boolean;
  readonly signal: AbortSignal;
  /** Called for every file that has reached the disk. */
  readonly onDone: (count: number) => void;
}

export interface PipelineCounts {
  /** Vectors computed. */
  embedded: number;
  /** Files that are new, or have changed, and hold the bytes of another file, or of one that was here before: nothing was computed of them. */
  copies: number;
}

/** A decoded picture on its way through the encoder. */
interface Pending {
  readonly file: ScannedFile;
  readonly readAt: number;
  readonly content: ContentRecord;
  /** Undefined where the index has them, as after another encoder. */
  readonly measures: ImageMeasures | undefined;
}

/**
 * Reads, hashes, decodes and embeds files and writes each batch in one transaction, so that a process killed anywhere
 * leaves whole images behind and loses a few batches at most. Memory is bounded by `concurrency`, the pixel budget and
 * three batches, whatever the number of files.
 */
export class ImagePipeline {
  readonly #options: PipelineOptions;
  readonly #decode: DecodeOptions;
  readonly #collector: BatchCollector<Pending, Embeddings>;
  readonly #counts: PipelineCounts = { embedded: 0, copies: 0 };
  /** Files with the bytes of one that is being decoded right now, by content id. */
  readonly #followers = new Map<string, { file: ScannedFile; readAt: number }[]>();
  /** Records that need no vector, written with the next batch. */
  #records: (() => void)[] = [];

  constructor(options: PipelineOptions) {
    this.#options = options;
    const { encoder } = options;
    const { input } = encoder.card;
    this.#decode = { ...options.decode, input };
    const taker = {
      input,
      batchSize: encoder.batchSize,
      run: (pixels: Uint8Array, count: number) => encoder.embed(pixels, count),
    };
    this.#collector = new BatchCollector(taker, (items, embeddings) => {
      this.#writeBatch(items, embeddings);
    });
  }

  /** Processes all files. Resolves early, with what was done, when the signal aborts; rejects if writing fails. */
  async run(files: Iterable<ScannedFile>): Promise<PipelineCounts> {
    const iterator = files[Symbol.iterator]();
    const work = async () => {
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
        if (this.#options.signal.aborted) return;
        await this.#process(next.value);
      }
    };
    try {
      await Promise.all(Array.from({ length: this.#options.concurrency }, work));
      if (!this.#options.signal.aborted) await this.#collector.flush();
    } finally {
      await this.#collector.settle();
    }
    this.#writeRecords();
    return this.#counts;
  }

  async #process(file: ScannedFile): Promise<void> {
    const readAt = Date.now();
    let bytes: Buffer;
    try {
      if (file.size > MAX_FILE_BYTES) throw fileTooLarge(file.path, file.size, MAX_FILE_BYTES);
      bytes = await readFile(join(this.#options.store.root, file.path));
    } catch (error) {
      const failure = error instanceof LikenessError ? error : unreadableFile(file.path, error);
      this.#record(file, readAt, undefined, problemOf(failure));
      return;
    }
    const id = contentId(bytes);
    const followers = this.#followers.get(id);
    if (followers !== undefined) {
      followers.push({ file, readAt });
      return;
    }
    const known = this.#options.store.findContent(id);
    if (known !== undefined && this.#isSettled(known)) {
      if (this.#isReadable(known)) this.#countCopy(file, known.key);
      this.#record(file, readAt, known.key, undefined);
      return;
    }
    this.#followers.set(id, []);
    await this.#decodeInto(file, readAt, id, bytes, known);
  }

  /** True where decoding this content again would tell nothing new. */
  #isSettled({ key, record }: { key: number; record: ContentRecord }): boolean {
    if (record.problem !== undefined) return !this.#options.retryFailures;
    const { store, encoderKey } = this.#options;
    return store.hasVector(key, encoderKey) && store.hasMeasures(key, MEASURES_VERSION);
  }

  /** Whether a settled content has a vector, and not a reason why there is none. */
  #isReadable({ key, record }: { key: number; record: ContentRecord }): boolean {
    const { store, encoderKey } = this.#options;
    return record.problem === undefined && store.readVector(key, encoderKey) !== undefined;
  }

  #countCopy({ path }: ScannedFile, contentKey: number): void {
    if (this.#options.known.get(path)?.contentKey !== contentKey) this.#counts.copies++;
  }

  async #decodeInto(
    file: ScannedFile,
    readAt: number,
    id: string,
    bytes: Buffer,
    known: { readonly key: number; readonly record: ContentRecord } | undefined,
  ): Promise<void> {
    let pixels: Uint8Array;
    let content: ContentRecord;
    let measures: ImageMeasures | undefined;
    const { store, encoderKey } = this.#options;
    // All but its vector is there, as after another encoder: it is not worked out, nor written, again.
    const isMeasured =
      known?.record.problem === undefined &&
      known?.record.thumbnail !== undefined &&
      store.hasMeasures(known.key, MEASURES_VERSION);
    try {
      const image = await decodeProxy(bytes, FILE_PLACEHOLDER, this.#decode);
      const { format, width, height, proxy } = image;
      let thumbnail = known?.record.thumbnail;
      [pixels, thumbnail, measures] = await Promise.all([
        encoderPixels(proxy, this.#decode.input),
        thumbnail ?? thumbnailOf(proxy),
        isMeasured ? undefined : measureImage(proxy, () => decodeClosely(bytes, image, this.#decode)),
      ]);
      content = { id, width, height, format, problem: undefined, thumbnail };
      // What the encoder sees may be the proxy itself.
      if (pixels.buffer !== proxy.data.buffer) releaseBytes(proxy.data);
      releaseBytes(bytes);
    } catch (error) {
      const problem = problemOf(error instanceof LikenessError ? error : corruptImage(FILE_PLACEHOLDER, error));
      this.#recordBroken({ id, width: 0, height: 0, format: '', problem, thumbnail: undefined }, file, readAt);
      return;
    }
    // Whoever asked to stop doesn't want to wait for another batch.
    if (this.#options.signal.aborted) return;
    if (known !== undefined && store.hasVector(known.key, encoderKey))
      this.#recordMeasured(content, measures, file, readAt);
    else {
      const added = this.#collector.add(pixels, { file, readAt, content, measures });
      releaseBytes(pixels);
      await added;
    }
  }

  /** One that has its vector, from before it was measured. */
  #recordMeasured(
    content: ContentRecord,
    measures: ImageMeasures | undefined,
    file: ScannedFile,
    readAt: number,
  ): void {
    this.#enqueue(() => {
      const contentKey = this.#putContent(content, measures);
      this.#countCopy(file, contentKey);
      this.#putFiles(content.id, { file, readAt }, contentKey, true);
    });
  }

  /** Stores what is known of a content, unless the index has all of that. Returns its key. */
  #putContent(content: ContentRecord, measures: ImageMeasures | undefined): number {
    const { store } = this.#options;
    const known = measures === undefined ? store.findContentKey(content.id) : undefined;
    const contentKey = known ?? store.putContent(content);
    if (measures !== undefined) store.putMeasures(contentKey, MEASURES_VERSION, measures);
    return contentKey;
  }

  #recordBroken(content: ContentRecord, file: ScannedFile, readAt: number): void {
    const { store } = this.#options;
    this.#enqueue(() => {
      const contentKey = store.putContent(content);
      this.#putFiles(content.id, { file, readAt }, contentKey, false);
    });
  }

  #record(file: ScannedFile, readAt: number, contentKey: number | undefined, problem: Problem | undefined): void {
    this.#enqueue(() => {
      this.#options.store.putFile(fileRecord(file, readAt, contentKey, problem));
      this.#options.onDone(1);
    });
  }

  #enqueue(write: () => void): void {
    this.#records.push(write);
    if (this.#records.length >= MAX_PENDING_FILES) this.#writeRecords();
  }

  #writeRecords(): void {
    if (this.#records.length === 0) return;
    const records = this.#records;
    this.#records = [];
    this.#options.store.transaction(() => {
      for (const write of records) write();
    });
  }

  #writeBatch(items: readonly Pending[], embeddings: Embeddings): void {
    const { store, encoder, encoderKey } = this.#options;
    const dim = encoder.card.output.dim;
    const invalid = new Set(embeddings.invalid);
    store.transaction(() => {
      items.forEach(({ file, readAt, content, measures }, row) => {
        const contentKey = this.#putContent(content, measures);
        const vector = invalid.has(row)
          ? problemOf(embeddingInvalid(FILE_PLACEHOLDER, encoder.card.name))
          : embeddings.vectors.subarray(row * dim, (row + 1) * dim);
        store.putVector(contentKey, encoderKey, vector);
        this.#putFiles(content.id, { file, readAt }, contentKey, !invalid.has(row));
      });
    });
    this.#counts.embedded += items.length - invalid.size;
    this.#writeRecords();
  }

  /** Stores a file and those that turned out to hold the same bytes. */
  #putFiles(id: string, first: { file: ScannedFile; readAt: number }, contentKey: number, isReadable: boolean): void {
    const followers = this.#followers.get(id) ?? [];
    if (isReadable) for (const { file } of followers) this.#countCopy(file, contentKey);
    const files = [first, ...followers];
    this.#followers.delete(id);
    for (const { file, readAt } of files) {
      this.#options.store.putFile(fileRecord(file, readAt, contentKey, undefined));
    }
    this.#options.onDone(files.length);
  }
}

/** Lower-case hex SHA-256 of a file's bytes: the key of everything that is derived from them. */
export function contentId(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

function fileRecord(
  file: ScannedFile,
  indexedAt: number,
  contentKey: number | undefined,
  problem: Problem | undefined,
): FileRecord {
  return { ...file, indexedAt, contentKey, problem };
}

function problemOf({ code, message }: LikenessError): Problem {
  return { code, message };
}
