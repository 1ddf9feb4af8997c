import { importedOnly } from '../../core/imports/importErrors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { IndexReport, IndexRequest } from '../../protocol/engine.ts';
import { forgetUnusedTexts } from '../captions/keptTexts.ts';
import { orNotice } from '../orNotice.ts';
import type { Dataset } from '../dataset.ts';
import { encoderReference, newerDefault } from '../encoders/encoderChoice.ts';
import type { LoadEncoder } from '../encoders/encoderPool.ts';
import { importedEncoder } from '../encoders/importedEncoders.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { DEFAULT_MAX_MEGAPIXELS } from '../images/imageDecoder.ts';
import { indexRegions } from '../regions/regionIndexer.ts';
import { refreshCodesFile } from '../search/vectorCodes.ts';
import { indexDataset } from './indexer.ts';

export interface FolderIndexing {
  readonly dataset: Dataset;
  readonly registry: EncoderRegistry;
  readonly load: LoadEncoder;
}

/** Brings a dataset's index up to date, with the encoder that is asked for or its own. */
export async function indexImages(
  request: IndexRequest,
  { dataset, registry, load }: FolderIndexing,
  context: JobContext,
): Promise<IndexReport> {
  const { root, store, config } = dataset;
  const reference = encoderReference(dataset, request.encoder);
  if (importedEncoder(store, reference) !== undefined) throw importedOnly(reference);
  const encoder = await load(await registry.resolve(reference, root), context);
  const { exclude = [], followSymlinks = false, maxMegapixels = DEFAULT_MAX_MEGAPIXELS } = request.scan ?? {};
  const report = await indexDataset(
    {
      ...{ store, encoder, encoderReference: reference, followSymlinks, maxMegapixels, only: request.only },
      exclude: [...(config.exclude ?? []), ...exclude],
    },
    context,
  );
  // The first search with a new encoder needn't wait for it then.
  if (report.embedded > 0) {
    await refreshCodesFile(store, store.putEncoder(encoder.identity, encoder.card), encoder.card.output.dim);
  }
  // The images are indexed whether or not that can be done now.
  if (request.only === undefined) await orNotice(() => forgetUnusedTexts(dataset, registry));
  // Whoever names an encoder wants that one.
  const newer = request.encoder === undefined ? newerDefault(dataset) : undefined;
  return newer === undefined ? report : { ...report, newerEncoder: newer.id };
}

/** Brings the index of parts of the images up to date. */
export async function indexParts(
  request: IndexRequest,
  { dataset, registry, load }: FolderIndexing,
  context: JobContext,
): Promise<NonNullable<IndexReport['regions']>> {
  const { root, store } = dataset;
  const resolved = await registry.resolve(encoderReference(dataset, request.encoder), root);
  const encoder = await load(resolved, context);
  const encoderKey = store.putEncoder(encoder.identity, encoder.card);
  const { maxMegapixels = DEFAULT_MAX_MEGAPIXELS } = request.scan ?? {};
  return indexRegions({ store, encoder, encoderKey, maxMegapixels }, context);
}
