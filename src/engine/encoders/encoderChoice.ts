import { croppedOtherwise } from '../../core/encoders/versionErrors.ts';
import { encoderMismatch, LikenessError, notIndexed } from '../../core/errors.ts';
import { orNotice } from '../orNotice.ts';
import type { Dataset } from '../dataset.ts';
import { meta } from '../indexing/meta.ts';
import type { StoredEncoder } from '../store/indexStore.ts';
import { importedOnly } from '../../core/imports/importErrors.ts';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { exactReference, shippedVersion } from '../../core/encoders/defaultVersions.ts';
import { BUILT_IN_SOURCE, builtInEncoder } from './builtIn.ts';
import type { ResolvedEncoder } from './encoder.ts';
import { encoderIdentity } from './identity.ts';
import { importedEncoder } from './importedEncoders.ts';
import { DEFAULT_ENCODER_ID, isOlderDefault, type EncoderRegistry } from './registry.ts';

/**
 * How the dataset's encoder is named, for indexing: what the caller says, else what the dataset's config says, else the
 * one it was indexed with last, else the built-in default.
 */
export function encoderReference(
  { config, store }: Pick<Dataset, 'config' | 'store'>,
  explicit: string | undefined,
): string {
  return explicit ?? config.encoder ?? lastReference(store) ?? DEFAULT_ENCODER_ID;
}

/** What a person has named is had by its name; what was only used last is just that, whatever an update has put in its place. */
function lastReference(store: Dataset['store']): string | undefined {
  const reference = store.readMeta(meta.encoderReference);
  const used = currentEncoder({ store });
  if (reference === undefined || used === undefined) return reference;
  const { card, identity } = used;
  const isOtherNow = card.source === BUILT_IN_SOURCE && builtInEncoder(reference)?.identity !== identity;
  return isOtherNow && card.id === reference ? exactReference(reference, identity) : reference;
}

/**
 * The default where the dataset was indexed with what was the default before; undefined where there is nothing to say, as a
 * person has chosen another encoder. Who has chosen one that ships has chosen the default.
 */
export function newerDefault(dataset: Dataset): EncoderCard | undefined {
  const used = currentEncoder(dataset);
  const { encoder: chosen } = dataset.config;
  if (used === undefined || !isOlderDefault(used)) return undefined;
  if (chosen !== undefined && (chosen !== used.card.id || shippedVersion(chosen) === undefined)) return undefined;
  return builtInEncoder(DEFAULT_ENCODER_ID)?.card;
}

/** The encoder whose vectors the dataset is looked at with, or undefined before the first run. */
export function currentEncoder({ store }: Pick<Dataset, 'store'>): StoredEncoder | undefined {
  const identity = store.readMeta(meta.encoder);
  return store.readEncoders().find((encoder) => encoder.identity === identity);
}

/** Looks at a dataset with another encoder from now on, where it has vectors of that one; else nothing changes. */
export function lookAtWith({ store }: Dataset, identity: string, reference: string): void {
  const stored = store.readEncoders().find((encoder) => encoder.identity === identity);
  if (stored === undefined || store.countEmbedded(stored.key) === 0) return;
  store.transaction(() => {
    store.writeMeta(meta.encoder, identity);
    store.writeMeta(meta.encoderReference, reference);
  });
}

/**
 * An encoder of the index, to be loaded: the one in use is had by the name that it was chosen by, which may be a path. Rejects with the
 * codes of `EncoderRegistry.resolve`.
 */
export async function resolveStored(
  { card, identity }: StoredEncoder,
  dataset: Pick<Dataset, 'root' | 'config' | 'store'>,
  registry: Pick<EncoderRegistry, 'resolve'>,
): Promise<ResolvedEncoder> {
  if (currentEncoder(dataset)?.identity === identity) {
    const named = await orNotice(() => registry.resolve(encoderReference(dataset, undefined), dataset.root));
    // Another one may be chosen that the images are not indexed with yet.
    if (!(named instanceof LikenessError) && named.identity === identity) return named;
  }
  const reference = card.source === BUILT_IN_SOURCE ? exactReference(card.id, identity) : card.id;
  return registry.resolve(reference, dataset.root);
}

/** An encoder with vectors in the index, and the way to load it for further pictures. */
export interface SearchEncoder {
  readonly stored: StoredEncoder;
  readonly resolve: () => Promise<ResolvedEncoder>;
}

/**
 * The encoder to search with. Without an explicit one this needs no model file: its vectors are in the index. Rejects
 * with not-indexed, encoder-mismatch, or the codes of `EncoderRegistry.resolve`.
 */
export async function searchEncoder(
  dataset: Dataset,
  registry: EncoderRegistry,
  explicit: string | undefined,
): Promise<SearchEncoder> {
  const { store, root } = dataset;
  const imported = explicit === undefined ? undefined : importedEncoder(store, explicit);
  if (imported !== undefined) {
    return { stored: imported, resolve: () => Promise.reject(importedOnly(imported.card.id)) };
  }
  if (explicit !== undefined) {
    const resolved = await registry.resolve(explicit, root);
    const stored = store.readEncoders().find(({ identity }) => identity === resolved.identity);
    if (stored === undefined) {
      const before = store.readEncoders().find((encoder) => isOtherReading(encoder, resolved));
      if (before !== undefined) throw croppedOtherwise(resolved.card.id, root);
      throw encoderMismatch(`The index of ${root} has no vectors of the encoder ${resolved.card.id}`);
    }
    return { stored, resolve: () => Promise.resolve(resolved) };
  }
  const stored = currentEncoder(dataset);
  if (stored === undefined) throw notIndexed(root);
  const resolve = async () => {
    const resolved = await registry.resolve(encoderReference(dataset, undefined), root);
    if (resolved.identity !== stored.identity) throw otherEncoder(stored, resolved, root);
    return resolved;
  };
  return { stored, resolve };
}

/** That an index was made with another encoder than is chosen now. @param root of the dataset */
export function otherEncoder(stored: StoredEncoder, resolved: ResolvedEncoder, root: string): LikenessError {
  const [made, chosen] = [stored.card.id, resolved.card.id];
  if (isOtherReading(stored, resolved)) return croppedOtherwise(chosen, root);
  const what =
    made === chosen ? `another version of ${made} than is chosen now` : `${made}, and ${chosen} is chosen now`;
  return encoderMismatch(`The index of ${root} was made with ${what}`);
}

/** The same model with the same card, whose identity was another then as pictures were read in another way. */
function isOtherReading(stored: StoredEncoder, { identity }: ResolvedEncoder): boolean {
  return stored.identity !== identity && encoderIdentity(stored.card) === identity;
}
