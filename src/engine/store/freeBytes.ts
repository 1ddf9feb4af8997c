import { statfs } from 'node:fs/promises';

export type FreeBytes = (folder: string) => Promise<number | undefined>;

/** Bytes that may be written to the disk of a folder; undefined where that can't be told: a full disk shows itself while writing. */
export const freeBytesOf: FreeBytes = async (folder) => {
  try {
    const { bavail, bsize, blocks } = await statfs(folder);
    // Some network drives know nothing of their size, and say zero.
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined;
  }
};
