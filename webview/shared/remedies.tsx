import type { VNode } from 'preact';
import type { PanelFailure } from '../../src/protocol/panels.ts';

/** What every page can ask of the host about a failure. */
export type Remedy = 'index' | 'trust' | 'pick' | 'retry' | 'log';

interface RemediesProps {
  readonly remedy: PanelFailure['remedy'];
  /** Of what is chosen instead: "Choose Another Image…". */
  readonly pickLabel?: string;
  readonly act: (action: Remedy) => unknown;
}

/** Buttons for what can be done about a failure. */
export function Remedies({ remedy, pickLabel, act }: RemediesProps): VNode {
  const button = (action: Remedy, label: string, secondary = false): VNode => (
    <vscode-button secondary={secondary} onClick={() => void act(action)}>
      {label}
    </vscode-button>
  );
  return (
    <>
      {remedy === 'index' && button('index', 'Index Folder')}
      {remedy === 'trust' && button('trust', 'Manage Trust')}
      {remedy === 'pick' && pickLabel !== undefined && button('pick', pickLabel)}
      {remedy === 'retry' && button('retry', 'Try Again')}
      {(remedy === 'retry' || remedy === 'none') && button('log', 'Show Log', true)}
    </>
  );
}
