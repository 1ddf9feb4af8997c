import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { fileKindOf } from '../../core/images/fileKinds.ts';
import { Debounced } from '../async/debounce.ts';
import { Disposables } from '../disposables.ts';
import { isInside } from '../files/rootPaths.ts';
import type { Services } from '../services.ts';
import { localFolders } from '../services.ts';
import { readSetting } from '../settings.ts';
import { concernsImages, withoutNested } from './changeBatch.ts';
import type { FileChange } from './changeBatch.ts';

/** Long enough for a copy of many files to settle, short enough to feel live. */
const SETTLE_MS = 1500;
/** From here on looking at the whole folder is cheaper than looking for so many paths. */
const MANY_PATHS = 1000;

const INDEX = path.join('.likeness', 'index.sqlite');

/** Keeps every dataset that has an index current while the window is open, and sees where others did. */
export function datasetWatcher(services: Services): void {
  const { disposables, datasets } = services;
  const watched = new Map<string, Disposables>();
  const update = (roots: readonly string[]): void => {
    const wanted = new Set(roots.filter((root) => readSetting('likeness.index.watch', vscode.Uri.file(root))));
    for (const [root, watcher] of watched) {
      if (wanted.has(root)) continue;
      watcher.dispose();
      watched.delete(root);
    }
    for (const root of wanted) {
      if (!watched.has(root)) watched.set(root, watch(root, services));
    }
  };
  const refresh = async (): Promise<void> => {
    if (!vscode.workspace.isTrusted) return;
    const states = datasets.states;
    update(states ? states.flatMap(({ summary }) => summary?.root ?? []) : await foldersWithIndex());
  };
  disposables.add(datasets.onDidChange(() => void refresh()));
  disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => void refresh()));
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('likeness.index.watch')) void refresh();
    }),
  );
  disposables.add({
    dispose: () => {
      for (const watcher of watched.values()) watcher.dispose();
    },
  });
  void refresh();
}

/** Before anything has asked the engine, the file itself tells: one look per folder of the workspace. */
async function foldersWithIndex(): Promise<string[]> {
  const looks = localFolders().map(async ({ path: folder }) => {
    await access(path.join(folder, INDEX));
    return folder;
  });
  const outcomes = await Promise.allSettled(looks);
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

function watch(root: string, services: Services): Disposables {
  const { jobs } = services;
  const resources = new Disposables();
  const pending = new Map<string, FileChange>();
  const settled = resources.add(
    new Debounced(SETTLE_MS, () => {
      const batch = [...pending];
      pending.clear();
      void withoutOtherFiles(batch).then(async (paths) => {
        if (paths.length === 0) return;
        await jobs.run(root, { background: true, ...(paths.length < MANY_PATHS && { only: paths }) });
      });
    }),
  );
  // While another process has it open, what is written stays beside it.
  const index = [path.join(root, INDEX), path.join(root, `${INDEX}-wal`)];
  const written = resources.add(
    new Debounced(SETTLE_MS, () => {
      // An engine that can't be asked tells so where people ask it.
      noteIndexing(root, services).catch(() => undefined);
    }),
  );
  const note = (change: FileChange) => (uri: vscode.Uri) => {
    if (index.includes(uri.fsPath)) written.trigger();
    if (!concernsImages(root, uri.fsPath, change)) return;
    pending.set(uri.fsPath, change);
    settled.trigger();
  };
  const pattern = new vscode.RelativePattern(vscode.Uri.file(root), '**/*');
  const watcher = resources.add(vscode.workspace.createFileSystemWatcher(pattern));
  resources.add(watcher.onDidCreate(note('created')));
  resources.add(watcher.onDidChange(note('changed')));
  resources.add(watcher.onDidDelete(note('deleted')));
  return resources;
}

/** Shows what the command line, or another window, has indexed. The window's own runs tell of themselves when they end. */
async function noteIndexing(root: string, { datasets, engine, jobs }: Services): Promise<void> {
  const known = datasets.states?.find(({ summary }) => summary?.root === root)?.summary;
  const isOurs = jobs.running.some(({ folder }) => isInside(root, folder));
  if (known === undefined || isOurs) return;
  const now = await engine.call('index/summary', { path: root });
  if (now !== undefined && now.indexedAt !== known.indexedAt) await datasets.refresh();
}

/** Without created files that are no pictures; what is gone by now counts as deleted. */
async function withoutOtherFiles(batch: readonly (readonly [string, FileChange])[]): Promise<string[]> {
  const kept = batch.map(async ([file, change]) => {
    const found = change === 'created' ? await stat(file).catch(() => undefined) : undefined;
    const isOther = found !== undefined && !found.isDirectory() && fileKindOf(path.basename(file)).kind === 'other';
    return isOther ? [] : [file];
  });
  return withoutNested((await Promise.all(kept)).flat());
}
