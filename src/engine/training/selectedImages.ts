/** Runs that train on some images of a dataset: those that a person has selected. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalidRun, messageOf } from '../../core/errors.ts';
import { namedImages } from '../../core/images/namedImages.ts';
import { nothingSelected } from '../../core/training/trainingErrors.ts';
import type { TrainingImage } from './trainingImages.ts';

/** In the run's folder: the paths may be many, and `run.json` is for people. */
export const SELECTED_FILE = 'selected-images.json';

/** What a run was told to train on, as far as the dataset has it. */
export interface ChosenImages {
  /** Relative to the root, with `/`; all of them, whatever their split. */
  readonly paths: readonly string[];
  /** Images and folders that were named and aren't there. */
  readonly missing: number;
  /** Images of the whole dataset. */
  readonly of: number;
}

/**
 * Those of the images that are named: by their paths, or by that of a folder, which stands for all images below it. They stay
 * in their order; what is named twice counts once. Throws too-few-images where nothing that is named is there.
 *
 * @param root for the message
 */
export function chooseImages(
  images: readonly TrainingImage[],
  named: readonly string[],
  root: string,
): { readonly images: TrainingImage[]; readonly chosen: ChosenImages } {
  const { images: kept, names, missing } = namedImages(images, named);
  if (kept.length === 0) throw nothingSelected(names, root);
  return { images: kept, chosen: { paths: kept.map(({ path }) => path), missing, of: images.length } };
}

/** The text of `SELECTED_FILE`: a path a line, so that people can read and compare it. */
export function formatSelected(paths: readonly string[]): string {
  return `{"images":[\n${paths.map((path) => JSON.stringify(path)).join(',\n')}\n]}\n`;
}

/** What a run's folder says that it trains on. Rejects with invalid-run: without it the run would go on with other images. */
export async function readSelected(folder: string): Promise<readonly string[]> {
  const file = join(folder, SELECTED_FILE);
  try {
    const { images } = JSON.parse(await readFile(file, 'utf8')) as { readonly images?: unknown };
    if (Array.isArray(images) && images.every((path) => typeof path === 'string')) return images;
  } catch (error) {
    throw invalidRun(file, messageOf(error));
  }
  throw invalidRun(file, 'it has no list of "images"');
}
