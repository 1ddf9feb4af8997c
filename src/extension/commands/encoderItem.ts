import type * as vscode from 'vscode';
import type { EncoderCard } from '../../core/encoders/card.ts';
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
    detail: licence === undefined ? source : `${source} · ${licence}`,
  };
}
