import * as vscode from 'vscode';
import { virtualWorkspace } from '../../core/errors.ts';
import { imageExtensions } from '../../core/images/fileKinds.ts';
import type { ImageFilter } from '../../protocol/engine.ts';
import { similarCounts } from '../../protocol/similarView.ts';
import { commands, internalCommands, views } from '../contract.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { readSetting, writeSetting } from '../settings.ts';
import { formatQuantity } from '../../core/progressText.ts';
import { activeImage } from './followActiveEditor.ts';
import { openInViewer } from '../viewer/openInViewer.ts';
import { openImage, openSideBySide } from './openImage.ts';

export function similarCommands(services: Services): void {
  const { disposables, similar } = services;
  disposables.add(registerCommand(commands.findSimilar, (argument) => findSimilar(services, argument)));
  disposables.add(registerCommand(commands.filterSimilar, () => pickFilter(services)));
  disposables.add(registerCommand(commands.countSimilar, pickCount));
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('likeness.similar.count')) void similar.search();
    }),
  );
  resultCommands(services);
}

/** The commands of a result's menu, which VS Code calls with the context that the webview gave the result. */
function resultCommands({ disposables, similar, followed }: Services): void {
  const onResult = (id: string, run: (file: string) => PromiseLike<unknown>): void => {
    disposables.add(
      registerCommand(id, async (context) => {
        const named = typeof context === 'object' && context !== null && 'path' in context ? context.path : undefined;
        const root = similar.state.results?.root;
        if (typeof named === 'string' && root !== undefined) await run(resolveInside(root, named));
      }),
    );
  };
  onResult(internalCommands.findSimilarToResult, (file) => similar.show(file));
  onResult(internalCommands.openResult, (file) => openImage(followed, file, {}));
  onResult(internalCommands.openResultInViewer, (file) => {
    followed.opening([file]);
    return openInViewer(file);
  });
  onResult(internalCommands.revealResult, (file) =>
    vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(file)),
  );
  onResult(internalCommands.copyResultPath, (file) => vscode.env.clipboard.writeText(file));
  onResult(internalCommands.compareResult, async (file) => {
    const { query, text } = similar.state;
    const asked = query?.file ?? text?.image;
    if (asked !== undefined) await openSideBySide(followed, asked, file);
  });
}

/** For the given file, else the image in the active tab, else one that is asked for. */
async function findSimilar(services: Services, argument: unknown): Promise<void> {
  const file = fileOf(argument) ?? activeImage() ?? (await pickFile());
  if (file === undefined) return;
  const folder = await datasetFor(services, file);
  services.followed.skip(activeImage());
  await vscode.commands.executeCommand(`${views.similar}.focus`);
  await services.similar.show(file, folder);
}

function fileOf(argument: unknown): string | undefined {
  if (!(argument instanceof vscode.Uri)) return undefined;
  if (argument.scheme !== 'file') throw virtualWorkspace(argument.path);
  return argument.fsPath;
}

async function pickFile(): Promise<string | undefined> {
  const defaultUri = vscode.workspace.workspaceFolders?.[0]?.uri;
  const files = await vscode.window.showOpenDialog({
    title: 'Find images similar to',
    openLabel: 'Find Similar Images',
    filters: { Images: imageExtensions.map((extension) => extension.slice(1)) },
    ...(defaultUri && { defaultUri }),
  });
  return files?.[0]?.fsPath;
}

/** The dataset to search for an image that lies in none; undefined where the image decides itself. */
async function datasetFor({ datasets }: Services, file: string): Promise<string | undefined> {
  const states = await datasets.load();
  const inWorkspace = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined;
  if (datasets.find(file) || inWorkspace) return undefined;
  const roots = states.flatMap(({ summary, name }) => (summary ? [{ label: name, root: summary.root }] : []));
  if (roots.length < 2) return roots[0]?.root;
  const items = roots.map(({ label, root }) => ({ label, description: root, root }));
  return (await vscode.window.showQuickPick(items, { title: 'Find similar images in' }))?.root;
}

async function pickCount(): Promise<void> {
  const current = readSetting('likeness.similar.count');
  const items = similarCounts.map((count) => ({
    label: String(count),
    description: count === current ? 'in use' : '',
    count,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: 'Number of similar images' });
  if (chosen) await writeSetting('likeness.similar.count', chosen.count);
}

interface FilterItem extends vscode.QuickPickItem {
  readonly dimension?: keyof ImageFilter;
  readonly value?: string;
}

async function pickFilter({ engine, similar }: Services): Promise<void> {
  const root = similar.state.results?.root;
  const summary = root === undefined ? undefined : await engine.call('index/summary', { path: root });
  if (!summary) return;
  const { filter } = similar.state;
  const itemsOf = (title: string, dimension: keyof ImageFilter): FilterItem[] => [
    { label: title, kind: vscode.QuickPickItemKind.Separator },
    ...summary[dimension].map(({ name, count }) => ({
      label: name,
      description: formatQuantity(count, 'image'),
      picked: filter[dimension]?.includes(name) ?? false,
      dimension,
      value: name,
    })),
  ];
  const chosen = await vscode.window.showQuickPick([...itemsOf('Classes', 'classes'), ...itemsOf('Splits', 'splits')], {
    title: 'Show similar images of',
    placeHolder: 'Nothing chosen shows all',
    canPickMany: true,
    // A choice of several is work, which a look elsewhere must not lose.
    ignoreFocusOut: true,
  });
  if (!chosen) return;
  const valuesOf = (dimension: keyof ImageFilter): string[] =>
    chosen.flatMap((item) => (item.dimension === dimension && item.value !== undefined ? [item.value] : []));
  const [classes, splits] = [valuesOf('classes'), valuesOf('splits')];
  await similar.narrow({
    filter: { ...(classes.length > 0 && { classes }), ...(splits.length > 0 && { splits }) },
  });
}
