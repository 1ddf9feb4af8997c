import path from 'node:path';
import * as vscode from 'vscode';
import type { IndexReport, Notice } from '../../protocol/engine.ts';
import { commands, undeclaredCommands, views } from '../contract.ts';
import { isInside } from '../files/rootPaths.ts';
import { showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { formatCount, formatDuration, formatQuantity } from '../../core/progressText.ts';

/** A job that takes longer than this is one that a person has turned away from. */
const LONG_JOB_SECONDS = 20;

/** What follows a finished job: fresh summaries and results, and word to the person where there is something to tell. */
export function indexingOutcome(services: Services): void {
  const { disposables, jobs, datasets, similar, explorerVisibility } = services;
  const told = new Set<string>();
  const tellOnce = (root: string, notices: readonly Notice[]): void => {
    for (const { code, message } of notices) {
      const key = `${root}\n${code}\n${message}`;
      if (told.has(key)) continue;
      told.add(key);
      void tell('warning', message, { title: 'Show Log', command: commands.showLog });
    }
  };
  disposables.add(
    jobs.onDidFinish(({ report, background }) => {
      datasets.remember(report.root);
      void datasets.refresh();
      tellOnce(report.root, report.notices);
      if (!background) tellOutcome(report, explorerVisibility.visible);
      const { query, text, failure } = similar.state;
      const place = query?.file ?? text?.folder;
      const concerned = place !== undefined && (isInside(report.root, place) || failure?.remedy === 'index');
      if (concerned && (report.embedded > 0 || report.removed > 0 || failure)) void similar.imagesChanged();
    }),
  );
  disposables.add(
    jobs.onDidFail(({ folder, error, background }) => {
      // What was done before it stopped is in the index already.
      void datasets.refresh();
      services.log.warn(`Indexing ${folder} ended: ${error.message}`);
      if (!background) void showFailure(error);
    }),
  );
  disposables.add(
    datasets.onDidChange(() => {
      for (const { summary } of datasets.states ?? []) {
        if (summary) tellOnce(summary.root, summary.notices);
      }
    }),
  );
}

/** @param seen the tree shows it, so that only what a person has turned away from needs a message. */
function tellOutcome({ root, images, failed, seconds, regions }: IndexReport, seen: boolean): void {
  const parts = regions ? ` and ${formatQuantity(regions.regions, 'region')} of them` : '';
  const done = `${path.basename(root)}: ${formatQuantity(images, 'image')}${parts} indexed`;
  if (failed.length > 0) {
    const files =
      failed.length === 1 ? '1 file could not be read' : `${formatCount(failed.length)} files could not be read`;
    void tell('warning', `${done}, ${files}.`, {
      title: 'Show Files',
      command: undeclaredCommands.showUnreadable,
      arguments: [root],
    });
  } else if (!seen || regions !== undefined || seconds > LONG_JOB_SECONDS) {
    const show = { title: 'Show', command: `${views.explorer}.focus` };
    void tell('information', `${done} in ${formatDuration(seconds + (regions?.seconds ?? 0))}.`, show);
  }
}

interface Action {
  readonly title: string;
  readonly command: string;
  readonly arguments?: readonly unknown[];
}

async function tell(kind: 'information' | 'warning', message: string, action: Action): Promise<void> {
  const show = kind === 'warning' ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const chosen = await show(message, action);
  if (chosen) await vscode.commands.executeCommand(chosen.command, ...(chosen.arguments ?? []));
}
