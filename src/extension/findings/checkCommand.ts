import { access } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { untrustedWorkspace } from '../../core/errors.ts';
import type { CheckReport } from '../../protocol/check.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { withProgress } from '../commands/progress.ts';
import { commands, views } from '../contract.ts';
import { registerCommand, showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { readSetting } from '../settings.ts';
import { findingsMarkdown, outcomeText, reportName } from './findingsText.ts';

/** After the window has opened, so that what a person waits for comes first. */
const RESTORE_MS = 1500;

/** Check Dataset: looks for what is worth deciding, says how much that is, and keeps it for the window. */
export function checkCommand(services: Services): void {
  const { disposables, datasets, findings } = services;
  disposables.add(
    registerCommand(commands.checkDataset, async (argument) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      const folder = await chooseFolder(services, argument, 'Check Dataset');
      if (folder === undefined) return;
      const report = await withProgress('Checking the dataset…', (options) => findings.check(folder, options));
      // The message stays until it is answered, and the command must not wait for that.
      tellOutcome(services, report).catch(showFailure);
    }),
  );
  restoreLater(services);
  disposables.add(
    datasets.onDidChange(() => {
      // One that can't be read right now is still there.
      const known = datasets.states?.filter(({ summary, error }) => summary ?? error) ?? [];
      findings.retain(new Set(known.flatMap(({ folder, summary }) => summary?.root ?? folder)));
      if (!vscode.workspace.isTrusted) return;
      for (const { summary } of known) {
        // Where it can't be read there is nothing to show yet, and a new check tells why.
        if (summary) findings.restore(summary.root).catch(() => undefined);
      }
    }),
  );
}

/** Findings of a check before the window was opened are there again; nothing is started where there was none. */
function restoreLater({ disposables, datasets }: Services): void {
  const timer = setTimeout(() => {
    const looks = datasets.folders.map((folder) => access(path.join(folder, '.likeness', 'findings.json')));
    // Once they are known, what was found in them is read.
    Promise.any(looks)
      .then(() => (vscode.workspace.isTrusted ? datasets.load() : undefined))
      .catch(() => undefined);
  }, RESTORE_MS);
  disposables.add({
    dispose: () => {
      clearTimeout(timer);
    },
  });
}

async function tellOutcome({ findings, reports }: Services, report: CheckReport): Promise<void> {
  const [review, problems, document] = ['Review', 'Show Problems', 'Show Report'];
  const actions = [
    ...(report.findings.length > 0 ? [review] : []),
    ...(report.findings.length > 0 && listsProblems() ? [problems] : []),
    document,
  ];
  const isGrave = report.findings.some(({ severity }) => severity !== 'info');
  const show = isGrave ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const chosen = await show(outcomeText(report), ...actions);
  if (chosen === review) await vscode.commands.executeCommand(commands.reviewFindings, vscode.Uri.file(report.root));
  if (chosen === problems) await showFindings();
  if (chosen !== document) return;
  // By now some may have been decided.
  const current = findings.reportOf(report.root) ?? report;
  await reports.show(reportName(report.root), findingsMarkdown(current));
}

/** The Problems panel or, where it lists none of ours, the tree that does. */
async function showFindings(): Promise<void> {
  await vscode.commands.executeCommand(listsProblems() ? 'workbench.actions.view.problems' : `${views.explorer}.focus`);
}

function listsProblems(): boolean {
  return readSetting('likeness.check.problems') !== 'off';
}
