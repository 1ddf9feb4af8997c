import { dirname } from 'node:path';
import { configNamesNewer, configNamesOlder, defaultNotKept } from '../../core/encoders/defaultErrors.ts';
import { parseExactReference, shippedVersion } from '../../core/encoders/defaultVersions.ts';
import { viewLacksChanged } from '../../core/encoders/versionErrors.ts';
import { asLikenessError, messageOf, systemCodeOf, type LikenessError } from '../../core/errors.ts';
import { importedOnly } from '../../core/imports/importErrors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { IndexReport, IndexRequest } from '../../protocol/engine.ts';
import { forgetUnusedTexts } from '../captions/keptTexts.ts';
import { orNotice } from '../orNotice.ts';
import type { Dataset } from '../dataset.ts';
import { BUILT_IN_SOURCE } from '../encoders/builtIn.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import {
  currentEncoder,
  encoderReference,
  newerDefault,
  otherEncoder,
  resolveStored,
} from '../encoders/encoderChoice.ts';
import type { LoadEncoder } from '../encoders/encoderPool.ts';
import { importedEncoder } from '../encoders/importedEncoders.ts';
import { keepEncoder } from '../encoders/keptEncoders.ts';
import { DEFAULT_ENCODER_ID, type EncoderRegistry } from '../encoders/registry.ts';
import { DEFAULT_MAX_MEGAPIXELS } from '../images/imageDecoder.ts';
import { indexRegions } from '../regions/regionIndexer.ts';
import { refreshCodesFile } from '../search/vectorCodes.ts';
import { writeConfig } from '../store/config.ts';
import type { IndexStore } from '../store/indexStore.ts';
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
  const { store, config } = dataset;
  const { resolved, reference, notices: otherThanUsed } = await encoderOfRun(request, dataset, registry);
  // First of all: an index that is never finished has vectors of it, too.
  const notKept = await keepForUpdates(resolved, store);
  const encoder = await load(resolved, context);
  const { exclude = [], followSymlinks = false, maxMegapixels = DEFAULT_MAX_MEGAPIXELS } = request.scan ?? {};
  const report = await indexDataset(
    {
      ...{ store, encoder, followSymlinks, maxMegapixels, only: request.only },
      encoderReference: reference,
      exclude: [...(config.exclude ?? []), ...exclude],
    },
    context,
  );
  // The first search with a new encoder needn't wait for it then.
  if (report.embedded > 0) {
    await refreshCodesFile(store, store.putEncoder(encoder.identity, encoder.card), encoder.card.output.dim);
  }
  const notices = [...otherThanUsed, ...notKept, ...followNewer(dataset, request)];
  // The images are indexed whether or not that can be done now.
  if (request.only === undefined) await orNotice(() => forgetUnusedTexts(dataset, registry));
  // Whoever names an encoder wants that one.
  const newer = request.encoder === undefined ? newerDefault(dataset) : undefined;
  return {
    ...report,
    notices: [...report.notices, ...notices.map(({ code, message }) => ({ code, message }))],
    ...(newer !== undefined && { newerEncoder: newer.id }),
  };
}

interface EncoderOfRun {
  readonly resolved: ResolvedEncoder;
  /** What the dataset's encoder is named by from now on; undefined: it stays what it is. */
  readonly reference: string | undefined;
  readonly notices: readonly LikenessError[];
}

/**
 * Only a run over the whole folder changes what it is looked at with, as else a handful of vectors would take the place of all.
 * One over a part goes on with the encoder in use; where that isn't to be had, it embeds ahead for the next one over the whole.
 */
async function encoderOfRun(request: IndexRequest, dataset: Dataset, registry: EncoderRegistry): Promise<EncoderOfRun> {
  const named = encoderReference(dataset, request.encoder);
  if (importedEncoder(dataset.store, named) !== undefined) throw importedOnly(named);
  const resolved = await registry.resolve(named, dataset.root);
  const used = request.only === undefined ? undefined : currentEncoder(dataset);
  if (used === undefined || used.identity === resolved.identity) {
    return { resolved, reference: parseExactReference(named)?.id ?? named, notices: [] };
  }
  // Whoever names an encoder wants vectors of that one.
  const own = request.encoder ?? (await orNotice(() => resolveStored(used, dataset, registry)));
  if (typeof own === 'object' && 'identity' in own && own.identity === used.identity) {
    return { resolved: own, reference: undefined, notices: [] };
  }
  const notice = viewLacksChanged(used.card.id, otherEncoder(used, resolved, dataset.root));
  return { resolved, reference: undefined, notices: [notice] };
}

/** What ships is gone with the next update otherwise. Images are indexed whether or not it can be kept. */
async function keepForUpdates(resolved: ResolvedEncoder, { location }: IndexStore): Promise<LikenessError[]> {
  if (resolved.card.source !== BUILT_IN_SOURCE) return [];
  const folder = dirname(location);
  try {
    await keepEncoder(resolved, folder);
    return [];
  } catch (error) {
    return [defaultNotKept(resolved.card.id, folder, systemCodeOf(error) ?? messageOf(error))];
  }
}

/** Who indexes with today's default a folder whose config names the one before means to change to it. The images are indexed either way. */
function followNewer({ root, config }: Dataset, { encoder }: IndexRequest): LikenessError[] {
  const older = shippedVersion(config.encoder ?? '');
  if (encoder !== DEFAULT_ENCODER_ID || older === undefined || older >= shippedVersion(encoder)!) return [];
  try {
    writeConfig(root, { encoder });
    return [configNamesNewer(config.encoder!, encoder)];
  } catch (error) {
    return [configNamesOlder(config.encoder!, encoder, asLikenessError(error))];
  }
}

/** Brings the index of parts of the images up to date. */
export async function indexParts(
  request: IndexRequest,
  { dataset, registry, load }: FolderIndexing,
  context: JobContext,
): Promise<NonNullable<IndexReport['regions']>> {
  const { store } = dataset;
  const { resolved } = await encoderOfRun(request, dataset, registry);
  const encoder = await load(resolved, context);
  const encoderKey = store.putEncoder(encoder.identity, encoder.card);
  const { maxMegapixels = DEFAULT_MAX_MEGAPIXELS } = request.scan ?? {};
  return indexRegions({ store, encoder, encoderKey, maxMegapixels }, context);
}
