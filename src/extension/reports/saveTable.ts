import path from 'node:path';
import * as vscode from 'vscode';
import { virtualWorkspace } from '../../core/errors.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import { withProgress } from '../commands/progress.ts';

export interface SavedTable {
  /** What the progress says while it's written. */
  readonly working: string;
  /** The file that is suggested, absolute. */
  readonly file: string;
  readonly save: (
    out: { readonly file: string; readonly replace: boolean },
    options: CallOptions,
  ) => Promise<{ readonly out: string | undefined }>;
}

export interface TableOffer extends SavedTable {
  /** What there is to save. */
  readonly message: string;
}

/** Offers to write a table where the person wants it. */
export async function offerToSave({ message, ...table }: TableOffer): Promise<void> {
  const action = 'Save as CSV…';
  if ((await vscode.window.showInformationMessage(message, action)) === action) await saveTable(table);
}

/** Writes a table where the person wants it, and offers to open it. */
export async function saveTable({ working, file, save }: SavedTable): Promise<void> {
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(file),
    filters: { 'CSV files': ['csv'] },
  });
  if (!target) return;
  if (target.scheme !== 'file') throw virtualWorkspace(target.path);
  // The dialog has asked already whether a file that is there is to be replaced.
  const { out } = await withProgress(working, (options) => save({ file: target.fsPath, replace: true }, options));
  if (out === undefined) return;
  const open = 'Open';
  if ((await vscode.window.showInformationMessage(`Written to ${path.basename(out)}.`, open)) === open) {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(out));
  }
}
