import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { invalidTrainedOn } from '../../core/labels/labelErrors.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { replaceFile } from './replaceFile.ts';

/** The record of the images that an encoder was trained on, beside it: what it has seen shows nothing of how good it is. */
export const TRAINED_ON_FILE = 'trained-on.json';

export interface TrainedOnImage {
  /** Relative to the dataset's root, with `/`; for people, as files are moved. */
  readonly path: string;
  /** Lower-case hex SHA-256 of the file's bytes, as the index knows it. */
  readonly content: string;
}

/**
 * Writes the record; nobody ever sees half of it. Rejects with read-only or disk-full.
 *
 * @param encoderFolder holds `encoder.onnx`
 */
export async function writeTrainedOn(encoderFolder: string, images: readonly TrainedOnImage[]): Promise<void> {
  const file = join(encoderFolder, TRAINED_ON_FILE);
  // A line for each image, so that people can read and search it.
  const lines = images.map(({ path, content }) => JSON.stringify({ path, content }));
  try {
    await replaceFile(file, [`{"images":[${lines.length > 0 ? `\n${lines.join(',\n')}\n` : ''}]}\n`]);
  } catch (error) {
    throw writeFailure(file, error) ?? error;
  }
}

/** Reads the record; undefined where there is none. Rejects with invalid-card or unreadable-file. */
export async function readTrainedOn(encoderFolder: string): Promise<readonly TrainedOnImage[] | undefined> {
  const file = join(encoderFolder, TRAINED_ON_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw unreadableFile(file, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidTrainedOn(file, `it is not JSON (${messageOf(error)})`);
  }
  const images = typeof value === 'object' && value !== null && 'images' in value ? value.images : undefined;
  if (!Array.isArray(images)) throw invalidTrainedOn(file, 'it has no list of "images"');
  return images.map((image: unknown, i) => {
    if (isImage(image)) return { path: image.path, content: image.content };
    throw invalidTrainedOn(file, `image ${i + 1} lacks its "path" or its "content", 64 hex digits`);
  });
}

function isImage(value: unknown): value is TrainedOnImage {
  if (typeof value !== 'object' || value === null || !('path' in value) || !('content' in value)) return false;
  return typeof value.path === 'string' && typeof value.content === 'string' && /^[0-9a-f]{64}$/.test(value.content);
}

/**
 * The images whose labels a student has seen: those of its teacher, which it learns from, and its own. Undefined where
 * nobody knows what the teacher has seen.
 */
export async function labelsSeenBy(
  { model }: Pick<ResolvedEncoder, 'model'>,
  own: readonly TrainedOnImage[],
): Promise<readonly TrainedOnImage[] | undefined> {
  const taught = 'file' in model ? await readTrainedOn(dirname(model.file)) : undefined;
  if (taught === undefined) return undefined;
  const known = new Set(taught.map(({ content }) => content));
  return [...taught, ...own.filter(({ content }) => !known.has(content))];
}
