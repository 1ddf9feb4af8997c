import type { VNode } from 'preact';
import type { PanelRun, PanelTraining } from '../../src/protocol/trainingView.ts';
import { act } from './host.ts';

export function Restricted(): VNode {
  return (
    <section class="empty">
      <p>Nothing is trained and no run is read in a restricted workspace.</p>
      <vscode-button
        onClick={() => {
          act('trust');
        }}
      >
        Manage Trust
      </vscode-button>
    </section>
  );
}

export function NoRuns(): VNode {
  return (
    <section class="empty">
      <h2>Nothing has been trained here yet</h2>
      <p>
        Pretraining learns from the images alone, without labels, what makes them alike. It runs on this machine, and
        you see what it costs before it starts. Its curves appear here while it goes on.
      </p>
      <div class="actions">
        <vscode-button
          onClick={() => {
            act('pretrain');
          }}
        >
          Pretrain…
        </vscode-button>
        <vscode-button
          secondary
          onClick={() => {
            act('fineTune');
          }}
        >
          Fine-tune…
        </vscode-button>
      </div>
    </section>
  );
}

interface NothingShownProps {
  readonly shown: readonly PanelRun[];
  readonly training: PanelTraining | undefined;
}

/** Why there are no curves. */
export function NothingShown({ shown, training }: NothingShownProps): VNode {
  return (
    <section class="empty" role="status">
      <p>{reason(shown, training)}</p>
    </section>
  );
}

function reason(shown: readonly PanelRun[], training: PanelTraining | undefined): string {
  if (training && training.key === undefined)
    return 'The images are being read; the first curves come with the first steps.';
  if (shown.length === 0) return 'No run is shown; tick one in the table above.';
  if (shown.some(({ run }) => run.state === 'running'))
    return 'The run hasn’t taken a step yet; its curves appear as it goes on.';
  if (shown.every(({ run }) => run.state === 'failed'))
    return 'The run failed before it had measured anything; the reason is above.';
  return 'The runs that are shown have measured nothing.';
}
