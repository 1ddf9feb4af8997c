import * as vscode from 'vscode';
import { Throttled } from '../async/throttle.ts';
import { WhenVisible } from '../async/whenVisible.ts';
import { commands, internalCommands, rowContexts, undeclaredCommands, views } from '../contract.ts';
import type { DatasetState } from '../datasets/datasets.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { ClassWords } from './classWords.ts';
import { buildRows, parentOf, unreadableRow } from './treeModel.ts';
import type { Row } from './treeModel.ts';

/** VS Code waits until the changes pause before it shows any, and a job's progress doesn't pause. */
const REFRESH_MS = 500;

/** The tree of datasets, and the commands of its rows. */
export function embeddingExplorer(services: Services): void {
  const { disposables, datasets, jobs, findings, explorerVisibility, opinionFiles, compared } = services;
  const changed = disposables.add(new vscode.EventEmitter<void>());
  const rows = async (): Promise<Row[]> => {
    // A restricted workspace has nothing but its welcome.
    if (!vscode.workspace.isTrusted) return [];
    return buildRows(await datasets.load(), jobs.running, findings.reports);
  };
  const words = new ClassWords(services.engine);
  const provider: vscode.TreeDataProvider<Row> = {
    onDidChangeTreeData: changed.event,
    getChildren: async (row) => (row ? [...(row.children ?? [])] : rows()),
    getParent: async ({ id }) => parentOf(await rows(), id),
    getTreeItem: toTreeItem,
    resolveTreeItem: (item, row) => words.resolved(item, row),
  };
  const tree = disposables.add(
    vscode.window.createTreeView(views.explorer, { treeDataProvider: provider, showCollapseAll: true }),
  );
  disposables.add(
    tree.onDidChangeVisibility(({ visible }) => {
      explorerVisibility.set(visible);
    }),
  );
  disposables.add(
    registerCommand(undeclaredCommands.showUnreadable, async (root) => {
      await vscode.commands.executeCommand(`${views.explorer}.focus`);
      const row = typeof root === 'string' ? unreadableRow(await rows(), root) : undefined;
      if (row) await tree.reveal(row, { select: true, focus: true, expand: true });
    }),
  );
  const throttled = disposables.add(
    new Throttled(REFRESH_MS, () => {
      changed.fire();
    }),
  );
  const refresh = (): void => {
    throttled.trigger();
  };
  disposables.add(datasets.onDidChange(refresh));
  disposables.add(
    datasets.onDidChange(() => {
      words.forget();
    }),
  );
  disposables.add(
    compared.event(() => {
      // An item is asked for its words once, until it is shown anew.
      if (words.forget()) refresh();
    }),
  );
  // Tags and views are in files that others write too: a person, git, the command line.
  const reread = new WhenVisible(
    () => tree.visible,
    () => void datasets.refresh(),
  );
  disposables.add(
    tree.onDidChangeVisibility(() => {
      reread.look();
    }),
  );
  disposables.add(
    datasets.onDidChange(() => {
      opinionFiles.watch(views.explorer, knownRoots(datasets.states));
    }),
  );
  disposables.add(
    opinionFiles.onDidChange((root) => {
      if (knownRoots(datasets.states).includes(root)) reread.trigger();
    }),
  );
  disposables.add(jobs.onDidChange(refresh));
  disposables.add(findings.onDidChange(refresh));
  disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => void datasets.refresh()));
  disposables.add(vscode.workspace.onDidChangeWorkspaceFolders(() => void datasets.refresh()));

  const onFile = (id: string, run: (file: vscode.Uri) => Thenable<unknown>): void => {
    disposables.add(
      registerCommand(id, async (row) => {
        const file = typeof row === 'object' && row !== null && 'file' in row ? row.file : undefined;
        if (typeof file === 'string') await run(vscode.Uri.file(file));
      }),
    );
  };
  onFile(internalCommands.openFile, (file) => vscode.commands.executeCommand('vscode.open', file));
  onFile(internalCommands.revealFile, (file) => vscode.commands.executeCommand('revealInExplorer', file));
  onFile(internalCommands.copyFilePath, (file) => vscode.env.clipboard.writeText(file.fsPath));
}

/** Datasets with an index, and those that can't be read right now. */
function knownRoots(states: readonly DatasetState[] = []): string[] {
  return states.flatMap(({ folder, summary, error }) => summary?.root ?? (error ? folder : []));
}

function toTreeItem(row: Row): vscode.TreeItem {
  const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
  const state = row.children && row.children.length > 0 ? (row.expanded ? Expanded : Collapsed) : None;
  const item = new vscode.TreeItem(row.label, state);
  item.id = row.id;
  item.contextValue = row.context;
  item.iconPath = new vscode.ThemeIcon(row.icon, severityColor(row.icon));
  if (row.description !== undefined) item.description = row.description;
  // What is left out here is asked for when somebody points at the row.
  if (row.tooltip !== undefined && row.ofClass === undefined) item.tooltip = row.tooltip;
  const open = openedBy[row.context];
  if (open !== undefined) item.command = { command: open, title: 'Open', arguments: [row] };
  return item;
}

/** What a click on a row does, beside opening its children. */
const openedBy: Readonly<Partial<Record<Row['context'], string>>> = {
  [rowContexts.strongerEncoder]: commands.chooseEncoder,
  [rowContexts.tunedEncoder]: commands.fineTuneEncoder,
  [rowContexts.failure]: internalCommands.openFile,
  [rowContexts.finding]: internalCommands.openFinding,
  [rowContexts.count]: commands.openEmbeddingMap,
  [rowContexts.tag]: commands.openEmbeddingMap,
  [rowContexts.view]: commands.openEmbeddingMap,
};

function severityColor(icon: string): vscode.ThemeColor | undefined {
  if (icon === 'warning') return new vscode.ThemeColor('list.warningForeground');
  return icon === 'error' ? new vscode.ThemeColor('list.errorForeground') : undefined;
}
