import * as vscode from 'vscode';
import type { FollowedImage } from './activeImage.ts';

/** Opens an image from the Similar view, which keeps its query. */
export async function openImage(
  followed: FollowedImage,
  file: string,
  options: vscode.TextDocumentShowOptions,
): Promise<void> {
  followed.opening([file]);
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), { preview: true, ...options });
}

/** Puts two images side by side; VS Code has no diff of pictures. The first goes left. */
export async function openSideBySide(
  followed: FollowedImage,
  left: string,
  right: string,
  [first, second]: readonly [vscode.ViewColumn, vscode.ViewColumn] = [vscode.ViewColumn.One, vscode.ViewColumn.Two],
): Promise<void> {
  followed.opening([left, right]);
  const show = { preview: true, preserveFocus: true };
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(left), { ...show, viewColumn: first });
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(right), { ...show, viewColumn: second });
}
