import path from 'node:path';
import * as vscode from 'vscode';
import { encoderItem } from '../commands/encoderItem.ts';
import { askForEncoderFile } from '../commands/encoderItems.ts';
import type { Services } from '../services.ts';

interface Item extends vscode.QuickPickItem {
  readonly encoder: string;
}

/**
 * Asks for encoders, those of the dataset being chosen at first.
 *
 * @param wanted one that is chosen in any case
 */
export async function pickEncoders(
  { engine, datasets }: Services,
  folder: string,
  wanted: string | undefined,
): Promise<readonly string[] | undefined> {
  await datasets.load();
  const current = datasets.find(folder)?.encoder?.id;
  const cards = await engine.call('encoders/list', { folder, imported: true });
  const isBuiltIn = (id: string): boolean => cards.find((card) => card.id === id)?.source === 'built-in';
  const items = cards
    .map((card): Item => ({ ...encoderItem(card, card.id === current), encoder: card.id }))
    .sort((a, b) => Number(isBuiltIn(a.encoder)) - Number(isBuiltIn(b.encoder)));
  const picked = ({ encoder }: Item): boolean => encoder === current || encoder === wanted || !isBuiltIn(encoder);
  const input = vscode.window.createQuickPick<Item>();
  input.title = `Compare Encoders on ${path.basename(folder)}`;
  input.placeholder = 'Baselines are always compared too';
  input.canSelectMany = true;
  input.matchOnDescription = true;
  input.ignoreFocusOut = true;
  input.items = items;
  input.selectedItems = items.filter(picked);
  input.buttons = [{ iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: 'Add an ONNX File…' }];
  return new Promise((resolve, reject) => {
    const end = (encoders: readonly string[] | undefined): void => {
      resolve(encoders);
      input.dispose();
    };
    let isAskingForFile = false;
    const addFile = async (): Promise<void> => {
      const selected = [...input.selectedItems];
      const file = await askForEncoderFile(folder);
      const added = file === undefined ? [] : [fileItem(file)];
      input.items = [...added, ...input.items];
      input.selectedItems = [...added, ...selected];
      input.show();
    };
    input.onDidTriggerButton(() => {
      isAskingForFile = true;
      addFile()
        .catch(reject)
        .finally(() => {
          isAskingForFile = false;
        });
    });
    input.onDidAccept(() => {
      end(input.selectedItems.map(({ encoder }) => encoder));
    });
    input.onDidHide(() => {
      // The dialog for a file takes its place for a while.
      if (!isAskingForFile) end(undefined);
    });
    input.show();
  });
}

function fileItem(file: string): Item {
  return { label: path.basename(file), description: path.dirname(file), detail: 'ONNX file', encoder: file };
}
