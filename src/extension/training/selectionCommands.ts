import * as vscode from 'vscode';
import { usage, virtualWorkspace } from '../../core/errors.ts';
import { isInside } from '../files/rootPaths.ts';
import { commands } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import type { SelectedImages } from '../selection/imageSelection.ts';
import { selectionOfFiles } from './selectedSubject.ts';

/** Training on what is selected: in the Explorer where the command was called there, else in the panels. */
export function selectionCommands(services: Services): void {
  const { disposables, selection } = services;
  const register = (id: string, command: string): void => {
    disposables.add(
      registerCommand(id, async (clicked, marked) => {
        const files = filesOf(Array.isArray(marked) && marked.length > 0 ? marked : [clicked]);
        const subject = files.length > 0 ? await selectedInDataset(services, files) : selection.current;
        if (!subject) {
          throw usage('No image is selected; select some in a Likeness panel or in the Explorer, or train on all.');
        }
        await vscode.commands.executeCommand(command, subject);
      }),
    );
  };
  register(commands.pretrainOnSelection, commands.pretrainEncoder);
  register(commands.fineTuneOnSelection, commands.fineTuneEncoder);
}

/**
 * The Explorer hands over the row that was clicked, and all that are selected if it is one of them. Throws virtual-workspace where
 * one of them is on no disk.
 */
export function filesOf(rows: readonly unknown[]): readonly string[] {
  const known = rows.filter((row) => row instanceof vscode.Uri);
  for (const { scheme, path } of known) if (scheme !== 'file') throw virtualWorkspace(path);
  return known.map(({ fsPath }) => fsPath);
}

/** Files and folders as a selection of the dataset that they lie in, or all of it. @param files absolute; at least one */
export async function selectedInDataset(
  { datasets }: Services,
  files: readonly string[],
): Promise<SelectedImages | { readonly folder: string }> {
  const [first] = files;
  await datasets.load();
  const root = datasets.find(first!)?.root ?? vscode.workspace.getWorkspaceFolder(vscode.Uri.file(first!))?.uri.fsPath;
  if (root === undefined || !files.every((file) => isInside(root, file))) {
    throw usage('What is selected lies in several datasets; select images of one.');
  }
  return selectionOfFiles(files, root) ?? { folder: root };
}
