import * as vscode from 'vscode';
import { Throttled } from '../async/throttle.ts';
import { internalCommands, views } from '../contract.ts';
import type { Services } from '../services.ts';
import { trainingRows } from './trainingTree.ts';
import type { TrainingRow } from './trainingTree.ts';

/** VS Code waits until the changes pause before it shows any, and progress doesn't pause. */
const REFRESH_MS = 500;

/** The tree of runs. */
export function trainingView({ disposables, runs, datasets }: Services): void {
  const changed = disposables.add(new vscode.EventEmitter<void>());
  const rows = async (): Promise<TrainingRow[]> => {
    // A restricted workspace has nothing but its welcome.
    if (!vscode.workspace.isTrusted) return [];
    const others = await runs.load();
    return trainingRows(runs.running, runs.runningSummary, others);
  };
  const provider: vscode.TreeDataProvider<TrainingRow> = {
    onDidChangeTreeData: changed.event,
    getChildren: async (row) => (row ? [...(row.children ?? [])] : rows()),
    getTreeItem: toTreeItem,
  };
  const tree = disposables.add(
    vscode.window.createTreeView(views.training, { treeDataProvider: provider, showCollapseAll: true }),
  );
  disposables.add(
    tree.onDidChangeVisibility(({ visible }) => {
      // Other windows and the command line train too, and nothing tells of them.
      if (visible && vscode.workspace.isTrusted) runs.refreshIfLoaded();
    }),
  );
  const throttled = disposables.add(
    new Throttled(REFRESH_MS, () => {
      changed.fire();
    }),
  );
  disposables.add(
    runs.onDidChange(() => {
      throttled.trigger();
    }),
  );
  disposables.add(
    datasets.onDidChange(() => {
      runs.refreshIfLoaded();
    }),
  );
  disposables.add(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      changed.fire();
    }),
  );
}

function toTreeItem(row: TrainingRow): vscode.TreeItem {
  const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
  const state = row.children && row.children.length > 0 ? (row.expanded ? Expanded : Collapsed) : None;
  const item = new vscode.TreeItem(row.label, state);
  item.id = row.id;
  item.contextValue = row.context;
  item.iconPath = new vscode.ThemeIcon(
    row.icon,
    row.color === undefined ? undefined : new vscode.ThemeColor(row.color),
  );
  if (row.description !== undefined) item.description = row.description;
  if (row.tooltip !== undefined) item.tooltip = row.tooltip;
  if (row.run) item.command = { command: internalCommands.showRunCurves, title: 'Show Curves', arguments: [row] };
  return item;
}
