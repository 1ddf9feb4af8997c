import type { EncoderInput } from '../../core/encoders/card.ts';

/** Edge of the pictures by which duplicates are found. */
export const TINY = 8;

/** How these pictures are made of others: in colour, whatever the encoder takes. */
export function tinyInput(input: EncoderInput): EncoderInput {
  return { ...input, size: [TINY, TINY], resize: 'squash', mean: [0, 0, 0], std: [1, 1, 1] };
}

/** Whether duplicates can be found by pictures as the encoder takes them, too. */
export function showsDuplicates({ size, mean }: EncoderInput): boolean {
  const [height, width] = size;
  return mean.length === 3 && height === width && height % TINY === 0;
}
