import type { ComponentChildren, VNode } from 'preact';
import type { Measurement, MeasurementName } from '../../src/protocol/augmentationsView.ts';
import { Working } from '../shared/working.tsx';
import { Failure } from './emptyStates.tsx';
import { host } from './host.ts';

interface MeasurementSectionProps {
  readonly name: MeasurementName;
  readonly title: string;
  /** What is measured, before it is. */
  readonly purpose: string;
  readonly measurement: Measurement<unknown>;
  /** The figures. */
  readonly children: ComponentChildren;
}

/** A section whose figures are computed when a person asks for them. */
export function MeasurementSection({ name, title, purpose, measurement, children }: MeasurementSectionProps): VNode {
  const { progress, figures, stale, failure } = measurement;
  const id = `${name}-title`;
  return (
    <section aria-labelledby={id} data-stale={stale || progress !== undefined}>
      <div class="section-title">
        <h2 id={id}>{title}</h2>
        {progress ? (
          <vscode-button secondary onClick={() => void host.call('augmentations/cancel', { name })}>
            Cancel
          </vscode-button>
        ) : (
          <vscode-button
            secondary={figures !== undefined && !stale}
            aria-label={`Measure ${title.toLowerCase()}`}
            onClick={() => void host.call('augmentations/measure', { name })}
          >
            {figures === undefined ? 'Measure' : 'Measure Again'}
          </vscode-button>
        )}
      </div>
      {progress && <Working progress={progress} />}
      {failure && <Failure failure={failure} indexing={false} />}
      {figures === undefined && !progress && !failure && <p class="hint">{purpose}</p>}
      {stale && !progress && <p class="hint">These figures are of other settings than those that are shown now.</p>}
      {children}
    </section>
  );
}
