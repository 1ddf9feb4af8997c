import type { VNode } from 'preact';
import { ErrorCode } from '../../src/core/errors.ts';
import type { SimilarAction, SimilarFailure, SimilarState } from '../../src/protocol/similarView.ts';
import { Remedies } from '../shared/remedies.tsx';
import { host } from './host.ts';

export function NoQuery({ state }: { readonly state: SimilarState }): VNode {
  if (!state.trusted) {
    return (
      <section class="empty">
        <p>Nothing is searched for in a restricted workspace.</p>
        <ActionButton action="trust" label="Manage Trust" />
      </section>
    );
  }
  return (
    <section class="empty">
      <p>
        {state.following
          ? 'Open an image to see what is similar to it, or choose one.'
          : 'Right-click an image in the Explorer and choose Find Similar Images, or choose one here.'}
      </p>
      <ActionButton action="pick" label="Choose Image…" />
      <ActionButton action="words" label="Search by Text…" secondary />
    </section>
  );
}

// The engine names the folder of the image and the command; here the button below says what is next.
const notIndexed = 'This image is not indexed yet. Index the folder to see what is similar to it.';
const folderNotIndexed = 'This folder is not indexed yet. Index it to search its images in words.';

interface FailureProps {
  readonly failure: SimilarFailure;
  /** What is missing from the index is on its way. */
  readonly indexing: boolean;
  /** What was asked for are words, not an image. */
  readonly inWords: boolean;
}

export function Failure({ failure, indexing, inWords }: FailureProps): VNode {
  if (indexing && failure.remedy === 'index') {
    return (
      <section class="empty" role="status">
        <p>
          The folder is being indexed. {inWords ? 'What fits the words' : 'What is similar to this image'} appears here
          when that is done.
        </p>
      </section>
    );
  }
  return (
    <section class="empty" role="alert">
      <p>{failure.code === ErrorCode.NotIndexed ? (inWords ? folderNotIndexed : notIndexed) : failure.message}</p>
      {failure.remedy === 'encoder' ? (
        <ActionButton action="encoder" label="Choose Encoder…" />
      ) : (
        <Remedies remedy={failure.remedy} act={(action) => host.call('similar/act', { action })} />
      )}
    </section>
  );
}

export function NoResults({ state }: { readonly state: SimilarState }): VNode {
  const filtered = state.relation !== 'all' || hasFilter(state);
  return (
    <section class="empty">
      <p>{filtered ? 'No other image passes the filter.' : 'There is no other image in this dataset.'}</p>
      {filtered && <ActionButton action="show-all" label="Show All" />}
    </section>
  );
}

export function hasFilter({ filter }: SimilarState): boolean {
  return filter.classes !== undefined || filter.splits !== undefined;
}

interface ActionButtonProps {
  readonly action: SimilarAction;
  readonly label: string;
  readonly secondary?: boolean;
}

function ActionButton({ action, label, secondary = false }: ActionButtonProps): VNode {
  return (
    <vscode-button secondary={secondary} onClick={() => void host.call('similar/act', { action })}>
      {label}
    </vscode-button>
  );
}
