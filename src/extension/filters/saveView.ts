import * as vscode from 'vscode';
import { viewNameFault } from '../../core/config/datasetConfig.ts';
import { formatQuantity } from '../../core/progressText.ts';
import type { Services } from '../services.ts';

/**
 * Asks for a name, and keeps a filter by it in the dataset's config. One of the same name is replaced after a question.
 *
 * @param root of the dataset, absolute; undefined where there is none, which does nothing
 */
export async function saveView(services: Services, root: string | undefined, filter: string): Promise<void> {
  if (root === undefined) return;
  const { views } = await services.engine.call('views/list', { folder: root });
  const name = await askForViewName('Save View', views.find((view) => view.filter === filter.trim())?.name ?? '');
  if (name === undefined) return;
  const known = views.find((view) => view.name === name);
  if (known && known.filter !== filter.trim()) {
    const replace = 'Replace';
    const detail = `It shows ${known.filter} now.`;
    const options = { modal: true, detail };
    const chosen = await vscode.window.showWarningMessage(`Replace the view “${name}”?`, options, replace);
    if (chosen !== replace) return;
  }
  const saved = await services.engine.call('views/save', { folder: root, name, filter });
  const count = saved.views.find((view) => view.name === name)?.count ?? 0;
  void vscode.window.setStatusBarMessage(`Saved the view “${name}” of ${formatQuantity(count, 'image')}.`, 5000);
  await services.datasets.refresh();
}

/** Undefined when cancelled. */
export async function askForViewName(title: string, value: string): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title,
    value,
    prompt: 'A name for these images. It goes into .likeness/config.json, which everybody who works on them shares.',
    validateInput: (text) => {
      const fault = viewNameFault(text.trim());
      return fault === undefined ? undefined : `The name can't be used: ${fault}.`;
    },
  });
  return name?.trim();
}
