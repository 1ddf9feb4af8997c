import type { VNode } from 'preact';
import { recipeOf } from '../../src/core/augmentation/augmentationSettings.ts';
import { Batch } from './batch.tsx';
import { Controls } from './controls.tsx';
import { Failure, NoImage } from './emptyStates.tsx';
import { state } from './host.ts';
import { Sensitivity } from './sensitivity.tsx';
import { Toolbar } from './toolbar.tsx';
import { Views } from './views.tsx';

export function App(): VNode | null {
  const current = state.value;
  if (!current) return null;
  if (!current.image || !current.trusted) return <NoImage trusted={current.trusted} />;
  const { views, failure, busy } = current;
  return (
    <main aria-busy={busy}>
      <div class="progress">{busy && <vscode-progress-bar indeterminate aria-label="Making views" />}</div>
      <Toolbar current={current} />
      <div class="columns">
        <Controls current={current} />
        <div class="figures">
          {failure && <Failure failure={failure} indexing={current.indexing} />}
          {views && !failure && (
            <>
              <Views views={views} pictures={current.viewPictures} stale={busy} />
              <Sensitivity measurement={current.sensitivity} recipe={recipeOf(current.settings)} />
              <Batch measurement={current.batch} pictures={current.batchPictures} />
            </>
          )}
        </div>
      </div>
    </main>
  );
}
