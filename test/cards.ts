import type { EncoderCard, EncoderInput } from '../src/core/encoders/card.ts';

/** Plain preprocessing: the whole picture squashed to 8 × 8, black 0 and white 1. */
export function encoderInput(changes: Partial<EncoderInput> = {}): EncoderInput {
  return {
    name: 'image',
    layout: 'NCHW',
    type: 'float32',
    size: [8, 8],
    resize: 'squash',
    crop: 1,
    interpolation: 'bilinear',
    mean: [0, 0, 0],
    std: [1, 1, 1],
    range: [0, 1],
    ...changes,
  };
}

/** The card of an encoder that gives `dim` numbers. */
export function encoderCard(id: string, dim: number, input: Partial<EncoderInput> = {}): EncoderCard {
  return {
    id,
    name: id,
    source: 'test',
    sha256: id,
    input: encoderInput(input),
    output: { name: 'vector', pooling: 'none', dim },
    batchIndependent: true,
  };
}
