import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { DatasetSummary } from '../../../src/protocol/engine.ts';
import type { LikenessApi } from '../../../src/extension/extension.ts';
import { commands } from '../../../src/extension/contract.ts';

/** The running extension. */
export async function activateLikeness(): Promise<LikenessApi> {
  const extension = vscode.extensions.getExtension<LikenessApi>('likeness.likeness');
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/** Waits for what happens in another process or in the window. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) assert.fail(`${what}: not within ${timeoutMs / 1000} s`);
    await sleep(50);
  }
}

/** The path of a folder of the workspace. */
export function workspaceRoot(index = 0): string {
  const folder = vscode.workspace.workspaceFolders?.[index];
  assert.ok(folder, `the workspace has no folder ${index}`);
  return folder.uri.fsPath;
}

/** Indexes a folder of the workspace through the command, and returns what the window then knows about it. */
export async function indexWorkspaceFolder(api: LikenessApi, index = 0): Promise<DatasetSummary> {
  // The folders of a workspace file may be known only after the window has opened.
  await until(() => vscode.workspace.workspaceFolders?.[index] !== undefined, `the workspace has folder ${index}`);
  const root = workspaceRoot(index);
  await vscode.commands.executeCommand(commands.indexFolder, vscode.Uri.file(root));
  const summary = async () => (await api.datasets()).find(({ folder }) => folder === root)?.summary;
  await until(async () => (await summary())?.indexedAt !== undefined, `${root} is indexed`);
  return (await summary())!;
}

/** Shows what is similar to an image through the command, and waits for the answer. */
export async function findSimilar(api: LikenessApi, file: string): Promise<void> {
  await vscode.commands.executeCommand(commands.findSimilar, vscode.Uri.file(file));
  await until(() => api.similarState().query?.file === file && !api.similarState().searching, `similar to ${file}`);
}
