import { noVectors, sampleUnreadable } from '../../core/augmentation/augmentationErrors.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import type { JobContext } from '../../core/progress.ts';
import { RandomStream } from '../../core/random.ts';
import type { Encoder } from '../encoders/encoder.ts';
import type { SimilarContext } from '../search/similar.ts';
import type { SearchTable } from '../search/vectorSearch.ts';
import { decodeTrainingImages } from '../training/trainingImages.ts';
import { viewInput } from './sourcePictures.ts';

const SAMPLE_STREAM = 0x7361;

export interface SampledImage {
  readonly path: string;
  readonly label: string | undefined;
  /** In the table of vectors. */
  readonly row: number;
  /** Its place in the sample, whether or not those before it could be read. */
  readonly number: number;
}

export interface SampleOptions {
  readonly phase: string;
  readonly images: number;
  readonly viewSize: number;
  readonly seed: number;
}

/** The vectors of an index, of which there has to be one. Throws encoder-mismatch. */
export function openVectors({ dataset, stored, search }: SimilarContext): SearchTable {
  const table = search.open(dataset.store, stored.key);
  if (table.paths.length === 0) throw noVectors(dataset.root, stored.card.id);
  return table;
}

/**
 * Decodes a random sample of the indexed images, the same one for a seed, and hands it to `take` one by one; progress is
 * that of both. Files that can't be read any more are left out.
 *
 * @returns how many were taken. Rejects with too-few-images where none was, or with `cancelled`
 */
export async function forSample(
  table: SearchTable,
  encoder: Encoder,
  { dataset, labelOf }: SimilarContext,
  { phase, images, viewSize, seed }: SampleOptions,
  { signal, report }: JobContext,
  take: (image: SampledImage, pixels: RgbImage) => Promise<void>,
): Promise<number> {
  const rows = new RandomStream(seed, SAMPLE_STREAM).shuffled([...table.paths.keys()]).slice(0, images);
  const sample = rows.map((row, number): SampledImage => {
    const path = table.paths[row]!;
    return { path, label: labelOf(path), row, number };
  });
  const byPath = new Map(sample.map((image) => [image.path, image]));
  const listed = sample.map(({ path, label }) => ({ path, label, split: undefined }));
  const job = {
    signal,
    report: (progress: Parameters<typeof report>[0]) => {
      report({ ...progress, phase });
    },
  };
  let taken = 0;
  await decodeTrainingImages(
    dataset.root,
    listed,
    viewInput(encoder.card.input, viewSize),
    job,
    async ({ image, pixels }) => {
      await take(byPath.get(image.path)!, pixels);
      taken++;
    },
  );
  if (taken === 0) throw sampleUnreadable(dataset.root);
  return taken;
}
