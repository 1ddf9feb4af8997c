import * as vscode from 'vscode';
import { Debounced } from '../async/debounce.ts';
import { commands } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { readSetting, writeSetting } from '../settings.ts';
import { imageOfTab } from './activeImage.ts';

const SETTLE_MS = 150;

/** Shows what is similar to the image in the active tab, while the view is visible and the setting is on. */
export function followActiveEditor({ disposables, similar, similarVisibility, followed }: Services): void {
  const follow = (): void => {
    if (!vscode.workspace.isTrusted || !similarVisibility.visible) return;
    if (!readSetting('likeness.similar.followActiveEditor')) return;
    const file = followed.next(activeImage());
    if (file !== undefined && file !== similar.state.query?.file && isInWorkspace(file)) void similar.show(file);
  };
  // After a reload the query of before stays until another image is opened.
  if (similar.state.query) followed.skip(activeImage());
  const settled = disposables.add(new Debounced(SETTLE_MS, follow));
  const tabsChanged = (): void => {
    settled.trigger();
  };
  // Pictures are no text editors: only the tabs tell which of them is active.
  disposables.add(vscode.window.tabGroups.onDidChangeTabs(tabsChanged));
  disposables.add(vscode.window.tabGroups.onDidChangeTabGroups(tabsChanged));
  disposables.add(similarVisibility.onDidChange(tabsChanged));
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('likeness.similar.followActiveEditor')) {
        followed.reset();
        similar.touch();
        tabsChanged();
      }
    }),
  );
  const setFollowing = (id: string, following: boolean): void => {
    disposables.add(registerCommand(id, () => writeSetting('likeness.similar.followActiveEditor', following)));
  };
  setFollowing(commands.followSimilar, true);
  setFollowing(commands.pinSimilar, false);
}

/** The image in the active tab, if it shows one. */
export function activeImage(): string | undefined {
  return imageOfTab(vscode.window.tabGroups.activeTabGroup.activeTab?.input);
}

/** A picture from elsewhere is shown by command only: it belongs to no dataset of this window. */
function isInWorkspace(file: string): boolean {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined;
}
