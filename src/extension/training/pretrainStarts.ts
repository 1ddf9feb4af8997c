import type { ListedEncoder } from '../../core/encoders/card.ts';
import type { PretrainSettings, RunSummary } from '../../protocol/training.ts';
import type { Choice } from './choices.ts';
import { fineTuneStarts, SCRATCH } from './fineTuneChoices.ts';

/** What pretraining starts with. */
export interface PretrainStart extends Choice<string> {
  /** Whether others have made it, whoever has trained it since. */
  readonly isImported: boolean;
}

/** The usual one. */
export const NEW_NETWORK: PretrainStart = {
  title: 'A new network',
  icon: 'circle-large-outline',
  detail: 'Begins with its first weights, and learns from these images alone',
  value: SCRATCH,
  isImported: false,
};

/** A new network, and encoders that go on learning: those that were trained here, the newest first, and those of others. */
export function pretrainStarts(trainable: readonly ListedEncoder[], runs: readonly RunSummary[]): PretrainStart[] {
  const encoders = fineTuneStarts(trainable, runs).filter(({ value }) => value !== SCRATCH);
  return [NEW_NETWORK, ...encoders.map(({ hasHead: _, ...start }) => start)];
}

/** How much of an encoder that others have made goes on learning. */
export const stagesChoices: readonly Choice<NonNullable<PretrainSettings['trainedStages']>>[] = [
  {
    title: 'Last layers',
    description: 'the quarter before the vector · recommended',
    detail: 'Keeps most of what it knows of pictures',
    value: 1,
  },
  { title: 'Half of its layers', detail: 'Takes more time and memory', value: 2 },
  {
    title: 'Whole encoder',
    detail: 'Where these pictures are of another kind than those that it has seen',
    value: 'all',
  },
];
