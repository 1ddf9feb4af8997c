import * as vscode from 'vscode';
import { customEditors } from '../contract.ts';
import { mustExist } from '../similar/openImage.ts';

/** Opens an image in the viewer, in the group that is active unless another one is named. Rejects with file-not-found. */
export async function openInViewer(file: string, options: vscode.TextDocumentShowOptions = {}): Promise<void> {
  await mustExist(file);
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), customEditors.imageViewer, {
    preview: true,
    ...options,
  });
}
