import path from 'node:path';
import * as vscode from 'vscode';
import { formatQuantity } from '../../core/progressText.ts';
import type { AppliedRelabels, RelabelPreview } from '../../protocol/relabels.ts';
import { withProgress } from '../commands/progress.ts';
import { commands } from '../contract.ts';
import { repeatDecision } from '../decisionsFile/historyCommands.ts';
import { registerReportCommand } from '../reports/reportCommand.ts';
import type { Services } from '../services.ts';
import { changedLabels, labelsMarkdown } from './labelsMarkdown.ts';

/** Write Decided Classes: shows what would change where labels come from, and writes it once a person has seen it. */
export function writeLabelsCommand(services: Services): void {
  const { engine } = services;
  registerReportCommand<object, RelabelPreview>(services, {
    command: commands.writeLabels,
    title: 'Write Decided Classes',
    keys: [],
    working: 'Comparing classes with the labels…',
    ask: () => Promise.resolve({}),
    run: (root, _, options) => engine.call('labels/preview', { folder: root }, options),
    write: (preview) => Promise.resolve({ name: nameOf(preview), markdown: labelsMarkdown(preview, false) }),
    then: (_, __, preview) => offerToWrite(services, preview),
  });
}

async function offerToWrite(services: Services, preview: RelabelPreview): Promise<void> {
  const { engine, datasets, reports } = services;
  const { root, source, id, changes } = preview;
  if (changes.length === 0) return;
  const write = source === 'folder' ? 'Move Files' : 'Write Labels';
  const message = `${changedLabels(preview, false)} Nothing is written yet.`;
  if ((await vscode.window.showInformationMessage(message, write)) !== write) return;
  const done = await withProgress('Writing labels…', (options) =>
    engine.call('labels/apply', { folder: root, preview: id }, options),
  );
  reports.write(nameOf(done), labelsMarkdown(done, true));
  void datasets.refresh();
  await tellWritten(services, done);
}

async function tellWritten(services: Services, done: AppliedRelabels): Promise<void> {
  const { root, step, files } = done;
  const undo = 'Undo';
  const open = files.length === 1 ? `Open ${path.basename(files[0]!)}` : undefined;
  const notices = done.notices.map(({ message }) => ` ${message}`).join('');
  const actions = [...(open === undefined ? [] : [open]), ...(step === undefined ? [] : [undo])];
  const chosen = await vscode.window.showInformationMessage(`${changedLabels(done, true)}${notices}`, ...actions);
  if (chosen === undo) await repeatDecision(services, root, 'undo', step);
  else if (chosen !== undefined) {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path.resolve(root, files[0]!)));
  }
}

function nameOf({ root, changes }: RelabelPreview): string {
  return `${formatQuantity(changes.length, 'label')} of ${path.basename(root)}`;
}
