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
import { TextHistory, type SearchedText } from './textHistory.ts';
import { stillChosen, wordItems, type AskedWords, type WordItem } from './textItems.ts';

const HISTORY = 'searchedTexts';
const TITLE = 'Search by Text';

/** Asks for words and shows the images that fit them, or whose captions do, in the Similar view. */
export function textCommand(services: Services): void {
  const { disposables, context, similar, followed } = services;
  const memory = context.workspaceState;
  const history = new TextHistory(memory.get<readonly (string | SearchedText)[]>(HISTORY, []));
  disposables.add(
    registerCommand(commands.searchByText, async (argument) => {
      const image = imageOf(argument);
      const folder = image ?? (await datasetFolder(services, argument));
      if (folder === undefined) return;
      const { query, text } = similar.state;
      const line = text ? formatTextQuery(text) : '';
      const asked = await askForWords(services, folder, {
        ...{ typed: line, before: history.searched, captionsFirst: text?.captions === true },
        image: image ?? query?.file ?? text?.image,
        onlyWithImage: image !== undefined,
      });
      if (asked === undefined) return;
      await memory.update(HISTORY, history.add(asked));
      followed.skip(activeImage());
      await vscode.commands.executeCommand(`${views.similar}.focus`);
      const { image: like, captions } = asked;
      await similar.showText({ folder, ...parseTextQuery(asked.line), image: like, captions });
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

/**
 * A line of words, which may be one of those searched before, and where to look for it.
 *
 * @param folder of the dataset that is searched, or an image of it
 */
function askForWords(
  { engine }: Services,
  folder: string,
  asked: Omit<AskedWords, 'reading'>,
): Promise<WordItem | undefined> {
  const pick = vscode.window.createQuickPick<WordItem>();
  pick.title = TITLE;
  pick.placeholder = 'What the images show: a red car; a lorry -night -"in the rain"';
  pick.value = asked.typed;
  let reading: AskedWords['reading'];
  const itemsFor = (typed: string): WordItem[] => wordItems({ ...asked, typed, reading });
  const update = (): void => {
    pick.items = itemsFor(pick.value);
  };
  pick.onDidChangeValue(update);
  update();
  const offerCaptions = async (): Promise<void> => {
    reading = await engine.call('captions/reader', { path: folder });
    if (reading === undefined) return;
    pick.placeholder = 'What the images show, or what is written about them: a red car; a lorry -night';
    const { items: before, activeItems, value } = pick;
    update();
    const [chosen] = activeItems;
    const active = chosen && stillChosen(pick.items, before, chosen, { ...asked, typed: value });
    if (active) pick.activeItems = [active];
  };
  pick.busy = true;
  // What is wrong is told of by the search.
  const offered = offerCaptions()
    .catch(() => undefined)
    .finally(() => {
      pick.busy = false;
    });
  return new Promise((resolve) => {
    const accept = async (): Promise<void> => {
      const { items: before, value } = pick;
      const [item] = pick.selectedItems;
      if (item === undefined) return;
      // Before the answer no row is for captions.
      if (asked.captionsFirst) await offered;
      resolve(stillChosen(itemsFor(value), before, item, { ...asked, typed: value }) ?? item);
      pick.hide();
    };
    pick.onDidAccept(() => void accept());
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
