import * as vscode from 'vscode';
import { filterUnsure } from '../../core/filters/filterErrors.ts';
import { formatQuantity } from '../../core/progressText.ts';
import type { DecideRequest } from '../../protocol/decisions.ts';
import { exportSubject, listOfPaths } from '../curation/exportCommand.ts';
import { commands, internalCommands, views } from '../contract.ts';
import type { Row } from '../explorer/treeModel.ts';
import { registerCommand, tellUndoable } from '../notifications.ts';
import type { SelectedImages } from '../selection/imageSelection.ts';
import type { Services } from '../services.ts';
import { askForViewName } from './saveView.ts';

/** A row of the Embedding Explorer that stands for some images of a dataset. */
type SubsetRow = Row & { readonly where: string };

/** What can be done with the images of a class, a split, a tag or a saved view. */
export function subsetCommands(services: Services): void {
  const { disposables, selection } = services;
  const onSubset = (id: string, run: (row: SubsetRow) => Promise<unknown>): void => {
    disposables.add(
      registerCommand(id, async (row) => {
        if (isSubset(row)) await run(row);
      }),
    );
  };
  const onImages = (id: string, run: (images: SelectedImages, row: SubsetRow) => Promise<unknown>): void => {
    onSubset(id, async (row) => {
      const request = { folder: row.folder, filter: row.where };
      const { root, paths, faults } = await services.engine.call('filters/match', request);
      if (faults.length > 0) throw filterUnsure(row.where, root, faults);
      if (paths.length > 0) await run({ root, paths }, row);
      else void vscode.window.showInformationMessage(`There is no image in “${row.label}” any more.`);
    });
  };
  onImages(internalCommands.selectSubset, (images) => {
    selection.set(images, views.explorer);
    const what = formatQuantity(images.paths.length, 'image');
    vscode.window.setStatusBarMessage(`Likeness: ${what} selected`, 5_000);
    return Promise.resolve();
  });
  onImages(internalCommands.exportSubset, ({ root, paths }, { label }) =>
    exportSubject(services, { root, folder: root, images: paths, name: label }, [listOfPaths(paths)]),
  );
  for (const [id, command] of [
    [internalCommands.pretrainOnSubset, commands.pretrainEncoder],
    [internalCommands.fineTuneOnSubset, commands.fineTuneEncoder],
    [internalCommands.compareSubset, commands.openSimilarityMatrix],
  ] as const) {
    onImages(id, async (images) => vscode.commands.executeCommand(command, images));
  }
  onImages(internalCommands.removeTag, (images, row) => removeTag(services, images, row.label));
  onSubset(internalCommands.renameView, async ({ folder, label, where }) => {
    const name = await askForViewName(`Rename the View ${label}`, label);
    if (name === undefined || name === label) return;
    await services.engine.call('views/save', { folder, name, filter: where, instead: label });
    await services.datasets.refresh();
  });
  disposables.add(
    registerCommand(internalCommands.removeView, async (row) => {
      if (isRow(row)) await removeView(services, row);
    }),
  );
}

/** Takes a tag from all images at once: one decision, which one click takes back. */
async function removeTag({ engine, datasets }: Services, images: SelectedImages, value: string): Promise<void> {
  const request: DecideRequest = { ...images, decision: { action: 'tag', value }, undo: true };
  const { changed } = await engine.call('decisions/decide', request);
  await datasets.refresh();
  tellUndoable(`${formatQuantity(changed.length, 'image')} no longer tagged “${value}”.`, async () => {
    await engine.call('decisions/decide', { ...request, paths: changed, undo: false });
    await datasets.refresh();
  });
}

async function removeView({ engine, datasets }: Services, { folder, label: name }: Row): Promise<void> {
  const { views: before } = await engine.call('views/list', { folder });
  await engine.call('views/remove', { folder, name });
  await datasets.refresh();
  const view = before.find((one) => one.name === name);
  // One that can't be understood can't be saved again either.
  if (view?.fault !== undefined) return;
  tellUndoable(`The view “${name}” is deleted; its images stay as they are.`, async () => {
    if (view) await engine.call('views/save', { folder, name, filter: view.filter });
    await datasets.refresh();
  });
}

function isRow(row: unknown): row is Row {
  return typeof row === 'object' && row !== null && 'folder' in row && 'label' in row;
}

function isSubset(row: unknown): row is SubsetRow {
  return isRow(row) && typeof row.where === 'string';
}
