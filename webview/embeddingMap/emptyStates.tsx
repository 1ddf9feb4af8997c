import type { VNode } from 'preact';
import { ErrorCode } from '../../src/core/errors.ts';
import type { EmbeddingMapState, MapPanelAction } from '../../src/protocol/embeddingMap.ts';
import type { PanelFailure } from '../../src/protocol/panels.ts';
import { Remedies } from '../shared/remedies.tsx';
import { act } from './host.ts';

/** Before there is anything to show; null where there is. */
export function emptyState(shown: EmbeddingMapState): VNode | null {
  const { trusted, folder, failure, indexing, images, maps } = shown;
  if (!trusted) {
    return (
      <section class="empty">
        <h2>Restricted workspace</h2>
        <p>No image is looked at and no model loaded in a restricted workspace.</p>
        <ActionButton action="trust" label="Manage Trust" />
      </section>
    );
  }
  if (failure) return <Failure failure={failure} indexing={indexing} />;
  if (!folder) {
    return (
      <section class="empty">
        <h2>No data set yet</h2>
        <p>Choose a folder of images to see which of them an encoder finds alike.</p>
        <ActionButton action="pick" label="Choose Folder…" />
      </section>
    );
  }
  const [first] = maps;
  if (first?.failure && first.points === 0) return <Failure failure={first.failure} indexing={indexing} />;
  if (first?.progress || (first && first.points > 0)) return null;
  if (indexing) {
    return (
      <section class="empty" role="status">
        <h2>Indexing</h2>
        <p>The folder is being indexed. Its map appears here when that is done.</p>
      </section>
    );
  }
  if (images.count > 0 && !first) return null;
  return (
    <section class="empty">
      <h2>No map yet</h2>
      <p>{images.count === 0 ? 'There is no indexed image in this folder.' : 'The map was not made.'}</p>
      {images.count === 0 ? (
        <ActionButton action="index" label="Index Folder" />
      ) : (
        <ActionButton action="layOutAnew" label="Lay Out the Map" />
      )}
      <ActionButton action="pick" label={PICK} secondary />
    </section>
  );
}

export const PICK = 'Choose Another Folder…';

// The engine names the folder and the command; here the button below says what is next.
const notIndexed = 'This folder is not indexed yet. Index it to see which of its images an encoder finds alike.';

interface FailureProps {
  readonly failure: PanelFailure;
  /** What is missing from the index is on its way. */
  readonly indexing: boolean;
}

export function Failure({ failure, indexing }: FailureProps): VNode {
  const { code, message, remedy } = failure;
  if (indexing && remedy === 'index') {
    return (
      <section class="empty" role="status">
        <h2>Indexing</h2>
        <p>The folder is being indexed. Its map appears here when that is done.</p>
      </section>
    );
  }
  return (
    <section class="empty" role="alert">
      <h2>No map</h2>
      <p>{code === ErrorCode.NotIndexed ? notIndexed : message}</p>
      <div class="actions">
        <Remedies remedy={remedy} pickLabel={PICK} act={act} />
      </div>
    </section>
  );
}

interface ActionButtonProps {
  readonly action: MapPanelAction;
  readonly label: string;
  readonly secondary?: boolean;
}

export function ActionButton({ action, label, secondary = false }: ActionButtonProps): VNode {
  return (
    <vscode-button
      secondary={secondary}
      onClick={() => {
        act(action);
      }}
    >
      {label}
    </vscode-button>
  );
}
