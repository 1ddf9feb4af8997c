import { readFile, stat } from 'node:fs/promises';
import type { FreeBytes } from '../store/freeBytes.ts';
import { dirname, join } from 'node:path';
import { checkpointCorrupt, diskFull, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { decodeSafetensors, safetensorsChunks, type SafetensorsContent } from '../../core/training/safetensors.ts';
import { replaceFile } from './replaceFile.ts';

export const CHECKPOINT = 'checkpoint.safetensors';
/** Left free beside a checkpoint, for metrics, the encoder, and whatever else the machine does. */
const RESERVE_BYTES = 64 * 2 ** 20;

/** Bytes that may still be written in a folder; undefined where that can't be told. */
export async function hasCheckpoint(runFolder: string): Promise<boolean> {
  try {
    return (await stat(join(runFolder, CHECKPOINT))).isFile();
  } catch {
    return false;
  }
}

/**
 * Replaces a run's checkpoint: killed at any moment, the one before stays whole. The tensors must not change until the
 * promise settles. Rejects with disk-full before anything is written where there isn't room for both, or with the operating
 * system's error.
 *
 * @param beforeReplacing rejects to leave the checkpoint that is there
 */
export async function writeCheckpoint(
  runFolder: string,
  content: SafetensorsContent,
  freeBytes: FreeBytes,
  beforeReplacing: () => Promise<void>,
): Promise<void> {
  const file = join(runFolder, CHECKPOINT);
  const chunks = safetensorsChunks(content);
  const needed = chunks.reduce((sum, { length }) => sum + length, RESERVE_BYTES);
  const free = await freeBytes(dirname(file));
  if (free !== undefined && free < needed) {
    throw diskFull(file, new Error(`${free} bytes are free, and ${needed} are needed`));
  }
  await replaceFile(file, chunks, beforeReplacing);
}

/** Undefined where there is none. Rejects with checkpoint-corrupt or unreadable-file. */
export async function readCheckpoint(runFolder: string): Promise<SafetensorsContent | undefined> {
  const file = join(runFolder, CHECKPOINT);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw unreadableFile(file, error);
  }
  try {
    return decodeSafetensors(bytes);
  } catch (error) {
    throw checkpointCorrupt(file, error);
  }
}
