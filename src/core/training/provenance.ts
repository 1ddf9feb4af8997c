import type { EncoderCard } from '../encoders/card.ts';

/** What is known of the encoder that a training started from. */
export type Origin = Pick<EncoderCard, 'id' | 'licence' | 'trainedOn'>;

/**
 * What a trained encoder's card says it was trained on: what the one it started from has seen is in its weights, too.
 *
 * @param own what this training has seen, for people
 */
export function trainedOnText(own: string, from: Origin | undefined): string {
  if (from === undefined) return own;
  const { id, trainedOn } = from;
  return `${own}; before, as ${id}, on ${trainedOn ?? 'what its card doesn’t say'}`;
}
