import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { DatasetConfig } from '../../../core/config/datasetConfig.ts';
import { splitTableOf } from '../../../core/config/splitRules.ts';
import { fileNotFound, LikenessError, systemCodeOf, unreadableFile } from '../../../core/errors.ts';
import { JsonFault, type JsonSections } from '../../../core/json/jsonSections.ts';
import { CocoFault } from '../../../core/labels/cocoLabels.ts';
import { labelFileOutside, labelFileTooLarge } from '../../../core/labels/labelSourceErrors.ts';
import { relativeToRoot } from '../../store/findRoot.ts';

/** Bytes that are read at once of a file that is too large to hold. */
const PIECE = 1 << 20;

/** The files that a dataset's labels come from, absolute; none where they come from elsewhere. */
export function labelFiles({ root, config }: { readonly root: string; readonly config: DatasetConfig }): string[] {
  const { source = 'folder', file = [] } = config.labels ?? {};
  if (source === 'folder' || source === 'none') return [];
  return (typeof file === 'string' ? [file] : file).map((one) => resolve(root, one));
}

/** The table that the splits are in, absolute; none where the configuration names none. */
export function splitFiles({ root, config }: { readonly root: string; readonly config: DatasetConfig }): string[] {
  const file = splitTableOf(config.splits);
  return file === undefined ? [] : [resolve(root, file)];
}

/**
 * Throws path-outside-root where one of the files isn't in the dataset: a configuration comes with a folder from anywhere, and
 * what it names is read, and written to. A link in the dataset is its owner's will.
 *
 * @param key of the configuration that names them
 */
export function assertInside(root: string, files: readonly string[], key: string): void {
  const outside = files.find((file) => relativeToRoot(root, file) === undefined);
  if (outside !== undefined) throw labelFileOutside(outside, key, root);
}

/** Rejects with file-not-found, unreadable-file or invalid-labels for one above the limit. */
export async function readLabelFile(file: string, limitBytes: number): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > limitBytes) throw labelFileTooLarge(file, size, limitBytes);
    return await readFile(file);
  } catch (error) {
    throw readingFailure(file, error);
  }
}

/** Piece by piece. Rejects with file-not-found or unreadable-file, or with what `take` throws. */
export async function streamLabelFile(file: string, take: (piece: Buffer) => void): Promise<void> {
  // Opened by itself, so that what `take` throws isn't taken for a failure of the file.
  const handle = await open(file).catch((error: unknown) => {
    throw readingFailure(file, error);
  });
  const stream = createReadStream('', { fd: handle, highWaterMark: PIECE });
  for await (const piece of stream) take(piece as Buffer);
}

/**
 * Goes through lists of a file of JSON, an element at a time. Rejects with file-not-found, unreadable-file or, of a file that
 * is no JSON or not what it should be, with what `failure` gives.
 *
 * @param failure of a fault, the end of a sentence
 */
export async function streamSections(
  file: string,
  sections: JsonSections,
  failure: (fault: string) => LikenessError,
): Promise<void> {
  try {
    await streamLabelFile(file, (piece) => {
      sections.push(piece);
    });
    sections.end();
  } catch (error) {
    throw error instanceof JsonFault || error instanceof CocoFault ? failure(error.message) : error;
  }
}

/** What a failed reading means for a person; other errors stay as they are. */
export function readingFailure(file: string, error: unknown): unknown {
  const code = systemCodeOf(error);
  if (error instanceof LikenessError || code === undefined) return error;
  return code === 'ENOENT' || code === 'ENOTDIR' ? fileNotFound(file) : unreadableFile(file, error);
}

/** How a file names an image: relative to the root where it is an absolute path below it. */
export function imageFromRoot(root: string, image: string): string {
  return isAbsolute(image) ? (relativeToRoot(root, image) ?? image) : image;
}

/** What was read of files, as long as they stay as they are. */
export class FileCache<Value> {
  readonly #capacity: number;
  /** In the order of their last use. */
  readonly #kept = new Map<string, { readonly stamp: string; readonly value: Promise<Value> }>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @param key what it depends on besides the file */
  async get(file: string, key: string, read: () => Promise<Value>): Promise<Value> {
    const name = `${file}\n${key}`;
    const stamp = await stampOf(file);
    let entry = this.#kept.get(name);
    if (entry?.stamp !== stamp || stamp === '') entry = { stamp, value: read() };
    this.#kept.delete(name);
    this.#kept.set(name, entry);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#capacity) break;
      this.#kept.delete(oldest);
    }
    try {
      return await entry.value;
    } catch (error) {
      if (this.#kept.get(name) === entry) this.#kept.delete(name);
      throw error;
    }
  }
}

/** Changes with a file; empty where there is none. */
export async function stampOf(file: string): Promise<string> {
  try {
    const { size, mtimeNs, ino } = await stat(file, { bigint: true });
    return `${size}:${mtimeNs}:${ino}`;
  } catch {
    return '';
  }
}
