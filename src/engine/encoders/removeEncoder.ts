import { forgetTextsOf } from '../captions/keptTexts.ts';
import type { Datasets } from '../dataset.ts';
import { importedEncoder } from './importedEncoders.ts';
import type { EncoderRegistry } from './registry.ts';

/**
 * Takes an encoder out of a dataset. Vectors of images that were imported go with it, and so does what it has read; vectors of images
 * that it made stay. Rejects with the codes of `EncoderRegistry.remove`.
 *
 * @param folder of the dataset
 */
export async function removeEncoder(
  id: string,
  folder: string,
  { datasets, registry }: { readonly datasets: Datasets; readonly registry: EncoderRegistry },
): Promise<void> {
  const dataset = datasets.find(folder);
  const root = datasets.rootOf(folder);
  if (dataset === undefined) {
    await registry.remove(id, root);
    return;
  }
  const { store } = dataset;
  await datasets.guard(dataset, async () => {
    const imported = importedEncoder(store, id);
    if (imported !== undefined) {
      store.removeEncoder(imported.key);
      return;
    }
    // One that can't be used any more can be removed all the same.
    const resolved = await registry.resolveAny(id, root).catch(() => undefined);
    await registry.remove(id, root);
    forgetTextsOf({ id, sha256: resolved?.text?.known?.sha256 }, store);
  });
}
