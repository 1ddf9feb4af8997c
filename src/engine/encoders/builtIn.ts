import { createHash } from 'node:crypto';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { HANDCRAFTED_DIM, HANDCRAFTED_INPUT_SIZE, handcraftedModel } from '../../core/encoders/handcraftedModel.ts';
import { PIXELS_DIM, PIXELS_INPUT_SIZE, pixelsModel } from '../../core/encoders/pixelsModel.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import type { ResolvedEncoder } from './encoder.ts';
import { encoderIdentity } from './identity.ts';
import { encodeModel } from './onnxFile.ts';
import { SHIPPED_ENCODER_ID, shippedEncoder } from './shippedEncoder.ts';

/** Where encoders come from that need no file of the dataset. */
export const BUILT_IN_SOURCE = 'built-in';

interface BuiltInEncoder {
  readonly name: string;
  readonly model: () => OnnxModel;
  readonly inputSize: number;
  readonly dim: number;
  /** Measured on pairs of Tiny ImageNet pictures of different classes. */
  readonly unrelatedSimilarity: number;
}

const encoders: Readonly<Record<string, BuiltInEncoder>> = {
  handcrafted: {
    name: 'Handcrafted: colour and gradient histograms',
    model: handcraftedModel,
    inputSize: HANDCRAFTED_INPUT_SIZE,
    dim: HANDCRAFTED_DIM,
    unrelatedSimilarity: 0.57,
  },
  pixels: {
    name: 'Pixels: 8 × 8 colours',
    model: pixelsModel,
    inputSize: PIXELS_INPUT_SIZE,
    dim: PIXELS_DIM,
    unrelatedSimilarity: 0.62,
  },
};

export const BUILT_IN_ENCODER_IDS: readonly string[] = [SHIPPED_ENCODER_ID, ...Object.keys(encoders)];

/** An encoder that needs no file of the dataset, by its id. */
export function builtInEncoder(id: string): ResolvedEncoder | undefined {
  if (id === SHIPPED_ENCODER_ID) return shippedEncoder();
  if (!Object.hasOwn(encoders, id)) return undefined;
  const { name, model, inputSize, dim, unrelatedSimilarity } = encoders[id]!;
  const bytes = encodeModel(model());
  const card: EncoderCard = {
    id,
    name,
    source: BUILT_IN_SOURCE,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    input: {
      name: 'image',
      layout: 'NHWC',
      type: 'uint8',
      size: [inputSize, inputSize],
      resize: 'squash',
      crop: 1,
      interpolation: 'bilinear',
      mean: [0, 0, 0],
      std: [1, 1, 1],
      range: [0, 255],
    },
    output: { name: 'embedding', pooling: 'none', dim },
    unrelatedSimilarity,
    batchIndependent: true,
  };
  return { card, identity: encoderIdentity(card), model: { bytes } };
}
