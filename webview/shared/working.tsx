import type { VNode } from 'preact';
import type { Progress } from '../../src/core/progress.ts';
import { formatProgress } from '../../src/core/progressText.ts';

interface WorkingProps {
  readonly progress: Progress;
  /** Absent where it can't be stopped from here. */
  readonly cancel?: () => void;
}

/** What is going on, how long it will take, and a way to stop it. */
export function Working({ progress, cancel }: WorkingProps): VNode {
  const { total, done, phase } = progress;
  return (
    <div class="working" role="status">
      {total === undefined ? (
        <vscode-progress-bar indeterminate aria-label={phase} />
      ) : (
        <vscode-progress-bar value={done} max={total} aria-label={phase} />
      )}
      <p class="hint">
        {formatProgress(progress)}
        {cancel && (
          <>
            {' '}
            <button type="button" class="chip" onClick={cancel}>
              Cancel
            </button>
          </>
        )}
      </p>
    </div>
  );
}
