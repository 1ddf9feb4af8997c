import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { formatQuantity } from '../../core/progressText.ts';
import { mapColumns, type SelectionAction } from '../../protocol/embeddingMap.ts';
import { commands, views } from '../contract.ts';
import { exportSubject, listOfPaths, selectionSubject } from '../curation/exportCommand.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { columnsBeside } from '../panels/columnsBeside.ts';
import type { SelectedImages } from '../selection/imageSelection.ts';
import type { Services } from '../services.ts';
import { openImage } from '../similar/openImage.ts';
import { openInViewer } from '../viewer/openInViewer.ts';
import { decideOnImages } from './decideOnImages.ts';
import type { EmbeddingMapModel } from './embeddingMapModel.ts';
import { imageTable } from './imageTable.ts';

/** What the panel's parts share. */
export interface MapContext {
  readonly services: Services;
  readonly model: EmbeddingMapModel;
  /** Where the panel is. */
  readonly column: () => vscode.ViewColumn | undefined;
}

/** More than these are not opened at once. */
const MOST_OPENED = 8;

/** Does something with images of the map. @param paths of one that was pointed at; undefined: the selection */
export async function actOnImages(
  context: MapContext,
  action: SelectionAction,
  paths: readonly string[] | undefined,
): Promise<void> {
  const { services, model } = context;
  const { root } = model.images;
  const named = paths === undefined || root === undefined ? undefined : { root, paths };
  const images = paths === undefined ? services.selection.current : named;
  const first = images?.paths[0];
  if (images === undefined || first === undefined) return;
  switch (action) {
    case 'open':
      await openAll(context, images);
      break;
    case 'view': {
      const file = resolveInside(images.root, first);
      const [viewColumn] = columnsBeside(context.column());
      services.followed.opening([file]);
      await openInViewer(file, { viewColumn });
      break;
    }
    case 'similar':
      await vscode.commands.executeCommand(`${views.similar}.focus`);
      await services.similar.show(resolveInside(images.root, first), images.root);
      break;
    case 'tag':
    case 'untag':
    case 'relabel':
    case 'exclude':
    case 'include':
      await decideOnImages(context, action, images);
      break;
    case 'matrix':
      await vscode.commands.executeCommand(commands.openSimilarityMatrix, images);
      break;
    case 'pretrain':
      await vscode.commands.executeCommand(commands.pretrainEncoder, images);
      break;
    case 'fineTune':
      await vscode.commands.executeCommand(commands.fineTuneEncoder, images);
      break;
    case 'export':
      await exportImages(services, model, images);
      break;
    case 'copyPaths':
      await vscode.env.clipboard.writeText(images.paths.map((file) => resolveInside(images.root, file)).join('\n'));
      break;
    case 'reveal':
      await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(resolveInside(images.root, first)));
      break;
  }
}

async function openAll({ services, column }: MapContext, { root, paths }: SelectedImages): Promise<void> {
  const opened = paths.slice(0, MOST_OPENED);
  const [viewColumn] = columnsBeside(column());
  const gone: string[] = [];
  for (const named of opened) {
    const file = resolveInside(root, named);
    if (!(await isThere(file))) gone.push(named);
    else await openImage(services.followed, file, { viewColumn, preserveFocus: true, preview: opened.length === 1 });
  }
  if (gone.length > 0) {
    void tellGone(root, gone);
  } else if (paths.length > opened.length) {
    void vscode.window.showInformationMessage(`The first ${opened.length} of ${paths.length} images are open.`);
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** The message stays until it is answered, and nobody must wait for that. */
async function tellGone(root: string, [first, ...others]: readonly string[]): Promise<void> {
  const what =
    others.length === 0 ? `${first} doesn't` : `${first} and ${formatQuantity(others.length, 'other')} don't`;
  const action = 'Index Folder';
  const message = `${what} exist any more; index the folder, and the map forgets what is gone.`;
  if ((await vscode.window.showWarningMessage(message, action)) !== action) return;
  await vscode.commands.executeCommand(commands.indexFolder, vscode.Uri.file(root));
}

/** As any export, and as what only the map knows. */
async function exportImages(services: Services, model: EmbeddingMapModel, { root, paths }: SelectedImages) {
  const { rows, columns } = model.images;
  const say = (id: string) => (file: string) => columns.nameOf(id, rows.rowOf(file)) ?? '';
  const { split, cluster, tag } = mapColumns;
  const table = () =>
    imageTable(paths, { class: say(mapColumns.class), split: say(split), cluster: say(cluster), tag: say(tag) });
  await exportSubject(services, selectionSubject(root, paths), [
    {
      title: 'Table of this map',
      detail: 'CSV with class, split, cluster and tag',
      files: { name: 'CSV files', extension: 'csv' },
      text: table,
    },
    listOfPaths(paths),
  ]);
}

/** What a window offers to do with images. */
export const offeredActions: readonly SelectionAction[] = [
  ...(['open', 'view', 'similar', 'tag', 'untag', 'relabel', 'exclude', 'include'] as const),
  ...(['matrix', 'pretrain', 'fineTune', 'export', 'copyPaths', 'reveal'] as const),
];
