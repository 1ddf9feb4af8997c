import type { EncoderCard } from '../../core/encoders/card.ts';
import { networkDefinition } from '../../core/training/networks/networks.ts';
import type { NetworkShape } from '../../core/training/networkShape.ts';
import { VIEW_NORMALISATION } from '../../core/training/viewNormalisation.ts';

/**
 * How an encoder that we train takes pictures: one of ours squashed to a square, as the crops of its training were; one of
 * others as it always did.
 */
export function trainedEncoderInterface({
  network,
  size,
  imported,
}: NetworkShape): Pick<EncoderCard, 'input' | 'output'> {
  if (imported) {
    const { input, output } = imported;
    return { input: { ...input, name: 'images' }, output: { name: 'embedding', pooling: 'none', dim: output.dim } };
  }
  return {
    input: {
      name: 'images',
      layout: 'NCHW',
      type: 'float32',
      size: [size, size],
      resize: 'squash',
      crop: 1,
      interpolation: 'bilinear',
      mean: VIEW_NORMALISATION.mean,
      std: VIEW_NORMALISATION.std,
      range: [0, 1],
    },
    output: { name: 'embedding', pooling: 'none', dim: networkDefinition(network).dim },
  };
}
