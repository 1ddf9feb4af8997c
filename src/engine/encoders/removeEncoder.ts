import { vectorsInUse } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { forgetTextsOf } from '../captions/keptTexts.ts';
import { textReading } from '../captions/textReading.ts';
import type { Dataset, Datasets } from '../dataset.ts';
import { withLease } from '../jobs/lease.ts';
import { BUILT_IN_ENCODER_IDS } from './builtIn.ts';
import { currentEncoder } from './encoderChoice.ts';
import { importedEncoder } from './importedEncoders.ts';
import { indexedVectors, summedSize, type VectorSize } from './indexedVectors.ts';
import type { EncoderRegistry } from './registry.ts';

/** What became of an encoder's vectors of images. */
export interface RemovedEncoder {
  readonly id: string;
  readonly freed: VectorSize;
  /** Those that the dataset is looked at with. */
  readonly kept: VectorSize;
}

interface RemovingOptions {
  readonly datasets: Datasets;
  readonly registry: EncoderRegistry;
}

/**
 * Takes an encoder out of a dataset, with what it has made of the images and what it has read; of one that is built in, or of which
 * there is nothing else, its vectors. Those that the dataset is looked at with stay, as else nothing could be looked at. Waits while the
 * dataset is indexed. Rejects with `cancelled`, with usage where there are no vectors but those in use, or with the codes of
 * `EncoderRegistry.remove`.
 *
 * @param folder of the dataset
 */
export async function removeEncoder(
  id: string,
  folder: string,
  { datasets, registry }: RemovingOptions,
  context: JobContext,
): Promise<RemovedEncoder> {
  const dataset = datasets.find(folder);
  if (dataset === undefined) {
    await registry.remove(id, datasets.rootOf(folder));
    return { id, freed: summedSize([]), kept: summedSize([]) };
  }
  return datasets.guard(dataset, () =>
    withLease(dataset.store, 'indexing', context, () => removeFrom(dataset, id, registry)),
  );
}

async function removeFrom({ root, store }: Dataset, id: string, registry: EncoderRegistry): Promise<RemovedEncoder> {
  const imported = importedEncoder(store, id);
  if (imported !== undefined) {
    const freed = indexedVectors(store).filter(({ stored }) => stored.key === imported.key);
    store.removeEncoder(imported.key);
    return { id: imported.card.id, freed: summedSize(freed), kept: summedSize([]) };
  }
  const isStored = await registry.isStored(id, root);
  // One that can't be used any more can be removed all the same.
  const resolved = isStored ? await registry.resolveAny(id, root).catch(() => undefined) : undefined;
  const own = indexedVectors(store).filter(({ stored }) => stored.card.id === id);
  const [kept, freed] = [own.filter(({ inUse }) => inUse), own.filter(({ inUse }) => !inUse)];
  if (isStored || freed.length === 0) {
    if (!isStored && kept.length > 0 && !BUILT_IN_ENCODER_IDS.includes(id)) throw vectorsInUse(id, root);
    await registry.remove(id, root, currentEncoder({ store })?.identity);
    const known = resolved?.text?.known;
    forgetTextsOf({ id, sha256: known && textReading(known) }, store);
  }
  for (const { stored } of freed) store.removeEncoder(stored.key);
  return { id, freed: summedSize(freed), kept: summedSize(kept) };
}
