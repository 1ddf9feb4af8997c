import * as vscode from 'vscode';
import { formatQuantity } from '../../core/progressText.ts';
import type { DecideRequest, ImageDecision } from '../../protocol/decisions.ts';
import { mapColumns, type SelectionAction } from '../../protocol/embeddingMap.ts';
import { tellUndoable } from '../notifications.ts';
import type { SelectedImages } from '../selection/imageSelection.ts';
import type { ColumnSet } from './columnSet.ts';
import { askForName } from './mapQuestions.ts';
import type { MapContext } from './selectionActions.ts';

type DecidingAction = Extract<SelectionAction, 'tag' | 'untag' | 'relabel' | 'exclude' | 'include'>;

/** What is to be written down, and what a person is told of it. */
interface Decided {
  readonly decision: ImageDecision;
  readonly undo: boolean;
  /** "tagged as odd". */
  readonly done: string;
}

/** Writes down what a person decides of images, after asking for what isn't known yet, and offers to take it back. */
export async function decideOnImages(
  context: MapContext,
  action: DecidingAction,
  images: SelectedImages,
): Promise<void> {
  const decided = await ask(context.model.images.columns, action, images);
  if (decided === undefined) return;
  const { decision, undo, done } = decided;
  const changed = await write(context, { ...images, decision, undo });
  if (changed.length === 0) {
    void vscode.window.showInformationMessage(`That is so already: nothing has changed.`);
    return;
  }
  tellUndoable(`${formatQuantity(changed.length, 'image')} ${done}.`, () =>
    write(context, { root: images.root, paths: changed, decision, undo: !undo }),
  );
}

async function write({ services, model }: MapContext, request: DecideRequest): Promise<readonly string[]> {
  const { changed } = await services.engine.call('decisions/decide', request);
  await model.images.readColumns();
  return changed;
}

async function ask(
  columns: ColumnSet,
  action: DecidingAction,
  { paths }: SelectedImages,
): Promise<Decided | undefined> {
  const what = formatQuantity(paths.length, 'image');
  switch (action) {
    case 'tag': {
      const value = await askForName(`Tag ${what}`, tagsIn(columns), 'Tag as');
      return value === undefined
        ? undefined
        : { decision: { action: 'tag', value }, undo: false, done: `tagged “${value}”` };
    }
    case 'untag': {
      const value = await pickName(`Remove a Tag of ${what}`, tagsIn(columns));
      return value === undefined
        ? undefined
        : { decision: { action: 'tag', value }, undo: true, done: `no longer tagged “${value}”` };
    }
    case 'relabel': {
      const value = await askForName(`Class of ${what}`, namesIn(columns, mapColumns.class), 'New class');
      return value === undefined
        ? undefined
        : { decision: { action: 'relabel', value }, undo: false, done: `now of class “${value}”` };
    }
    case 'exclude':
      return { decision: { action: 'exclude' }, undo: false, done: 'excluded from trainings, evaluations and labels' };
    case 'include':
      return { decision: { action: 'exclude' }, undo: true, done: 'included again' };
  }
}

interface Name {
  readonly name: string;
  readonly description: string;
}

/** The names of a column, and how many images have each. */
function namesIn(columns: ColumnSet, id: string): Name[] {
  const column = columns.get(id);
  if (column?.kind !== 'category') return [];
  const counts = new Uint32Array(column.names.length);
  for (const code of column.codes) if (code >= 0) counts[code]!++;
  return column.names.map((name, code) => ({ name, description: formatQuantity(counts[code]!, 'image') }));
}

/** Each tag by itself, where images have several. */
function tagsIn(columns: ColumnSet): Name[] {
  const tags = new Set(namesIn(columns, mapColumns.tag).flatMap(({ name }) => name.split(' + ')));
  return [...tags].sort().map((name) => ({ name, description: '' }));
}

async function pickName(title: string, names: readonly Name[]): Promise<string | undefined> {
  if (names.length === 0) {
    void vscode.window.showInformationMessage('No image of this map has a tag.');
    return undefined;
  }
  const items = names.map(({ name, description }) => ({ label: name, description }));
  return (await vscode.window.showQuickPick(items, { title }))?.label;
}
