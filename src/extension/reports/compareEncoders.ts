import path from 'node:path';
import * as vscode from 'vscode';
import type { EvaluateRequest, EvaluationReport } from '../../protocol/evaluation.ts';
import { encoderItem } from '../commands/encoderItem.ts';
import { askForEncoderFile } from '../commands/encoderItems.ts';
import { commands } from '../contract.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf } from '../settings.ts';
import { comparisonMarkdown } from '../text/comparisonMarkdown.ts';
import { summaryOf } from '../training/runCommands.ts';
import { registerReportCommand } from './reportCommand.ts';

type Question = Omit<EvaluateRequest, 'folder' | 'scan'>;

/** Compare Encoders: asks which, measures them on the labelled images, and shows the figures. */
export function compareEncodersCommand(services: Services): void {
  const { engine } = services;
  registerReportCommand<Question, EvaluationReport>(services, {
    command: commands.compareEncoders,
    title: 'Compare Encoders',
    keys: ['encoders', 'neighbors', 'seed'],
    working: 'Comparing encoders…',
    ask: async (root, argument) => {
      const encoders = await pickEncoders(services, root, summaryOf(argument)?.encoder);
      return encoders && { encoders };
    },
    run: (root, question, options) =>
      engine.call('evaluation/run', { folder: root, scan: scanSettingsOf(root), ...question }, options),
    write: (report) => {
      const name = `Comparison of encoders on ${path.basename(report.protocol.root)}`;
      return Promise.resolve({ name, markdown: comparisonMarkdown(report) });
    },
  });
}

interface Item extends vscode.QuickPickItem {
  readonly encoder: string;
}

/**
 * Asks for encoders, those of the dataset being chosen at first.
 *
 * @param wanted one that is chosen in any case
 */
async function pickEncoders(
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
