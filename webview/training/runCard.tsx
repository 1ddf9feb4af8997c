import type { VNode } from 'preact';
import type { PanelRun, PanelTraining, RunAction, RunCurves } from '../../src/protocol/trainingView.ts';
import { Swatch } from './swatch.tsx';
import { actOn } from './host.ts';
import { runSentence } from './sentences.ts';

interface RunCardProps {
  readonly run: PanelRun;
  readonly label: string;
  readonly training: PanelTraining | undefined;
  readonly curves: RunCurves | undefined;
}

/** A run that is shown: where it is, what is wrong with it, and what can be done with it. */
export function RunCard({ run: panelRun, label, training, curves }: RunCardProps): VNode {
  const { key, run, diagnosis } = panelRun;
  return (
    <li class="run-card" data-run={run.id}>
      <div class="run-head">
        <Swatch colour={panelRun.colour} />
        <div>
          <h3>{label}</h3>
          <p class="hint" aria-live={run.state === 'running' ? 'polite' : 'off'}>
            {runSentence(panelRun, training, curves)}
          </p>
        </div>
        <div class="actions">
          {actionsOf(panelRun, training).map(([action, name, title]) => (
            <button
              key={action}
              type="button"
              class="chip"
              title={title}
              aria-label={`${name}: ${label}`}
              onClick={() => {
                actOn(key, action);
              }}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      {run.message !== undefined && (
        <p class="problem" role={run.state === 'failed' ? 'alert' : 'status'}>
          {run.message}
        </p>
      )}
      {diagnosis !== undefined && diagnosis !== run.message && (
        <p class="problem" role="alert">
          {diagnosis}
        </p>
      )}
    </li>
  );
}

type ActionEntry = readonly [action: RunAction, name: string, title: string];

/** What can be done with a run as it is now. */
export function actionsOf({ run, own }: PanelRun, training: PanelTraining | undefined): ActionEntry[] {
  const { state, encoder, kind, resumable } = run;
  const stoppable: ActionEntry[] =
    own && training?.stopping !== true ? [['stop', 'Stop', 'Stop after this step; it can be resumed']] : [];
  if (own || state === 'running') return stoppable;
  const idle = training === undefined;
  const entries: (ActionEntry | false)[] = [
    idle && resumable && ['resume', 'Resume', 'Go on from the last checkpoint'],
    encoder !== undefined && ['use', 'Use Encoder', 'Make its encoder the one of the data set'],
    idle &&
      encoder !== undefined &&
      (kind === 'pretrain' || kind === 'autoencoder') && ['fineTune', 'Fine-tune from…', 'Teach its encoder classes'],
    idle && encoder !== undefined && ['distill', 'Distill…', 'Let a smaller encoder learn from it'],
    kind === 'autoencoder' &&
      encoder !== undefined && ['reconstructions', 'Reconstructions', 'Open the picture of what it reconstructs'],
    ['delete', 'Delete…', 'Delete the run; you are asked first'],
  ];
  return entries.filter((entry) => entry !== false);
}
