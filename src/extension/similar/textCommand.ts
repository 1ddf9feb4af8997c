import path from 'node:path';
import * as vscode from 'vscode';
import { virtualWorkspace } from '../../core/errors.ts';
import { hasImageExtension } from '../../core/images/fileKinds.ts';
import { formatTextQuery, parseTextQuery } from '../../core/neighbors/textQuery.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { commands, views } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { activeImage } from './followActiveEditor.ts';
import { TextHistory } from './textHistory.ts';

const HISTORY = 'searchedTexts';
const TITLE = 'Search by Text';

/** Asks for words and shows the images that fit them in the Similar view. */
export function textCommand(services: Services): void {
  const { disposables, context, similar, followed } = services;
  const memory = context.workspaceState;
  const history = new TextHistory(memory.get<readonly string[]>(HISTORY, []));
  disposables.add(
    registerCommand(commands.searchByText, async (argument) => {
      const image = imageOf(argument);
      const folder = image ?? (await datasetFolder(services, argument));
      if (folder === undefined) return;
      const { query, text } = similar.state;
      const line = text ? formatTextQuery(text) : '';
      const asked = await askForWords(line, history.lines, image ?? query?.file ?? text?.image, image !== undefined);
      if (asked === undefined) return;
      await memory.update(HISTORY, history.add(asked.line));
      followed.skip(activeImage());
      await vscode.commands.executeCommand(`${views.similar}.focus`);
      await similar.showText({ folder, ...parseTextQuery(asked.line), image: asked.image });
    }),
  );
}

/** The image that the command was called on. */
function imageOf(argument: unknown): string | undefined {
  if (!(argument instanceof vscode.Uri) || !hasImageExtension(path.posix.basename(argument.path))) return undefined;
  if (argument.scheme !== 'file') throw virtualWorkspace(argument.path);
  return argument.fsPath;
}

/** The dataset in view, where a search was made before, else one that is asked for. */
async function datasetFolder(services: Services, argument: unknown): Promise<string | undefined> {
  const { text } = services.similar.state;
  const isWithin = text && vscode.workspace.getWorkspaceFolder(vscode.Uri.file(text.folder)) !== undefined;
  if (argument === undefined && isWithin && services.datasets.folders.length < 2) return text.folder;
  return chooseFolder(services, argument, TITLE);
}

interface WordItem extends vscode.QuickPickItem {
  readonly line: string;
  readonly image: string | undefined;
}

/**
 * A line of words, which may be one of those searched before.
 *
 * @param image one that the results may be like besides
 * @param onlyWithImage it was called on that image
 */
function askForWords(
  line: string,
  before: readonly string[],
  image: string | undefined,
  onlyWithImage: boolean,
): Promise<{ readonly line: string; readonly image: string | undefined } | undefined> {
  const pick = vscode.window.createQuickPick<WordItem>();
  pick.title = TITLE;
  pick.placeholder = 'What the images show: a red car; a lorry -night -"in the rain"';
  pick.value = line;
  const update = (): void => {
    const typed = pick.value.trim();
    const lines = before.filter((other) => other !== typed);
    pick.items = [
      ...(typed === '' ? [] : itemsFor(typed, image, onlyWithImage)),
      ...lines.map((other, i) => ({
        label: other,
        description: i === 0 ? 'searched before' : '',
        line: other,
        image: onlyWithImage ? image : undefined,
      })),
    ];
  };
  pick.onDidChangeValue(update);
  update();
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item === undefined) return;
      resolve({ line: item.line, image: item.image });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** What can be done with the words that stand in the box. VS Code filters the items by them: always shown. */
function itemsFor(typed: string, image: string | undefined, onlyWithImage: boolean): WordItem[] {
  const { texts } = parseTextQuery(typed);
  const words = { label: `$(search) ${typed}`, line: typed, image: undefined, alwaysShow: true };
  if (image === undefined) return texts.length > 0 ? [words] : [];
  const both = {
    label: `$(file-media) ${typed}, like ${path.basename(image)}`,
    description: 'words and image, half and half',
    line: typed,
    image,
    alwaysShow: true,
  };
  return texts.length > 0 && !onlyWithImage ? [words, both] : [both];
}
