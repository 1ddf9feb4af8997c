import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { formatQuantity } from '../../src/core/progressText.ts';
import type { CurveAxis, TrainingPanelAction, TrainingPanelState } from '../../src/protocol/trainingView.ts';
import { ShortcutSheet, type Shortcut } from '../shared/shortcutSheet.tsx';
import { act, choose } from './host.ts';

const shortcuts: readonly Shortcut[] = [
  { keys: ['Tab'], does: 'to the next control or chart' },
  { keys: ['←', '→'], does: 'on a chart: to the next point, in all charts at once' },
  { keys: ['Shift + ←', '→'], does: 'ten points further' },
  { keys: ['Space'], does: 'show or hide the run that has the focus' },
  { keys: ['Double click'], does: 'on a chart: show all of it again, after a stretch was dragged over' },
  { keys: ['?'], does: 'this sheet' },
];

const trainings: readonly (readonly [action: TrainingPanelAction, label: string, title: string])[] = [
  ['pretrain', 'Pretrain…', 'Learn without labels what makes images alike'],
  ['fineTune', 'Fine-tune…', 'Teach an encoder the classes of labelled images'],
  ['distill', 'Distill…', 'Teach a smaller encoder what a larger one knows'],
  ['autoencoder', 'Train Autoencoder…', 'The baseline that pretraining has to beat'],
  ['captions', 'Train with Captions…', 'Teach an encoder to find images by what is written about them'],
];

const axes: readonly (readonly [axis: CurveAxis, label: string])[] = [
  ['epochs', 'Epoch'],
  ['steps', 'Step'],
  ['seconds', 'Time'],
];

/** What can be begun, and how curves are drawn. */
export function Toolbar({ current: { runs, training, choices } }: { readonly current: TrainingPanelState }): VNode {
  const shown = runs.filter((run) => run.shown).length;
  return (
    <header class="toolbar">
      <div class="title">
        <h1>Training</h1>
        <p>{runs.length === 0 ? '' : `${formatQuantity(runs.length, 'run')}, ${shown} shown`}</p>
      </div>
      <div class="actions">
        {trainings.map(([action, label, title], i) => (
          <vscode-button
            key={action}
            secondary={i > 0}
            disabled={training !== undefined}
            title={training === undefined ? title : 'A window trains one encoder at a time'}
            onClick={() => {
              act(action);
            }}
          >
            {label}
          </vscode-button>
        ))}
        <button
          type="button"
          class="chip"
          title="Show the runs in the side bar"
          onClick={() => {
            act('tree');
          }}
        >
          Side Bar
        </button>
        <ShortcutSheet title="Keys of Training" shortcuts={shortcuts} />
      </div>
      {runs.length > 0 && (
        <div class="choices">
          <div class="chips" role="group" aria-label="Horizontal axis of the curves">
            <span class="hint">Axis</span>
            {axes.map(([axis, label]) => (
              <button
                key={axis}
                type="button"
                class="chip"
                aria-pressed={choices.axis === axis}
                onClick={() => void choose({ ...choices, axis })}
              >
                {label}
              </button>
            ))}
          </div>
          <Smoothing choices={choices} />
        </div>
      )}
    </header>
  );
}

function Smoothing({ choices }: Pick<TrainingPanelState, 'choices'>): VNode {
  // What the hand says comes before what the host has heard of it so far.
  const [moved, setMoved] = useState<number>();
  const shown = moved ?? choices.smoothing;
  return (
    <label
      class="smoothing"
      title="Each point is drawn towards those before it; the points themselves stay visible, faintly"
    >
      <span class="hint">Smoothing</span>
      <input
        type="range"
        min={0}
        max={0.95}
        step={0.05}
        value={shown}
        aria-label="Smoothing of the curves"
        aria-valuetext={smoothingText(shown)}
        onInput={({ currentTarget }) => {
          const smoothing = Number(currentTarget.value);
          setMoved(smoothing);
          void choose({ ...choices, smoothing }).then(() => {
            setMoved((latest) => (latest === smoothing ? undefined : latest));
          });
        }}
      />
      <output>{smoothingText(shown)}</output>
    </label>
  );
}

const smoothingText = (smoothing: number): string => (smoothing === 0 ? 'none' : smoothing.toFixed(2));
