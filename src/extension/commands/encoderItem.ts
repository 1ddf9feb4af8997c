import type * as vscode from 'vscode';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { formatHubReference, hubSource } from '../../core/hub/hubReference.ts';
import { formatCount } from '../../core/progressText.ts';

/** An encoder in a list. @param isCurrent whether the dataset uses it */
export function encoderItem(
  { id, name, output, source, licence, classes }: EncoderCard,
  isCurrent: boolean,
): vscode.QuickPickItem {
  const facts = [
    id,
    `${output.dim} dimensions`,
    ...(classes === undefined ? [] : [`${formatCount(classes.length)} classes`]),
    ...(isCurrent ? ['in use'] : []),
  ];
  return {
    label: `${isCurrent ? '$(check) ' : ''}${name}`,
    description: facts.join(' · '),
    detail: licence === undefined ? shortSource(source) : `${shortSource(source)} · ${licence}`,
  };
}

/** A commit's whole name would push the licence out of sight. */
function shortSource(source: string): string {
  const reference = hubSource(source);
  return reference === undefined
    ? source
    : formatHubReference({ ...reference, revision: reference.revision.slice(0, 10) });
}
