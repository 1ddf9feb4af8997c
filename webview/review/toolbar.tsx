import type { VNode } from 'preact';
import { formatCount } from '../../src/core/progressText.ts';
import type { ReviewPageAction, ReviewState } from '../../src/protocol/reviewView.ts';
import { ShortcutSheet } from '../shared/shortcutSheet.tsx';
import { act } from './host.ts';
import { shortcuts } from './keys.ts';
import { decided } from './list.ts';
import { repeat } from './reviewing.ts';
import { changedText, checkedText } from './sentences.ts';

/** What is reviewed, how far it is, and what can be done about it as a whole. */
export function Toolbar({ shown }: { readonly shown: ReviewState }): VNode {
  const { name, check, checking } = shown;
  const { done, all } = decided.value;
  return (
    <header class="toolbar">
      <div class="title">
        <h1>{name ?? 'Review'}</h1>
        {check && (
          <p title={[checkedText(check, Date.now()), changedText(check)].filter(Boolean).join(' · ')}>
            {checkedText(check, Date.now())}
            {changedText(check) !== '' && <span class="outdated"> · {changedText(check)}</span>}
          </p>
        )}
      </div>
      {check && all > 0 && (
        <div class="progress-text">
          <progress value={done} max={all} aria-label="Decided" />
          <span>
            <strong>{formatCount(done)}</strong> of {formatCount(all)} decided
          </span>
        </div>
      )}
      <div class="actions">
        <Repeat direction="undo" title={shown.undo} keyName="U" />
        <Repeat direction="redo" title={shown.redo} keyName="Shift+U" />
        {check && <Chip action="report" label="Report" title="All that is open, as a document" />}
        {check && !checking && <Chip action="check" label="Check Again" title="Look for findings again" />}
        <ShortcutSheet title="Keys of the Review" shortcuts={shortcuts} />
      </div>
    </header>
  );
}

interface RepeatProps {
  readonly direction: 'undo' | 'redo';
  readonly title: string | undefined;
  readonly keyName: string;
}

function Repeat({ direction, title, keyName }: RepeatProps): VNode {
  const name = direction === 'undo' ? 'Undo' : 'Redo';
  return (
    <button
      type="button"
      class="chip"
      data-action={direction}
      disabled={title === undefined}
      title={title === undefined ? `Nothing to ${direction}` : `${name}: ${title} (${keyName})`}
      onClick={() => {
        void repeat(direction);
      }}
    >
      {name}
      {title !== undefined && direction === 'undo' && <span class="what">: {title}</span>}
    </button>
  );
}

interface ChipProps {
  readonly action: ReviewPageAction;
  readonly label: string;
  readonly title: string;
}

function Chip({ action, label, title }: ChipProps): VNode {
  return (
    <button
      type="button"
      class="chip"
      title={title}
      onClick={() => {
        act(action);
      }}
    >
      {label}
    </button>
  );
}
