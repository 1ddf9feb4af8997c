import path from 'node:path';
import * as vscode from 'vscode';
import { formatQuantity } from '../../core/progressText.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { isInside } from '../files/rootPaths.ts';
import type { SelectedImages } from '../selection/imageSelection.ts';
import type { Services } from '../services.ts';
import { selectedOf, subjectName } from '../training/selectedSubject.ts';
import { filesOf, selectedInDataset } from '../training/selectionCommands.ts';

/** What a command of curation is about. */
export interface CurationSubject {
  /** Of the dataset, or the folder that becomes one; absolute. */
  readonly root: string;
  /** The part of it that is meant, absolute. */
  readonly folder: string;
  /** Only these images, or folders of them, relative to the root; undefined: all below the folder. */
  readonly images: readonly string[] | undefined;
  /** What is meant, for people. */
  readonly name: string;
}

/**
 * What a command was called on: a selection, rows of the Explorer, a row of a tree; from the palette it is asked whether the
 * window's selection is meant, where there is one. Undefined when cancelled.
 *
 * @param clicked the command's first argument
 * @param marked the second, which the Explorer gives: all rows that are selected
 */
export async function chooseSubject(
  services: Services,
  { clicked, marked }: { readonly clicked: unknown; readonly marked: unknown },
  title: string,
): Promise<CurationSubject | undefined> {
  const { datasets, selection } = services;
  const given = selectedOf(clicked) ?? (await selectionOfRows(services, marked));
  if (given) return subjectOf(services, given.root, given.root, given.paths);
  const { current } = selection;
  if (clicked === undefined && current) {
    const wanted = await pickExtent(title, current.root, current.paths.length);
    if (wanted === undefined) return undefined;
    const images = wanted === 'selection' ? current.paths : undefined;
    return subjectOf(services, current.root, current.root, images);
  }
  const root = await chooseFolder(services, clicked, title);
  if (root === undefined) return undefined;
  await datasets.load();
  const folder = clicked instanceof vscode.Uri && isInside(root, clicked.fsPath) ? clicked.fsPath : root;
  return subjectOf(services, root, folder, undefined);
}

async function subjectOf(
  { datasets }: Services,
  root: string,
  folder: string,
  images: readonly string[] | undefined,
): Promise<CurationSubject> {
  await datasets.load();
  const name = folder === root ? subjectName(root, images, datasets.find(root)?.images) : path.basename(folder);
  return { root, folder, images, name };
}

/** Several rows of the Explorer; a single one is no selection, nor is a dataset as a whole. */
async function selectionOfRows(services: Services, marked: unknown): Promise<SelectedImages | undefined> {
  const files = Array.isArray(marked) ? filesOf(marked) : [];
  if (files.length < 2) return undefined;
  const subject = await selectedInDataset(services, files);
  return 'paths' in subject ? subject : undefined;
}

async function pickExtent(title: string, root: string, selected: number): Promise<'selection' | 'all' | undefined> {
  const items = [
    { label: `$(list-selection) ${formatQuantity(selected, 'selected image')}`, value: 'selection' },
    { label: `$(database) All of ${path.basename(root)}`, value: 'all' },
  ] as const;
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Which images?' }))?.value;
}
