import path from 'node:path';
import * as vscode from 'vscode';
import { commands, undeclaredCommands, views } from '../contract.ts';
import { keepRegions } from '../datasets/keptRegions.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { readSetting } from '../settings.ts';
import { chooseFolder } from './folderChoice.ts';

export function indexCommands(services: Services): void {
  const { disposables, datasets, jobs } = services;
  disposables.add(
    registerCommand(commands.indexFolder, async (argument) => {
      const folder = await chooseFolder(services, argument, 'Index Folder');
      if (folder === undefined) return;
      await vscode.window.withProgress({ location: { viewId: views.explorer } }, () => jobs.run(folder));
    }),
  );
  disposables.add(
    registerCommand(commands.indexRegions, async (argument) => {
      const folder = await chooseFolder(services, argument, 'Index Regions');
      if (folder === undefined) return;
      const work = () => jobs.run(folder, { regions: true });
      await vscode.window.withProgress({ location: { viewId: views.explorer } }, work);
    }),
  );
  disposables.add(keepRegions(jobs, (root) => readSetting('likeness.index.regions', vscode.Uri.file(root))));
  disposables.add(
    registerCommand(commands.stopIndexing, async (argument) => {
      const named = typeof argument === 'object' && argument !== null && 'folder' in argument;
      const folder = named && typeof argument.folder === 'string' ? argument.folder : await pickJob(services);
      if (folder !== undefined) jobs.stop(folder);
    }),
  );
  disposables.add(registerCommand(undeclaredCommands.showIndexing, () => showIndexing(services)));
  disposables.add(registerCommand(commands.refresh, () => datasets.refresh()));
}

async function pickJob({ jobs }: Services): Promise<string | undefined> {
  const { running } = jobs;
  if (running.length < 2) return running[0]?.folder;
  const items = running.map(({ folder }) => ({ label: path.basename(folder), description: folder, folder }));
  return (await vscode.window.showQuickPick(items, { title: 'Stop Indexing' }))?.folder;
}

/** What a click on the status bar offers. */
async function showIndexing({ jobs }: Services): Promise<void> {
  const stops = jobs.running.map(({ folder }) => ({
    label: `$(debug-stop) Stop indexing ${path.basename(folder)}`,
    description: 'What is finished is kept',
    run: () => {
      jobs.stop(folder);
      return Promise.resolve();
    },
  }));
  const show = {
    label: '$(list-tree) Show in the Embedding Explorer',
    description: '',
    run: async () => {
      await vscode.commands.executeCommand(`${views.explorer}.focus`);
    },
  };
  const chosen = await vscode.window.showQuickPick([show, ...stops], { title: 'Indexing' });
  await chosen?.run();
}
