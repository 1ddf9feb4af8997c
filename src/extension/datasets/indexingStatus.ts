import path from 'node:path';
import * as vscode from 'vscode';
import { contextKeys, undeclaredCommands } from '../contract.ts';
import type { Services } from '../services.ts';
import { progressCount, progressPace, progressStatus } from '../../core/progressText.ts';
import type { IndexingJob } from './indexingJobs.ts';

/** The one status bar item, shown while a job runs, and the context key that tells so. */
export function indexingStatus({ disposables, jobs }: Services): void {
  let item: vscode.StatusBarItem | undefined;
  let wasRunning = false;
  disposables.add(
    jobs.onDidChange(() => {
      const { running } = jobs;
      if (wasRunning !== running.length > 0) {
        wasRunning = running.length > 0;
        void vscode.commands.executeCommand('setContext', contextKeys.indexing, wasRunning);
      }
      const first = running[0];
      if (!first) {
        item?.hide();
        return;
      }
      item ??= disposables.add(createItem());
      const more = running.length > 1 ? ` (+${running.length - 1})` : '';
      item.text = `$(sync~spin) ${progressStatus(first.progress)}${more}`;
      item.tooltip = [...running.map(tooltipLine), 'Click to show or stop.'].join('\n');
      item.show();
    }),
  );
}

function createItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem('likeness.indexing', vscode.StatusBarAlignment.Left);
  item.name = 'Likeness Indexing';
  item.command = undeclaredCommands.showIndexing;
  return item;
}

function tooltipLine({ folder, progress }: IndexingJob): string {
  const name = path.basename(folder);
  if (!progress) return `Starting to index ${name}`;
  const pace = progressPace(progress);
  return `${progress.phase} ${name}: ${progressCount(progress)}${pace === '' ? '' : ` · ${pace}`}`;
}
