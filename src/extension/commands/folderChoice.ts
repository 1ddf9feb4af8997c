import path from 'node:path';
import * as vscode from 'vscode';
import { usage, virtualWorkspace } from '../../core/errors.ts';
import { isInside } from '../files/rootPaths.ts';
import type { Services } from '../services.ts';
import { localFolders } from '../services.ts';

/**
 * The folder that a command is about: of the Explorer's or the tree's row it was called on, else the workspace's only
 * one, else one that is asked for. A folder inside a known dataset stands for that dataset; one inside a folder of the
 * workspace that isn't indexed may be meant as a part of it, so that is asked. Undefined when cancelled.
 */
export async function chooseFolder(
  { datasets }: Services,
  argument: unknown,
  title: string,
): Promise<string | undefined> {
  const folder = folderOf(argument) ?? (await pickFolder(title));
  if (folder === undefined) return undefined;
  const states = await datasets.load();
  const known = datasets.find(folder);
  if (known) return known.root;
  const whole = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder))?.uri.fsPath;
  if (whole === undefined || whole === folder) return folder;
  // A dataset can't hold another one.
  const isDivided = states.some(({ summary }) => summary && isInside(whole, summary.root));
  return isDivided ? folder : pickExtent(whole, folder, title);
}

async function pickExtent(whole: string, part: string, title: string): Promise<string | undefined> {
  const items = [
    { label: path.basename(whole), description: 'all of it, so that all its images are compared', folder: whole },
    { label: path.basename(part), description: 'only this folder, as a dataset of its own', folder: part },
  ];
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'How much?' }))?.folder;
}

function folderOf(argument: unknown): string | undefined {
  if (argument instanceof vscode.Uri) {
    if (argument.scheme !== 'file') throw virtualWorkspace(argument.path);
    return argument.fsPath;
  }
  const isRow = typeof argument === 'object' && argument !== null && 'folder' in argument;
  return isRow && typeof argument.folder === 'string' ? argument.folder : undefined;
}

async function pickFolder(title: string): Promise<string | undefined> {
  const folders = localFolders();
  const first = folders[0];
  if (!first) {
    const virtual = vscode.workspace.workspaceFolders?.[0];
    throw virtual ? virtualWorkspace(virtual.uri.path) : usage('Open a folder of images first.');
  }
  if (folders.length === 1) return first.path;
  const items = folders.map((folder) => ({
    label: folder.name,
    description: path.dirname(folder.path),
    folder: folder.path,
  }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Folder' }))?.folder;
}
