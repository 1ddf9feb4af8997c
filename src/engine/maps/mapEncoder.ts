import { encoderMismatch } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { Dataset } from '../dataset.ts';
import type { Encoder, ResolvedEncoder } from '../encoders/encoder.ts';
import { currentEncoder, encoderReference } from '../encoders/encoderChoice.ts';
import { importedEncoder } from '../encoders/importedEncoders.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { embedMissing } from '../evaluation/embedMissing.ts';
import type { StoredEncoder } from '../store/indexStore.ts';

export interface MappingOptions {
  readonly dataset: Dataset;
  readonly registry: EncoderRegistry;
  readonly threads: number;
  readonly load: (encoder: ResolvedEncoder) => Promise<Encoder>;
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
  const encoder = await load(resolved);
  const files = store.readFiles(below === '' ? undefined : [below]);
  const images = store.readImagePaths().flatMap((path) => {
    const contentKey = files.get(path)?.contentKey;
    return contentKey === undefined ? [] : [{ path, contentKey, label: '', split: undefined }];
  });
  const key = await embedMissing(store, encoder, images, context);
  return { key, identity: encoder.identity, card: encoder.card };
}

/** An encoder that a map was made with. Throws encoder-mismatch where the index doesn't know it any more. */
export function encoderOf({ store, root }: Pick<Dataset, 'store' | 'root'>, identity: string): StoredEncoder {
  const stored = store.readEncoders().find((encoder) => encoder.identity === identity);
  if (stored === undefined) throw encoderMismatch(`The index of ${root} has no vectors of the encoder of this map`);
  return stored;
}
