import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { asLikenessError, cancelled, ErrorCode, LikenessError, systemCodeOf } from '../../core/errors.ts';
import { downloadDamaged } from '../../core/hub/hubErrors.ts';
import type { HubFile } from '../../core/hub/hubListing.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { flushFolder, renamePatiently } from '../training/replaceFile.ts';
import type { HttpAnswer, HttpClient } from './httpClient.ts';
import { assertNotPassing, retried, type Sleep } from './retry.ts';

/** A connection that has brought this much counts as one that works. */
const PROGRESS_BYTES = 2 ** 20;

export interface Download {
  readonly client: HttpClient;
  readonly from: URL;
  readonly file: HubFile;
  /** Where it goes, absolute; `TARGET.partial` holds what has arrived until all of it has and is found right. */
  readonly target: string;
  /** Says what an answer means that isn't the file. */
  readonly refusal: (answer: HttpAnswer) => Error;
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
  /** Told how many bytes of the file have arrived, those of earlier runs included. */
  readonly onBytes: (arrived: number) => void;
}

export function partialOf(target: string): string {
  return `${target}.partial`;
}

/** The entity tag of what is in a partial file, so that it isn't continued with the bytes of another one. */
export function tagOf(target: string): string {
  return `${target}.partial.etag`;
}

/**
 * Downloads a file, going on where an earlier run was stopped, however it was. Nothing is called `target` before its size
 * and hash are right. One process at a time may do this for a target. Rejects with download-damaged, disk-full,
 * read-only, cancelled, or the codes of `retried` and `refusal`.
 */
export async function downloadFile(download: Download): Promise<void> {
  const { from, file, target, signal, sleep } = download;
  const partial = partialOf(target);
  await onDisk(target, () => mkdir(dirname(target), { recursive: true }));
  for (;;) {
    const isContinued = (await sizeOf(partial)) > 0;
    try {
      await retried((progressed) => fetchRest(download, progressed), { address: from.origin, signal, sleep });
    } catch (error) {
      if (error instanceof LikenessError && error.code === ErrorCode.DownloadDamaged) await discard(target);
      throw error;
    }
    const found = await hashOf(partial, file, signal);
    if (found === file.hash.hex) break;
    await discard(target);
    // What lay there may have been damaged by a power cut; what came in one piece just now is wrong at its source.
    if (!isContinued) throw downloadDamaged(file.path, 'its hash is not the one that the repository names');
  }
  await onDisk(target, async () => {
    await renamePatiently(partial, target);
    await rm(tagOf(target), { force: true });
    await flushFolder(dirname(target));
  });
}

/** Appends what is missing to the partial file. Rejects with a plain error where another attempt may get further. */
async function fetchRest({ client, from, file, target, refusal, signal, onBytes }: Download, progressed: () => void) {
  const partial = partialOf(target);
  let position = await sizeOf(partial);
  if (position > file.size) {
    await discard(target);
    position = 0;
  }
  if (position === file.size && position > 0) return;
  const tag = position > 0 ? await readTag(target) : undefined;
  const answer = await client.get(from, {
    signal,
    headers: {
      ...(position > 0 && { Range: `bytes=${position}-` }),
      ...(tag !== undefined && { 'If-Range': tag }),
    },
  });
  assertNotPassing(answer);
  const { status, header, body } = answer;
  const start = status === 206 ? rangeStart(header('Content-Range')) : 0;
  if (status === 416 || (status === 206 && start !== position)) {
    body.destroy();
    await discard(target);
    throw new Error('the rest of the file was refused');
  }
  if (status !== 200 && status !== 206) {
    body.destroy();
    throw refusal(answer);
  }
  const announced = header('Content-Length');
  if (announced !== undefined && Number(announced) !== file.size - start) {
    body.destroy();
    throw downloadDamaged(file.path, `${start + Number(announced)} bytes are offered instead of ${file.size}`);
  }
  if (status === 200) await beginAnew(target, header('ETag'));
  await append(answer, { target, file, start, onBytes, progressed });
}

interface Appending {
  readonly target: string;
  readonly file: HubFile;
  readonly start: number;
  readonly onBytes: (arrived: number) => void;
  readonly progressed: () => void;
}

async function append({ body }: HttpAnswer, { target, file, start, onBytes, progressed }: Appending): Promise<void> {
  const partial = partialOf(target);
  const handle = await onDisk(partial, () => open(partial, 'a'));
  let position = start;
  try {
    onBytes(position);
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      if (position + chunk.length > file.size) {
        throw downloadDamaged(file.path, `more than its ${file.size} bytes arrive`);
      }
      await onDisk(partial, () => handle.appendFile(chunk));
      position += chunk.length;
      onBytes(position);
      if (position - start >= PROGRESS_BYTES) progressed();
    }
    if (position < file.size) throw new Error('the connection was dropped');
    await onDisk(partial, () => handle.sync());
  } finally {
    body.destroy();
    await handle.close();
  }
}

/** Empties the partial file first: a tag that is written after that never stands for other bytes. */
async function beginAnew(target: string, tag: string | undefined): Promise<void> {
  await onDisk(target, async () => {
    await rm(tagOf(target), { force: true });
    await writeFile(partialOf(target), '');
    // A weak tag doesn't promise the same bytes, and may not be used for ranges.
    if (tag !== undefined && !tag.startsWith('W/')) await writeFile(tagOf(target), tag);
  });
}

async function discard(target: string): Promise<void> {
  await rm(partialOf(target), { force: true });
  await rm(tagOf(target), { force: true });
}

/** Bytes of a file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

async function readTag(target: string): Promise<string | undefined> {
  try {
    const tag = await readFile(tagOf(target), 'latin1');
    return /^"[\x21\x23-\x7e]*"$/.test(tag) ? tag : undefined;
  } catch {
    return undefined;
  }
}

function rangeStart(header: string | undefined): number {
  return Number(/^bytes (\d+)-/.exec(header ?? '')?.[1] ?? Number.NaN);
}

/** Of the bytes on the disk, which are what will be used. Hex. */
async function hashOf(path: string, { size, hash }: HubFile, signal: AbortSignal): Promise<string> {
  const digest = createHash(hash.algorithm === 'sha256' ? 'sha256' : 'sha1');
  if (hash.algorithm === 'git-blob') digest.update(`blob ${size}\0`);
  try {
    await pipeline(createReadStream(path), digest, { signal, end: false });
  } catch (error) {
    throw signal.aborted ? cancelled() : asLikenessError(error);
  }
  return digest.digest('hex');
}

/** Gives failures of the disk a code of their own, so that they aren't taken for the network's. */
async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw systemCodeOf(error) === undefined ? error : (writeFailure(path, error) ?? asLikenessError(error));
  }
}
