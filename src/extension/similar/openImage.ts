import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { fileNotFound } from '../../core/errors.ts';
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

export interface ImagePlaces {
  /** For a single image. */
  readonly one?: vscode.TextDocumentShowOptions;
  /** For two. */
  readonly two?: readonly [vscode.ViewColumn, vscode.ViewColumn];
}

/** Opens an image, or the first two side by side. Rejects with file-not-found where one of them is gone. */
export async function openImages(
  followed: FollowedImage,
  files: readonly string[],
  { one = {}, two }: ImagePlaces = {},
): Promise<void> {
  const [first, second] = files;
  if (first === undefined) return;
  await Promise.all(files.slice(0, 2).map(mustExist));
  if (second === undefined) await openImage(followed, first, one);
  else await openSideBySide(followed, first, second, two);
}

/** Rejects with file-not-found where a file is gone: VS Code would open an empty editor that says less. */
export async function mustExist(file: string): Promise<void> {
  await stat(file).catch(() => {
    throw fileNotFound(file);
  });
}
