import * as vscode from 'vscode';
import { usage, virtualWorkspace } from '../../core/errors.ts';
import { isInside } from '../files/rootPaths.ts';
import { commands } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { selectionOfFiles } from './selectedSubject.ts';

/** Training on what is selected: in the Explorer where the command was called there, else in the panels. */
export function selectionCommands(services: Services): void {
  const { disposables, selection } = services;
  const register = (id: string, command: string): void => {
    disposables.add(
      registerCommand(id, async (clicked, marked) => {
        const files = filesOf(clicked, marked);
        const subject = files ? await subjectOf(services, files) : selection.current;
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

/** The Explorer hands over the row that was clicked, and all that are selected if it is one of them. */
function filesOf(clicked: unknown, marked: unknown): readonly string[] | undefined {
  const uris = Array.isArray(marked) && marked.length > 0 ? marked : [clicked];
  const known = uris.filter((uri) => uri instanceof vscode.Uri);
  for (const { scheme, path } of known) if (scheme !== 'file') throw virtualWorkspace(path);
  return known.length === 0 ? undefined : known.map(({ fsPath }) => fsPath);
}

async function subjectOf({ datasets }: Services, files: readonly string[]) {
  const [first] = files;
  await datasets.load();
  const root = datasets.find(first!)?.root ?? vscode.workspace.getWorkspaceFolder(vscode.Uri.file(first!))?.uri.fsPath;
  if (root === undefined || !files.every((file) => isInside(root, file))) {
    throw usage('What is selected lies in several datasets; select images of one.');
  }
  return selectionOfFiles(files, root) ?? { folder: root };
}
