import * as vscode from 'vscode';
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

/** Asks for an encoder's file; its absolute path, undefined when cancelled. */
export async function askForEncoderFile(folder: string): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: 'Choose an ONNX image encoder',
    filters: { 'ONNX models': ['onnx'] },
    defaultUri: vscode.Uri.file(folder),
  });
  return files?.[0]?.fsPath;
}

/** The row that leads to `askForEncoderFile`. */
export const encoderFileItem: vscode.QuickPickItem = {
  label: '$(folder-opened) Choose an ONNX file…',
  alwaysShow: true,
};
