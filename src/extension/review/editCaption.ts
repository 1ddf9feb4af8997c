import * as vscode from 'vscode';
import type { Services } from '../services.ts';

/**
 * Opens the file that an image's caption is written in, at the caption where it is found there. Rejects with captions-unmatched, or
 * as VS Code says that a file can't be opened.
 *
 * @param path relative to the root
 */
export async function editCaption(
  { engine }: Services,
  root: string,
  path: string,
  viewColumn: vscode.ViewColumn | undefined,
): Promise<void> {
  const { files, captions } = await engine.call('captions/source', { root, path });
  let first: vscode.TextDocument | undefined;
  for (const file of files) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    first ??= document;
    const text = document.getText();
    const caption = captions.find((written) => written !== '' && text.includes(written));
    if (caption === undefined) continue;
    const start = text.indexOf(caption);
    const selection = new vscode.Range(document.positionAt(start), document.positionAt(start + caption.length));
    await vscode.window.showTextDocument(document, { selection, ...(viewColumn && { viewColumn }) });
    return;
  }
  if (first) await vscode.window.showTextDocument(first, viewColumn);
}
