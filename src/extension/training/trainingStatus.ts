import * as vscode from 'vscode';
import { commands, contextKeys } from '../contract.ts';
import type { Services } from '../services.ts';
import type { RunningTraining } from './trainingRuns.ts';
import { trainingProgress } from './trainingText.ts';

/** The status bar item of the running training, beside that of indexing: both can run, and a click shows one of them. */
export function trainingStatus({ disposables, runs }: Services): void {
  let item: vscode.StatusBarItem | undefined;
  let wasRunning = false;
  disposables.add(
    runs.onDidChange(() => {
      const { running } = runs;
      if (wasRunning !== (running !== undefined)) {
        wasRunning = running !== undefined;
        void vscode.commands.executeCommand('setContext', contextKeys.isTraining, wasRunning);
      }
      if (!running) {
        item?.hide();
        return;
      }
      item ??= disposables.add(createItem());
      item.text = `$(loading~spin) Training: ${trainingProgress(running)}`;
      item.tooltip = tooltipOf(running);
      item.show();
    }),
  );
}

function createItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem('likeness.training', vscode.StatusBarAlignment.Left);
  item.name = 'Likeness Training';
  item.command = commands.showTraining;
  return item;
}

function tooltipOf({ name, root, progress }: RunningTraining): string {
  const now = progress
    ? [progress.detail === undefined ? progress.phase : `${progress.phase}: ${progress.detail}`]
    : [];
  return [`Likeness trains ${name}`, root, ...now, 'Click to show or stop.'].join('\n');
}
