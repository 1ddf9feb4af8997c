import type { JobContext } from '../../core/progress.ts';
import { encoderPixels } from '../images/imageDecoder.ts';
import { BatchCollector } from '../indexing/batchCollector.ts';
import { decodeTrainingImages, type TrainingImage } from '../training/trainingImages.ts';
import type { Classifier } from './classifier.ts';

/** Confidences are given to six digits; of a float32 near 1 more would say nothing. */
const PRECISION = 1e6;

/** What became of each image; one entry each. */
export interface ClassifiedImages {
  /** The most probable class; −1 where there is none. */
  readonly predictions: Int32Array;
  /** Probability of that class. */
  readonly confidences: Float64Array;
  /** Content id of each image that could be decoded. */
  readonly contents: readonly (string | undefined)[];
}

/**
 * Decodes and classifies images in batches, of which a few are in memory at a time. Images without a content couldn't be
 * decoded; those with one and without a prediction got numbers that are not finite. Rejects with `cancelled` and the codes of
 * `Classifier.run`.
 */
export async function classifyImages(
  root: string,
  images: readonly TrainingImage[],
  classifier: Classifier,
  { signal, report }: JobContext,
): Promise<ClassifiedImages> {
  const rows = new Map(images.map(({ path }, row) => [path, row]));
  const predictions = new Int32Array(images.length).fill(-1);
  const confidences = new Float64Array(images.length);
  const contents = new Array<string | undefined>(images.length).fill(undefined);
  const collector = new BatchCollector<number, Float32Array>(classifier, (batch, probabilities) => {
    const classes = probabilities.length / batch.length;
    batch.forEach((row, i) => {
      const own = probabilities.subarray(i * classes, (i + 1) * classes);
      if (!own.every(Number.isFinite)) return;
      predictions[row] = own.reduce((best, value, label) => (value > own[best]! ? label : best), 0);
      confidences[row] = Math.round(own[predictions[row]]! * PRECISION) / PRECISION;
    });
  });
  const context: JobContext = {
    signal,
    report: (progress) => {
      report({ ...progress, phase: 'Predicting' });
    },
  };
  try {
    await decodeTrainingImages(root, images, classifier.input, context, async ({ image, content, pixels }) => {
      const row = rows.get(image.path)!;
      contents[row] = content;
      await collector.add(await encoderPixels(pixels, classifier.input), row);
    });
    await collector.flush();
  } finally {
    await collector.settle();
  }
  return { predictions, confidences, contents };
}
