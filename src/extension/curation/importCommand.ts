import path from 'node:path';
import * as vscode from 'vscode';
import { untrustedWorkspace, virtualWorkspace } from '../../core/errors.ts';
import { tableExtensions } from '../../core/tables/tableFiles.ts';
import type { ImportReport } from '../../protocol/columns.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { withProgress } from '../commands/progress.ts';
import { commands } from '../contract.ts';
import { registerCommand, showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { importedSentence, importMarkdown } from './importMarkdown.ts';

/** Import Columns or Vectors: takes what a table says of the images into the index, and lists the rows of no image. */
export function importCommand(services: Services): void {
  const { disposables, engine, imported } = services;
  disposables.add(
    registerCommand(commands.importData, async (argument) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      const isTable = argument instanceof vscode.Uri && isTableFile(argument);
      const folder = await folderFor(services, argument, isTable);
      if (folder === undefined) return;
      const table = isTable ? argument : await askForTable(folder);
      if (table === undefined) return;
      if (table.scheme !== 'file') throw virtualWorkspace(table.path);
      const file = table.fsPath;
      const report = await withProgress('Importing…', (options) =>
        engine.call('exchange/import', { folder, file }, options),
      );
      imported.fire(report.root);
      // The message stays until it is answered, and the command must not wait for that.
      tellImported(services, report, file).catch(showFailure);
    }),
  );
}

/** The dataset that a table lies in, or else one that is chosen. */
async function folderFor(services: Services, argument: unknown, isTable: boolean): Promise<string | undefined> {
  const { datasets } = services;
  await datasets.load();
  const holding = isTable && argument instanceof vscode.Uri ? datasets.find(argument.fsPath)?.root : undefined;
  return holding ?? chooseFolder(services, isTable ? undefined : argument, 'Import Columns or Vectors');
}

function isTableFile({ fsPath }: vscode.Uri): boolean {
  return tableExtensions.includes(path.extname(fsPath).toLowerCase());
}

async function askForTable(folder: string): Promise<vscode.Uri | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: 'Import columns or vectors of a file that names the images',
    openLabel: 'Import',
    defaultUri: vscode.Uri.file(folder),
    filters: { 'Tables and vectors': tableExtensions.map((extension) => extension.slice(1)) },
  });
  return files?.[0];
}

async function tellImported({ reports }: Services, report: ImportReport, file: string): Promise<void> {
  const [list, map] = ['Show Unmatched', 'Show in Map'];
  const hasUnmatched = report.unmatched.length > 0;
  const show = hasUnmatched ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const chosen = await show(importedSentence(report), ...(hasUnmatched ? [list] : []), map);
  const name = path.basename(file);
  if (chosen === list) await reports.show(`Imported from ${name}`, importMarkdown(report, name));
  if (chosen === map) await vscode.commands.executeCommand(commands.openEmbeddingMap, { folder: report.root });
}
