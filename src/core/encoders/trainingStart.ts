import type { EncoderCard } from './card.ts';
import { shippedVersion } from './defaultVersions.ts';

type Origin = Pick<EncoderCard, 'id' | 'source' | 'imported'>;

const BUILT_IN_SOURCE = 'built-in';

/** Whether a run has made an encoder, of whatever it started from. */
export function isOfRun({ source }: Pick<EncoderCard, 'source'>): boolean {
  return source.startsWith('run ');
}

/**
 * Whether others have made an encoder that has learnt something and a model to train further: vectors that came from a file have
 * none, and of what is built in only the encoder that ships has learnt.
 */
export function isStartOfOthers({ id, source, imported }: Origin): boolean {
  if (source === BUILT_IN_SOURCE) return shippedVersion(id) !== undefined;
  return !isOfRun({ source }) && imported !== true;
}

/** Whether training can start from an encoder, as far as its card tells. */
export function canStartTraining(card: Origin): boolean {
  return isOfRun(card) || isStartOfOthers(card);
}
