import type { VNode } from 'preact';
import type { ComparisonState } from '../../src/protocol/comparisonView.ts';
import type { EncoderEvaluation } from '../../src/protocol/evaluation.ts';
import { use } from './host.ts';

interface UseEncoderProps {
  readonly current: Pick<ComparisonState, 'inUse' | 'usable'>;
  readonly encoder: EncoderEvaluation;
  /** In a row of a table. */
  readonly isCompact?: boolean;
}

/** Takes an encoder into use; nothing where it is, or where the dataset doesn't have it. */
export function UseEncoder({ current: { inUse, usable }, encoder, isCompact = false }: UseEncoderProps): VNode | null {
  const { id, name } = encoder;
  if (id === inUse) return isCompact ? null : <span class="tag in-use">in use</span>;
  if (!usable.includes(id)) return null;
  const title = `Look at the data set with ${name} from now on`;
  const choose = (): void => {
    use(id);
  };
  return (
    <button type="button" class={isCompact ? 'link' : 'chip'} title={title} aria-label={`Use ${name}`} onClick={choose}>
      {isCompact ? 'Use' : 'Use This Encoder'}
    </button>
  );
}
