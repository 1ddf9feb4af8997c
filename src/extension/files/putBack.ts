import { readFile, rm, writeFile } from 'node:fs/promises';
import { systemCodeOf } from '../../core/errors.ts';

/** What a file held before it was written, and what it held then; undefined where there was none. */
export interface WrittenFile {
  /** Absolute. */
  readonly file: string;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

/** Writes a file, by means of `work`, and remembers what it was. Rejects as `work` does, and where the file can't be read. */
export async function remembering<T>(file: string, work: () => Promise<T>): Promise<[T, WrittenFile]> {
  const before = await bytesOf(file);
  const done = await work();
  return [done, { file, before, after: await bytesOf(file) }];
}

/** Makes a file what it was. @returns false where somebody has changed it since, which stays */
export async function putBack({ file, before, after }: WrittenFile): Promise<boolean> {
  const current = await bytesOf(file);
  if (!isSame(current, after)) return false;
  if (before === undefined) await rm(file, { force: true });
  else await writeFile(file, before);
  return true;
}

async function bytesOf(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Buffer.from(a).equals(b);
}
