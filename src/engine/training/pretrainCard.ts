import type { EncoderCard } from '../../core/encoders/card.ts';
import { networkDefinition } from '../../core/training/networks/networks.ts';
import type { EncoderShape } from '../../core/training/pretrainProgram.ts';

/** ImageNet's statistics: a fair guess for photographs, and what encoders usually take. */
export const NORMALISATION = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** How an encoder that we train takes pictures: squashed to a square, as the crops of its training were. */
export function trainedEncoderInterface({ network, size }: EncoderShape): Pick<EncoderCard, 'input' | 'output'> {
  return {
    input: {
      name: 'images',
      layout: 'NCHW',
      type: 'float32',
      size: [size, size],
      resize: 'squash',
      crop: 1,
      interpolation: 'bilinear',
      mean: NORMALISATION.mean,
      std: NORMALISATION.std,
      range: [0, 1],
    },
    output: { name: 'embedding', pooling: 'none', dim: networkDefinition(network).dim },
  };
}
