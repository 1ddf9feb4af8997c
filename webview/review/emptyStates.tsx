import type { ComponentChildren, VNode } from 'preact';
import { formatQuantity } from '../../src/core/progressText.ts';
import { formatAgo } from '../../src/core/timeText.ts';
import type { PanelFailure } from '../../src/protocol/panels.ts';
import type { ReviewedCheck, ReviewPageAction, ReviewState } from '../../src/protocol/reviewView.ts';
import { Remedies } from '../shared/remedies.tsx';
import { act } from './host.ts';

interface ActionButtonProps {
  readonly action: ReviewPageAction;
  readonly secondary?: boolean;
  readonly children: ComponentChildren;
}

function ActionButton({ action, secondary = false, children }: ActionButtonProps): VNode {
  return (
    <vscode-button
      secondary={secondary}
      onClick={() => {
        act(action);
      }}
    >
      {children}
    </vscode-button>
  );
}

export function NotTrusted(): VNode {
  return (
    <section class="empty" role="status">
      <p>In a restricted workspace no findings are read and nothing is decided.</p>
      <ActionButton action="trust">Manage Trust</ActionButton>
    </section>
  );
}

export function NeverChecked({ shown: { name } }: { readonly shown: ReviewState }): VNode {
  if (name === undefined) {
    return (
      <section class="empty" role="status">
        <p>Choose the dataset whose findings you want to go through.</p>
        <ActionButton action="pick">Choose Dataset…</ActionButton>
      </section>
    );
  }
  return (
    <section class="empty" role="status">
      <p>
        {name} was not checked yet. A check looks for duplicates, leaks between splits, wrong labels, outliers and poor
        pictures; what it finds is decided here, one key each.
      </p>
      <ActionButton action="check">Check Dataset</ActionButton>
    </section>
  );
}

export function NothingFound({ check }: { readonly check: ReviewedCheck }): VNode {
  const looked = `${formatQuantity(check.images, 'image')} ${formatAgo(check.checkedAt, Date.now())}`;
  return (
    <section class="empty" role="status">
      {check.reopened ? (
        <p>
          Decisions have changed since the last check, which found nothing to decide in {looked}. Another check tells
          what is open now.
        </p>
      ) : (
        <p>Nothing to decide: the check of {looked} found nothing that isn't decided or accepted.</p>
      )}
      <ActionButton action="check" secondary={!check.reopened}>
        Check Again
      </ActionButton>
    </section>
  );
}

/** Says that some of what people decided isn't followed. */
export function DecisionProblems({ problems }: { readonly problems: NonNullable<ReviewState['problems']> }): VNode {
  const { count, line, message } = problems;
  const which = count === 1 ? `Line ${line}` : `${formatQuantity(count, 'line')}, the first of them line ${line},`;
  return (
    <p class="notice problems" role="status">
      {which} of decisions.jsonl {count === 1 ? 'says' : 'say'} nothing that is followed: {message}{' '}
      <button
        type="button"
        class="link"
        onClick={() => {
          act('decisions');
        }}
      >
        Open the file
      </button>
    </p>
  );
}

export function AllDecided(): VNode {
  return (
    <section class="done" role="status">
      <p>Everything is decided. Another check tells whether anything is left.</p>
      <ActionButton action="check">Check Again</ActionButton>
    </section>
  );
}

export function Failure({ failure: { message, remedy } }: { readonly failure: PanelFailure }): VNode {
  return (
    <section class="empty" role="alert">
      <p>{message}</p>
      <div class="actions">
        {remedy === 'index' ? (
          <ActionButton action="check">Check Dataset</ActionButton>
        ) : (
          <Remedies remedy={remedy} pickLabel="Choose Dataset…" act={act} />
        )}
      </div>
    </section>
  );
}
