import type { VNode } from 'preact';
import { ErrorCode } from '../../src/core/errors.ts';
import type { MatrixAction, MatrixState } from '../../src/protocol/matrixView.ts';
import type { PanelFailure } from '../../src/protocol/panels.ts';
import { act } from './host.ts';

export function NothingChosen({ trusted }: { readonly trusted: boolean }): VNode {
  if (!trusted) {
    return (
      <section class="empty" role="status">
        <p>No image is compared and no index opened in a restricted workspace.</p>
        <ActionButton action="trust" label="Manage Trust" />
      </section>
    );
  }
  return (
    <section class="empty" role="status">
      <p>Choose what to compare: the whole data set, some of its classes, or images and folders in the Explorer.</p>
      <ActionButton action="whole" label="Compare Whole Data Set" />
    </section>
  );
}

// The engine names the folder and the command; here the button below says what is next.
const notIndexed = 'These images are not indexed yet. Index the folder, so that they can be compared.';

interface FailureProps {
  readonly failure: PanelFailure;
  readonly current: MatrixState;
}

/** Why there is no matrix, and what to do about it. */
export function Failure({ failure: { code, message, remedy }, current }: FailureProps): VNode {
  if (current.indexing) {
    return (
      <section class="empty" role="status">
        <p>The folder is being indexed. The matrix appears here by itself when that is done.</p>
      </section>
    );
  }
  return (
    <section class="empty" role="alert">
      <p>{code === ErrorCode.NotIndexed ? notIndexed : message}</p>
      <div class="actions">
        {current.encoder !== undefined && remedy === 'index' && (
          <ActionButton action="encoder" label="Use the Data Set's Encoder" />
        )}
        {remedy === 'index' && (
          <ActionButton action="index" label="Index Folder" secondary={current.encoder !== undefined} />
        )}
        {remedy === 'trust' && <ActionButton action="trust" label="Manage Trust" />}
        {remedy === 'pick' && (
          <>
            {current.subject?.isWhole === false && <ActionButton action="whole" label="Compare Whole Data Set" />}
            <ActionButton action="classes" label="Choose Classes…" secondary />
          </>
        )}
        {remedy === 'retry' && <ActionButton action="retry" label="Try Again" />}
        {(remedy === 'retry' || remedy === 'none') && <ActionButton action="log" label="Show Log" secondary />}
        {current.canGoBack && <ActionButton action="back" label="Back" secondary />}
      </div>
    </section>
  );
}

interface ActionButtonProps {
  readonly action: MatrixAction;
  readonly label: string;
  readonly secondary?: boolean;
  readonly title?: string;
}

export function ActionButton({ action, label, secondary = false, title }: ActionButtonProps): VNode {
  return (
    <vscode-button
      secondary={secondary}
      {...(title !== undefined && { title })}
      onClick={() => {
        act(action);
      }}
    >
      {label}
    </vscode-button>
  );
}

/** The same for what is done along the way. */
export function ActionChip({ action, label, title }: Omit<ActionButtonProps, 'secondary'>): VNode {
  return (
    <button
      type="button"
      class="chip"
      {...(title !== undefined && { title })}
      onClick={() => {
        act(action);
      }}
    >
      {label}
    </button>
  );
}
