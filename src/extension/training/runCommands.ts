import path from 'node:path';
import * as vscode from 'vscode';
import { usage } from '../../core/errors.ts';
import { formatBytes } from '../../core/progressText.ts';
import type { RunSummary } from '../../protocol/training.ts';
import { commands, internalCommands } from '../contract.ts';
import { useEncoder } from '../encoders/useEncoder.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { registerCommand, showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { deletionText } from './deletion.ts';

/** The commands of the Training view's rows. */
export function runCommands(services: Services): void {
  const { disposables, runs } = services;
  disposables.add(
    registerCommand(commands.stopTraining, () => {
      runs.stop();
      return Promise.resolve();
    }),
  );
  const onRun = (id: string, run: (summary: RunSummary) => PromiseLike<unknown>): void => {
    disposables.add(
      registerCommand(id, async (row) => {
        const summary = summaryOf(row);
        if (!summary) throw usage('This run has written nothing yet; try again in a moment.');
        await run(summary);
      }),
    );
  };
  onRun(internalCommands.resumeRun, (run) => {
    if (!isTraining(services)) runs.resume(run).catch(showFailure);
    return Promise.resolve();
  });
  onRun(internalCommands.useRunEncoder, (run) => useRunEncoder(services, run, 'offer'));
  onRun(internalCommands.deleteRun, (run) => deleteRun(services, run));
  onRun(internalCommands.revealRun, (run) =>
    vscode.commands.executeCommand('revealInExplorer', fileOf(run, 'run.json')),
  );
  onRun(internalCommands.openRunMetrics, (run) =>
    vscode.commands.executeCommand('vscode.open', fileOf(run, 'metrics.jsonl')),
  );
  onRun(internalCommands.showReconstructions, (run) =>
    vscode.commands.executeCommand('vscode.open', fileOf(run, 'reconstructions.png')),
  );
  onRun(internalCommands.copyRunName, (run) => vscode.env.clipboard.writeText(run.name));
}

/** Whether this window trains already, which the person is then told. */
export function isTraining({ runs }: Services): boolean {
  if (!runs.running) return false;
  const show = 'Show Training';
  const message = `${runs.running.name} is being trained, and a window trains one encoder at a time.`;
  // The message stays until it is answered, and a command must not wait for that.
  void vscode.window.showInformationMessage(message, show).then(async (chosen) => {
    if (chosen === show) await vscode.commands.executeCommand(commands.showTraining);
  });
  return true;
}

/** Makes the encoder of a run the one of its dataset. */
export async function useRunEncoder(services: Services, run: RunSummary, then: 'index' | 'offer'): Promise<void> {
  const { root, encoder, name } = run;
  if (encoder === undefined) throw usage(`${name} has no encoder; train it to its end first.`);
  await useEncoder(services, { folder: root, encoder }, then);
}

async function deleteRun({ runs, datasets }: Services, run: RunSummary): Promise<void> {
  await datasets.load();
  const { message, detail, answers } = deletionText(run, datasets.find(run.root)?.encoder?.id);
  const titles = answers.map(({ title }) => title);
  const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...titles);
  const answer = answers.find(({ title }) => title === chosen);
  if (!answer) return;
  const bytes = await runs.delete(run, answer.encoder);
  vscode.window.setStatusBarMessage(`Likeness: ${formatBytes(bytes)} freed`, 5_000);
}

/** The run of a row of the Training view; undefined for all else that a command may be called on. */
export function summaryOf(row: unknown): RunSummary | undefined {
  const isRow = typeof row === 'object' && row !== null && 'run' in row;
  return isRow ? (row.run as RunSummary | undefined) : undefined;
}

function fileOf({ root, id }: RunSummary, name: string): vscode.Uri {
  return vscode.Uri.file(resolveInside(root, path.join('.likeness', 'runs', id, name)));
}
