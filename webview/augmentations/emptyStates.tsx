import type { VNode } from 'preact';
import { ErrorCode } from '../../src/core/errors.ts';
import type { PanelAction } from '../../src/protocol/augmentationsView.ts';
import type { PanelFailure } from '../../src/protocol/panels.ts';
import { Remedies } from '../shared/remedies.tsx';
import { host } from './host.ts';

export function NoImage({ trusted }: { readonly trusted: boolean }): VNode {
  if (!trusted) {
    return (
      <section class="empty">
        <p>No image is looked at and no model loaded in a restricted workspace.</p>
        <ActionButton action="trust" label="Manage Trust" />
      </section>
    );
  }
  return (
    <section class="empty">
      <p>Open an image to see its views under the augmentations of a training, or choose one.</p>
      <ActionButton action="pick" label="Choose Image…" />
    </section>
  );
}

// The engine names the folder of the image and the command; here the button below says what is next.
const notIndexed =
  'This image is not indexed yet. Index the folder, so that its views can be compared with the other images.';

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
        <p>The folder is being indexed. The views of this image appear here when that is done.</p>
      </section>
    );
  }
  return (
    <section class="empty" role="alert">
      <p>{code === ErrorCode.NotIndexed ? notIndexed : message}</p>
      <Remedies
        remedy={remedy}
        pickLabel="Choose Another Image…"
        act={(action) => host.call('augmentations/act', { action })}
      />
    </section>
  );
}

interface ActionButtonProps {
  readonly action: PanelAction;
  readonly label: string;
  readonly secondary?: boolean;
  readonly title?: string;
  readonly disabled?: boolean;
}

export function ActionButton({ action, label, secondary = false, title, disabled = false }: ActionButtonProps): VNode {
  return (
    <vscode-button
      secondary={secondary}
      disabled={disabled}
      {...(title !== undefined && { title })}
      onClick={() => void host.call('augmentations/act', { action })}
    >
      {label}
    </vscode-button>
  );
}
