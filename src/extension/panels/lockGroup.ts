import * as vscode from 'vscode';

/** A window that is busy opens a panel late; one that is closed at once never shows up. */
const PATIENCE_MS = 5000;

/**
 * Keeps what is opened from now on out of a panel's group where the panel is alone in it and other groups are there: pictures
 * that are looked at while a panel follows them would cover it. A person unlocks the group as any other.
 */
export async function lockGroupOf(viewType: string): Promise<void> {
  const group = await groupOf(viewType);
  if (!group?.isActive || group.tabs.length > 1 || vscode.window.tabGroups.all.length < 2) return;
  await vscode.commands.executeCommand('workbench.action.lockEditorGroup');
}

/** The group that holds the panel, as soon as it does. */
function groupOf(viewType: string): Promise<vscode.TabGroup | undefined> {
  const find = (): vscode.TabGroup | undefined =>
    vscode.window.tabGroups.all.find(({ activeTab }) => {
      const input = activeTab?.input;
      // VS Code puts a name of its own before the type.
      return input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType);
    });
  return new Promise((resolve) => {
    const settle = (group: vscode.TabGroup | undefined): void => {
      clearTimeout(timer);
      changes.dispose();
      resolve(group);
    };
    const changes = vscode.window.tabGroups.onDidChangeTabs(() => {
      const group = find();
      if (group) settle(group);
    });
    const timer = setTimeout(() => {
      settle(undefined);
    }, PATIENCE_MS);
    const already = find();
    if (already) settle(already);
  });
}
