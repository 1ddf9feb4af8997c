import type { RunSummary } from '../../protocol/training.ts';
import { formatBytes } from '../../core/progressText.ts';

export interface DeletionText {
  readonly message: string;
  readonly detail: string;
  readonly answers: readonly {
    readonly title: string;
    /** Whether the run's encoder goes too. */
    readonly encoder: boolean;
  }[];
}

/**
 * What a person is asked before a run is deleted.
 *
 * @param usedEncoder id of the encoder that the dataset uses
 */
export function deletionText(
  { name, bytes, encoder, state }: RunSummary,
  usedEncoder: string | undefined,
): DeletionText {
  const message = `Delete the run "${name}"?`;
  const size = formatBytes(bytes);
  const gone = 'Its settings, metrics and checkpoint are gone then.';
  if (encoder === undefined) {
    const lost = state === 'finished' ? '' : ' It can no longer be resumed.';
    return { message, detail: `This frees ${size}. ${gone}${lost}`, answers: [{ title: 'Delete', encoder: false }] };
  }
  if (encoder === usedEncoder) {
    const kept = `Its encoder ${encoder} stays, because the dataset uses it; choose another one first to delete it too.`;
    const answers = [{ title: 'Delete Run', encoder: false }];
    return { message, detail: `Run and encoder take ${size} together. ${gone} ${kept}`, answers };
  }
  return {
    message,
    detail: `This frees ${size}, or less where its encoder ${encoder} is kept. ${gone}`,
    answers: [
      { title: 'Delete Run and Encoder', encoder: true },
      { title: 'Delete Run, Keep Encoder', encoder: false },
    ],
  };
}
