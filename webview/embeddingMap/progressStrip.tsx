import type { VNode } from 'preact';
import { formatProgress } from '../../src/core/progressText.ts';
import type { Progress } from '../../src/core/progress.ts';
import type { EmbeddingMapState } from '../../src/protocol/embeddingMap.ts';
import { act } from './host.ts';

/** What is going on, how long it will take, and a way to stop it. */
export function ProgressStrip({ shown }: { readonly shown: EmbeddingMapState }): VNode | null {
  const underway: { readonly name: string; readonly progress: Progress }[] = shown.maps.flatMap(
    ({ progress, encoder }) =>
      progress ? [{ name: shown.maps.length > 1 && encoder ? `${encoder.id}: ` : '', progress }] : [],
  );
  const compared = shown.comparison?.progress;
  if (compared) underway.push({ name: '', progress: compared });
  const [first] = underway;
  if (!first) return null;
  const { total, done } = first.progress;
  return (
    <div class="progress-strip" data-first={shown.maps[0]?.points === 0}>
      <div class="progress">
        <vscode-progress-bar
          indeterminate={total === undefined}
          value={done}
          max={total ?? 1}
          aria-label={first.progress.phase}
        />
      </div>
      <div class="progress-text">
        <div>
          {underway.map(({ name, progress }) => (
            <p key={name}>
              {name}
              {formatProgress(progress)}
            </p>
          ))}
        </div>
        <button
          type="button"
          class="link"
          onClick={() => {
            act('cancel');
          }}
        >
          Cancel
        </button>
      </div>
    </div>
  );
}
