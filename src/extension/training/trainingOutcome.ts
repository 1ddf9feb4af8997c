import * as vscode from 'vscode';
import { trainingFailed } from '../../core/errors.ts';
import { formatDuration } from '../../core/progressText.ts';
import type { Notice } from '../../protocol/engine.ts';
import type { TrainingReport } from '../../protocol/training.ts';
import { commands, internalCommands, views } from '../contract.ts';
import { showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { useRunEncoder } from './runCommands.ts';
import { comparedAccuracyText } from './trainingText.ts';

/** Word to the person when a run is over. One that they stopped needs none: the tree shows that it can be resumed. */
export function trainingOutcome(services: Services): void {
  const { disposables, runs, log } = services;
  disposables.add(
    runs.onDidEnd((ended) => {
      if ('error' in ended) {
        log.warn(`Training ${ended.training.name} ended: ${ended.error.message}`);
        void showFailure(ended.error);
        return;
      }
      showNotices(ended.report.notices);
      const { state, message, name } = ended.report.run;
      if (state === 'finished') offerEncoder(services, ended.report).catch(showFailure);
      if (state === 'failed')
        void showFailure(trainingFailed(message ?? `Training ${name} failed; the log tells more.`));
    }),
  );
}

/** A run has begun: its row is shown, and its curves are offered. */
export async function showStarted(): Promise<void> {
  await vscode.commands.executeCommand(`${views.training}.focus`);
  const show = 'Show Curves';
  // The message stays until it is answered, and nobody must wait for that.
  void vscode.window
    .showInformationMessage('The training has started; it can be stopped at any time.', show)
    .then(async (chosen) => {
      if (chosen === show) await vscode.commands.executeCommand(commands.showTraining);
    });
}

/** Shows what a person should know about a training, each with a way to look closer. */
export function showNotices(notices: readonly Notice[]): void {
  for (const { message } of notices) void showNotice(message);
}

async function showNotice(message: string): Promise<void> {
  const log = 'Show Log';
  if ((await vscode.window.showWarningMessage(message, log)) === log) {
    await vscode.commands.executeCommand(commands.showLog);
  }
}

async function offerEncoder(services: Services, { run }: TrainingReport): Promise<void> {
  const accuracy = comparedAccuracyText(run.metrics);
  const measured = accuracy === undefined ? '' : `: ${accuracy}`;
  const message = `${run.name} is trained, in ${formatDuration(run.seconds)}${measured}.`;
  const use = 'Use and Re-index';
  const show = 'Show Curves';
  const chosen = await vscode.window.showInformationMessage(message, ...(run.encoder === undefined ? [] : [use]), show);
  if (chosen === use) await useRunEncoder(services, run, 'index');
  if (chosen === show) await vscode.commands.executeCommand(internalCommands.showRunCurves, { run });
}
