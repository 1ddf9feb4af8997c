import * as vscode from 'vscode';
import { commands } from '../contract.ts';
import type { Services } from '../services.ts';
import { healthOf } from './findingsText.ts';

/** The status bar item that says how the datasets are; there is none until one was checked. */
export function healthStatus({ disposables, findings }: Services): void {
  let item: vscode.StatusBarItem | undefined;
  disposables.add(
    findings.onDidChange(() => {
      const health = healthOf(findings.reports, findings.reopened);
      if (!health) {
        item?.hide();
        return;
      }
      item ??= disposables.add(createItem());
      item.text = health.text;
      item.tooltip = health.tooltip;
      item.show();
    }),
  );
}

function createItem(): vscode.StatusBarItem {
  const item = vscode.window.createStatusBarItem('likeness.findings', vscode.StatusBarAlignment.Left);
  item.name = 'Likeness Findings';
  item.command = commands.reviewFindings;
  return item;
}
