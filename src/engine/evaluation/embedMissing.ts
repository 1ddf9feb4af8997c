import { availableParallelism } from 'node:os';
import { cancelled } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { Encoder } from '../encoders/encoder.ts';
import { DEFAULT_MAX_MEGAPIXELS } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { ImagePipeline } from '../indexing/imagePipeline.ts';
import { withLease } from '../jobs/lease.ts';
import type { IndexStore } from '../store/indexStore.ts';
import type { LabelledImage } from './evaluatedImages.ts';

/** Pixels that may be decoded at the same time; at most four bytes each. */
const PIXEL_BUDGET = 100e6;

/**
 * Gives images of an index the vectors of one more encoder, which doesn't become the dataset's own. What is there already is
 * kept, and what is computed reaches the index in batches. Rejects as `indexDataset` does.
 *
 * @returns the encoder's key in the index
 */
export async function embedMissing(
  store: IndexStore,
  encoder: Encoder,
  images: readonly LabelledImage[],
  context: JobContext,
): Promise<number> {
  const encoderKey = store.putEncoder(encoder.identity, encoder.card);
  const lacking = () => {
    const contents = new Set(store.contentsWithoutVector(encoderKey).map(({ contentKey }) => contentKey));
    // One file per content is enough: `delete` tells whether this is the first.
    return images.filter(({ contentKey }) => contents.delete(contentKey));
  };
  if (lacking().length === 0) return encoderKey;
  await withLease(store, 'indexing', context, async () => {
    const missing = lacking();
    const files = store.readFiles();
    const meter = new ProgressMeter(context.report, () => performance.now());
    meter.start(`Embedding with ${encoder.card.id}`, missing.length);
    const pipeline = new ImagePipeline({
      store,
      encoder,
      encoderKey,
      decode: { maxMegapixels: DEFAULT_MAX_MEGAPIXELS, budget: new PixelBudget(PIXEL_BUDGET) },
      concurrency: availableParallelism() * 4,
      known: files,
      retryFailures: false,
      signal: context.signal,
      onDone: (count) => {
        meter.add(count);
      },
    });
    await pipeline.run(missing.map(({ path }) => files.get(path)!));
    if (context.signal.aborted) throw cancelled();
    meter.finish();
  });
  return encoderKey;
}
