import type { VNode } from 'preact';
import type { ComparisonAction, ComparisonState } from '../../src/protocol/comparisonView.ts';
import { comparedText } from '../../src/protocol/evaluationText.ts';
import { formatQuantity } from '../../src/core/progressText.ts';
import { Remedies } from '../shared/remedies.tsx';
import { ShortcutSheet } from '../shared/shortcutSheet.tsx';
import { Working } from '../shared/working.tsx';
import { Agreement } from './agreement.tsx';
import { Disagreements } from './disagreements.tsx';
import { Figures } from './figures.tsx';
import { act, state } from './host.ts';
import { shortcuts } from './keys.ts';

export function App(): VNode | null {
  const current = state.value;
  if (!current) return null;
  const { trusted, name, failure, progress, figures } = current;
  if (!trusted) {
    return (
      <section class="empty" role="status">
        <p>No encoder is loaded and no index opened in a restricted workspace.</p>
        <ActionButton action="trust" label="Manage Trust" />
      </section>
    );
  }
  if (name === undefined) {
    return (
      <section class="empty" role="status">
        <p>Compare encoders by your own labelled images, beside the baselines that each of them has to beat.</p>
        <ActionButton action="choose" label="Choose Encoders…" />
      </section>
    );
  }
  return (
    <main aria-busy={progress !== undefined}>
      <Toolbar current={current} name={name} />
      {progress && (
        <Working
          progress={progress}
          cancel={() => {
            act('cancel');
          }}
        />
      )}
      {failure && !progress && (
        <section class="empty" role="alert">
          <p>{failure.message}</p>
          <div class="actions">
            <Remedies
              remedy={failure.remedy === 'pick' ? 'retry' : failure.remedy}
              act={act as (action: string) => unknown}
            />
          </div>
        </section>
      )}
      {!failure && !progress && !figures && (
        <section class="empty" role="status">
          <p>
            {formatQuantity(Math.max(1, current.asked.length), 'encoder')} chosen, and not compared since the window was
            opened.
          </p>
          <div class="actions">
            <ActionButton action="retry" label="Compare" />
          </div>
        </section>
      )}
      {figures && !failure && (
        <div class="sections" data-stale={progress !== undefined}>
          {figures.notices.map(({ message }) => (
            <p class="notice" key={message}>
              {message}
            </p>
          ))}
          <Figures current={current} figures={figures} />
          {figures.agreements.length > 0 && (
            <>
              <Agreement current={current} figures={figures} />
              <Disagreements current={current} figures={figures} />
            </>
          )}
        </div>
      )}
    </main>
  );
}

function Toolbar({
  current: { figures, progress },
  name,
}: {
  readonly current: ComparisonState;
  readonly name: string;
}): VNode {
  return (
    <header class="toolbar">
      <div class="title">
        <h1>Encoders on {name}</h1>
        {figures && <p>{comparedText(figures.protocol)}</p>}
      </div>
      <div class="actions">
        <ShortcutSheet title="Keys of Compare Encoders" shortcuts={shortcuts} />
        {figures && (
          <ActionButton
            action="document"
            label="Open as Document"
            title="The same figures as a document, with all that was measured and how"
            secondary
          />
        )}
        <ActionButton action="choose" label="Choose Encoders…" disabled={progress !== undefined} />
      </div>
    </header>
  );
}

interface ActionButtonProps {
  readonly action: ComparisonAction;
  readonly label: string;
  readonly title?: string;
  readonly secondary?: boolean;
  readonly disabled?: boolean;
}

function ActionButton({ action, label, title, secondary = false, disabled = false }: ActionButtonProps): VNode {
  return (
    <vscode-button
      secondary={secondary}
      disabled={disabled}
      {...(title !== undefined && { title })}
      onClick={() => {
        act(action);
      }}
    >
      {label}
    </vscode-button>
  );
}
