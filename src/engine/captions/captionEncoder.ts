import {
  captionEncoderWithoutText,
  noCaptionEncoder,
  severalCaptionEncoders,
} from '../../core/captions/captionErrors.ts';
import { notIndexed } from '../../core/errors.ts';
import type { Dataset } from '../dataset.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { currentEncoder, encoderReference } from '../encoders/encoderChoice.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';

/**
 * What reads the captions of a dataset: the encoder that its configuration names, else the sentence encoder that was added to it,
 * else the text half of the encoder in use. Rejects with encoder-without-text, usage where several sentence encoders were added,
 * not-indexed, or the codes of `EncoderRegistry.resolve`.
 */
export async function captionEncoderOf(
  dataset: Pick<Dataset, 'root' | 'config' | 'store'>,
  registry: Pick<EncoderRegistry, 'list' | 'resolve' | 'resolveAny'>,
): Promise<ResolvedEncoder> {
  const { root, config } = dataset;
  const named = config.captionEncoder;
  if (named !== undefined) {
    const resolved = await registry.resolveAny(named, root);
    if (resolved.text === undefined) throw captionEncoderWithoutText(resolved.card.id);
    return resolved;
  }
  const { ofTexts } = await registry.list(root);
  const [only, ...others] = ofTexts.map(({ id }) => id);
  if (only !== undefined) {
    if (others.length > 0) throw severalCaptionEncoders(root, [only, ...others]);
    return registry.resolveAny(only, root);
  }
  const current = currentEncoder(dataset);
  if (current === undefined) throw notIndexed(root);
  if (current.card.imported === true) throw noCaptionEncoder(root, current.card.id);
  const resolved = await registry.resolve(encoderReference(dataset, undefined), root);
  if (resolved.text === undefined) throw noCaptionEncoder(root, resolved.card.id);
  return resolved;
}
