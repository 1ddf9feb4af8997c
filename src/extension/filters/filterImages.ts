import * as vscode from 'vscode';
import { completeFilter } from '../../core/filters/completeFilter.ts';
import type { FilterSubject } from '../../core/filters/filterSubjects.ts';
import { asLikenessError, untrustedWorkspace } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { SavedView } from '../../protocol/filters.ts';
import { Latest } from '../async/latest.ts';
import { commands } from '../contract.ts';
import { folderForMap } from '../embeddingMap/mapQuestions.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';

/** A row of the picker: the filter that it stands for, and whether it is what was asked for or only a step towards it. */
interface FilterItem extends vscode.QuickPickItem {
  readonly filter?: string;
  readonly isDone?: boolean;
}

/** Filter Images: asks which images are looked at, with what could follow at hand, and shows them on the map. */
export function filterImagesCommand(services: Services): void {
  services.disposables.add(
    registerCommand(commands.filterImages, async (argument) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      const folder = await folderForMap(services, argument);
      if (folder === undefined) return;
      const [subjects, { views }] = await Promise.all([
        services.engine.call('filters/subjects', { folder }),
        services.engine.call('views/list', { folder }),
      ]);
      const filter = await askForFilter(services, folder, subjects, views);
      if (filter !== undefined)
        await vscode.commands.executeCommand(commands.openEmbeddingMap, { folder, where: filter });
    }),
  );
}

/** Undefined when cancelled. */
async function askForFilter(
  { engine }: Services,
  folder: string,
  subjects: readonly FilterSubject[],
  views: readonly SavedView[],
): Promise<string | undefined> {
  const picker = vscode.window.createQuickPick<FilterItem>();
  const latest = new Latest();
  let outcome: FilterItem = { label: '' };
  const show = (): void => {
    const { value } = picker;
    picker.items = [outcome, ...(value.trim() === '' ? viewItems(views) : []), ...nextItems(value, subjects)];
  };
  const ask = async (): Promise<void> => {
    const filter = picker.value;
    // What was found before is about another filter, and must not be taken for this one's.
    outcome = { label: '$(filter) Show what matches', filter, isDone: true, alwaysShow: true };
    show();
    const found = await latest.run((signal) => engine.call('filters/mask', { root: folder, filter }, { signal }));
    if (found === undefined) return;
    outcome = outcomeOf(filter, found);
    show();
  };
  const tellFailure = (error: unknown): void => {
    outcome = { label: `$(error) ${asLikenessError(error).message}`, alwaysShow: true };
    show();
  };
  picker.title = 'Filter Images';
  picker.placeholder = 'class:cat -tag:done blurry<.3 path:train/** or a word';
  picker.onDidChangeValue(() => {
    ask().catch(tellFailure);
  });
  ask().catch(tellFailure);
  try {
    return await new Promise((resolve) => {
      picker.onDidAccept(() => {
        const [item] = picker.activeItems;
        if (item?.filter === undefined) return;
        if (item.isDone === true) {
          resolve(item.filter);
          return;
        }
        picker.value = item.filter;
        ask().catch(tellFailure);
      });
      picker.onDidHide(() => {
        resolve(undefined);
      });
      picker.show();
    });
  } finally {
    latest.abort();
    picker.dispose();
  }
}

function outcomeOf(
  filter: string,
  found:
    { readonly mask: Uint8Array; readonly hints: readonly string[] } | { readonly fault: { readonly message: string } },
): FilterItem {
  if ('fault' in found) return { label: `$(error) ${found.fault.message}`, alwaysShow: true };
  const count = found.mask.reduce((sum, one) => sum + one, 0);
  const what = `${formatCount(count)} of ${formatQuantity(found.mask.length, 'image')}`;
  const [description] = found.hints;
  const label = `$(filter) Show ${what}`;
  return { label, filter, isDone: true, alwaysShow: true, ...(description !== undefined && { description }) };
}

function viewItems(views: readonly SavedView[]): FilterItem[] {
  return views.flatMap(({ name, filter, count }) =>
    count === undefined
      ? []
      : [
          {
            label: `$(bookmark) ${name}`,
            description: `${formatCount(count)} · ${filter}`,
            filter,
            isDone: true,
            alwaysShow: true,
          },
        ],
  );
}

/** What could follow at the end of the text. */
function nextItems(value: string, subjects: readonly FilterSubject[]): FilterItem[] {
  const { from, to, items } = completeFilter(value, value.length, subjects);
  return items.map(({ label, detail, insert }) => ({
    ...{ label, description: detail, alwaysShow: true },
    filter: `${value.slice(0, from)}${insert}${value.slice(to)}`,
  }));
}
