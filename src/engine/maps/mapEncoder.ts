import { imagesWithoutCaption } from '../../core/captions/captionErrors.ts';
import { encoderMismatch, type LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { withoutVector } from '../../core/projection/mapErrors.ts';
import type { MapSubject } from '../../protocol/maps.ts';
import { captionIndex, captionsChangedAt } from '../captions/captionIndex.ts';
import type { CaptionEncoder } from '../captions/captionVectors.ts';
import type { KnownCaptions } from '../captions/knownCaptions.ts';
import type { Dataset } from '../dataset.ts';
import { currentEncoder, encoderReference } from '../encoders/encoderChoice.ts';
import type { LoadEncoder } from '../encoders/encoderPool.ts';
import { importedEncoder } from '../encoders/importedEncoders.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { embedMissing } from '../evaluation/embedMissing.ts';
import type { IndexStore, MapKey, StoredEncoder, StoredMap } from '../store/indexStore.ts';

export interface MappingOptions {
  readonly dataset: Dataset;
  readonly registry: EncoderRegistry;
  readonly threads: number;
  readonly load: LoadEncoder;
}

/** The dataset's own encoder, or imported vectors, need no model: the vectors are in the index. Another one embeds what it hasn't yet. */
export async function embeddedEncoder(
  chosen: string | undefined,
  below: string,
  { dataset, registry, load }: MappingOptions,
  context: JobContext,
): Promise<StoredEncoder> {
  const { root, store } = dataset;
  const current = currentEncoder(dataset);
  if (chosen === undefined && current !== undefined) return current;
  const imported = chosen === undefined ? undefined : importedEncoder(store, chosen);
  if (imported !== undefined) return imported;
  const resolved = await registry.resolve(encoderReference(dataset, chosen), root);
  const known = store.readEncoders().find(({ identity }) => identity === resolved.identity);
  if (known !== undefined && store.contentsWithoutVector(known.key).length === 0) return known;
  const encoder = await load(resolved, context);
  const files = store.readFiles(below === '' ? undefined : [below]);
  const images = store.readImagePaths().flatMap((path) => {
    const contentKey = files.get(path)?.contentKey;
    return contentKey === undefined ? [] : [{ path, contentKey, label: '', split: undefined }];
  });
  const key = await embedMissing(store, encoder, images, context);
  return { key, identity: encoder.identity, card: encoder.card };
}

export interface MappedOptions extends MappingOptions {
  readonly loadText: CaptionEncoder['loadText'];
}

/** What a map is laid out by, and what is written about the images where it is that. */
export interface MappedEncoder {
  readonly encoder: StoredEncoder;
  readonly captions: KnownCaptions | undefined;
  readonly notices: readonly LikenessError[];
}

/** Rejects with the codes of `embeddedEncoder`, of captions with those of `captionIndex`. */
export async function mappedEncoder(
  { of, encoder }: { readonly of?: MapSubject; readonly encoder?: string },
  below: string,
  options: MappedOptions,
  context: JobContext,
): Promise<MappedEncoder> {
  if (of !== 'captions') {
    return { encoder: await embeddedEncoder(encoder, below, options, context), captions: undefined, notices: [] };
  }
  const { stored, known, notices } = await captionIndex(options, context);
  return { encoder: stored, captions: known, notices };
}

/** A notice of images that are not on a map. */
export function notOnMap(
  { captions, encoder }: MappedEncoder,
  root: string,
  missing: readonly string[],
): LikenessError {
  return captions === undefined
    ? withoutVector(missing.length, encoder.card.id)
    : imagesWithoutCaption(root, missing.length, missing.slice(0, 3));
}

/** Whether a kept map shows vectors that are other ones now. */
export function isOutdated(store: IndexStore, { encoderKey }: MapKey, { madeAt }: StoredMap): boolean {
  return madeAt < captionsChangedAt(store, encoderKey);
}

/** An encoder that a map was made with. Throws encoder-mismatch where the index doesn't know it any more. */
export function encoderOf({ store, root }: Pick<Dataset, 'store' | 'root'>, identity: string): StoredEncoder {
  const stored = store.readEncoders().find((encoder) => encoder.identity === identity);
  if (stored === undefined) throw encoderMismatch(`The index of ${root} has no vectors of the encoder of this map`);
  return stored;
}
