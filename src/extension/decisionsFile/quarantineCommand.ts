import path from 'node:path';
import * as vscode from 'vscode';
import { untrustedWorkspace } from '../../core/errors.ts';
import { formatQuantity } from '../../core/progressText.ts';
import type { QuarantinedImage } from '../../protocol/decisions.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { commands } from '../contract.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { registerCommand, tellLeftOut, tellUndoable } from '../notifications.ts';
import type { Services } from '../services.ts';
import { repeatDecision } from './historyCommands.ts';

/** Show Quarantine: lists the files that were set aside, and moves those back that are picked. */
export function quarantineCommand(services: Services): void {
  const { disposables, engine } = services;
  disposables.add(
    registerCommand(commands.showQuarantine, async (argument) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      const root = await chooseFolder(services, argument, 'Show Quarantine');
      if (root === undefined) return;
      const images = await engine.call('decisions/quarantined', { root });
      if (images.length === 0) {
        void vscode.window.showInformationMessage(`No file of ${path.basename(root)} is set aside.`);
        return;
      }
      const paths = await pickRestored(root, images);
      if (paths.length > 0) await restore(services, root, paths);
    }),
  );
}

interface Item extends vscode.QuickPickItem {
  readonly image: QuarantinedImage;
}

/** Those to move back, relative to the root; none when cancelled. */
function pickRestored(root: string, images: readonly QuarantinedImage[]): Promise<readonly string[]> {
  const input = vscode.window.createQuickPick<Item>();
  input.title = `${formatQuantity(images.length, 'file')} of ${path.basename(root)} set aside`;
  input.placeholder = 'Choose those to restore: they are moved back to where they were';
  input.canSelectMany = true;
  input.matchOnDescription = true;
  input.ignoreFocusOut = true;
  const open = { iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: 'Open' };
  input.items = images.map((image) => ({
    label: path.posix.basename(image.path),
    description: path.posix.dirname(image.path),
    detail: `Set aside on ${image.since.slice(0, 10)}`,
    buttons: [open],
    image,
  }));
  return new Promise((resolve) => {
    input.onDidTriggerItemButton(({ item }) => {
      const file = vscode.Uri.file(resolveInside(root, item.image.at));
      void vscode.commands.executeCommand('vscode.open', file, { preserveFocus: true, preview: true });
    });
    input.onDidAccept(() => {
      resolve(input.selectedItems.map(({ image }) => image.path));
      input.dispose();
    });
    input.onDidHide(() => {
      resolve([]);
      input.dispose();
    });
    input.show();
  });
}

async function restore(services: Services, root: string, paths: readonly string[]): Promise<void> {
  const { engine, datasets } = services;
  const decision = { action: 'quarantine' } as const;
  const {
    step,
    notices = [],
    leftOut = [],
  } = await engine.call('decisions/take', {
    root,
    decisions: [{ paths, decision, undo: true }],
    leavesOut: [],
  });
  void datasets.refresh();
  const told = `${formatQuantity(paths.length - leftOut.length, 'file')} moved back.`;
  const message = [told, ...notices.map((notice) => notice.message)].join(' ');
  tellUndoable(message, step && (() => repeatDecision(services, root, 'undo', step)));
  tellLeftOut(leftOut);
}
