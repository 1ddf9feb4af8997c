import path from 'node:path';
import * as vscode from 'vscode';
import { usage, virtualWorkspace } from '../../core/errors.ts';
import { formatQuantity } from '../../core/progressText.ts';
import { encoderItem } from '../commands/encoderItem.ts';
import { askForEncoderFile, encoderFileItem } from '../commands/encoderItems.ts';
import type { Services } from '../services.ts';
import { localFolders } from '../services.ts';

/**
 * The folder to lay out: of the Explorer's or the tree's row that a command was called on, or what it was given as `folder`
 * or `root`; else the only dataset, else one that is asked for. Undefined when cancelled.
 */
export async function folderForMap(services: Services, argument: unknown): Promise<string | undefined> {
  if (argument instanceof vscode.Uri) {
    if (argument.scheme !== 'file') throw virtualWorkspace(argument.path);
    return argument.fsPath;
  }
  if (typeof argument === 'object' && argument !== null) {
    if ('folder' in argument && typeof argument.folder === 'string') return argument.folder;
    if ('root' in argument && typeof argument.root === 'string') return argument.root;
  }
  const states = await services.datasets.load();
  const indexed = states.flatMap(({ summary }) => summary?.root ?? []);
  if (indexed.length === 1) return indexed[0];
  return pickMapFolder(services);
}

/** Asks for a dataset or a folder of one; its absolute path, undefined when cancelled. */
export async function pickMapFolder({ datasets }: Services): Promise<string | undefined> {
  const states = await datasets.load();
  const known = states.map(({ name, folder, summary }) => ({
    label: name,
    description: summary ? formatQuantity(summary.images, 'image') : 'not indexed yet',
    detail: summary?.root ?? folder,
    folder: summary?.root ?? folder,
  }));
  const first = localFolders()[0];
  if (known.length === 0 && !first) {
    const virtual = vscode.workspace.workspaceFolders?.[0];
    throw virtual ? virtualWorkspace(virtual.uri.path) : usage('Open a folder of images first.');
  }
  const part = { label: '$(folder-opened) Choose a folder…', alwaysShow: true, folder: undefined };
  const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem & { readonly folder: string | undefined }>(
    [...known, part],
    { title: 'Embedding Map of', placeHolder: 'A dataset, or a folder of one', matchOnDescription: true },
  );
  if (!chosen || chosen.folder !== undefined) return chosen?.folder;
  const defaultUri = vscode.workspace.workspaceFolders?.[0]?.uri;
  const folders = await vscode.window.showOpenDialog({
    title: 'Embedding Map of',
    openLabel: 'Lay Out',
    canSelectFiles: false,
    canSelectFolders: true,
    ...(defaultUri && { defaultUri }),
  });
  return folders?.[0]?.fsPath;
}

/** Asks for the encoder of a second map: an id or the path of a file. @param shown id of the first map's encoder */
export async function pickSecondEncoder(
  { engine }: Services,
  folder: string,
  shown: string | undefined,
): Promise<string | undefined> {
  const cards = await engine.call('encoders/list', { folder, imported: true });
  const items: (vscode.QuickPickItem & { readonly encoder: string | undefined })[] = [
    ...cards.filter(({ id }) => id !== shown).map((card) => ({ ...encoderItem(card, false), encoder: card.id })),
    { label: '', kind: vscode.QuickPickItemKind.Separator, encoder: undefined },
    { ...encoderFileItem, encoder: undefined },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Second Map of ${path.basename(folder)}`,
    placeHolder: 'Images without an embedding by it are embedded first',
    matchOnDescription: true,
  });
  if (!chosen || chosen.encoder !== undefined) return chosen?.encoder;
  return askForEncoderFile(folder);
}

/**
 * Asks for one of some names, or a new one; undefined when cancelled.
 *
 * @param added what the row says that adds a name: "Tag as"
 */
export async function askForName(
  title: string,
  known: readonly { readonly name: string; readonly description: string }[],
  added: string,
): Promise<string | undefined> {
  const picker = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly name: string }>();
  const items = known.map(({ name, description }) => ({ label: name, description, name }));
  picker.title = title;
  picker.placeholder = 'Choose one, or type a new one';
  picker.items = items;
  picker.onDidChangeValue((text) => {
    const name = text.trim();
    const isNew = name !== '' && !known.some((other) => other.name === name);
    picker.items = isNew ? [...items, { label: `$(add) ${added} “${name}”`, alwaysShow: true, name }] : items;
  });
  try {
    return await new Promise((resolve) => {
      picker.onDidAccept(() => {
        resolve(picker.activeItems[0]?.name ?? (picker.value.trim() || undefined));
      });
      picker.onDidHide(() => {
        resolve(undefined);
      });
      picker.show();
    });
  } finally {
    picker.dispose();
  }
}
