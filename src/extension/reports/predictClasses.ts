import path from 'node:path';
import * as vscode from 'vscode';
import { formatQuantity } from '../../core/progressText.ts';
import type { PredictReport, PredictRequest } from '../../protocol/predictions.ts';
import { encoderItem } from '../commands/encoderItem.ts';
import { askForEncoderFile, encoderFileItem } from '../commands/encoderItems.ts';
import { commands } from '../contract.ts';
import { isInside } from '../files/rootPaths.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf } from '../settings.ts';
import { picturesShown, predictionMarkdown } from '../text/predictionMarkdown.ts';
import { summaryOf } from '../training/runCommands.ts';
import { registerReportCommand } from './reportCommand.ts';
import { reportImages } from './reportImages.ts';
import { offerToSave } from './saveTable.ts';

interface Question extends Pick<PredictRequest, 'encoder' | 'minConfidence'> {
  /** A part of the dataset, absolute; all of it where it's left out. */
  readonly below?: string;
}

/** Predict Classes: what an encoder with classes says of the images, measured with the labels that there are. */
export function predictClassesCommand(services: Services): void {
  const { engine } = services;
  const requestOf = (root: string, { below = root, ...question }: Question): PredictRequest => ({
    folder: below,
    scan: scanSettingsOf(root),
    ...question,
  });
  registerReportCommand<Question, PredictReport>(services, {
    command: commands.predictClasses,
    title: 'Predict Classes',
    keys: ['encoder', 'minConfidence', 'below'],
    working: 'Predicting classes…',
    ask: async (root, argument) => {
      const encoder = summaryOf(argument)?.encoder ?? (await pickClassifier(services, root));
      if (encoder === undefined) return undefined;
      const below = argument instanceof vscode.Uri ? argument.fsPath : root;
      return { encoder, ...(below !== root && isInside(root, below) && { below }) };
    },
    run: (root, question, options) => engine.call('predictions/run', requestOf(root, question), options),
    write: async (report) => ({
      name: `Predicted classes of ${path.basename(report.root)}`,
      markdown: predictionMarkdown(report, await reportImages(engine, report.root, picturesShown(report))),
    }),
    then: async (root, question, { predictions }) => {
      if (predictions.length === 0) return;
      await offerToSave({
        message: `${formatQuantity(predictions.length, 'prediction')} made; no label was changed.`,
        working: 'Writing the predictions…',
        file: path.join(root, 'predictions.csv'),
        save: (out, options) => engine.call('predictions/run', { ...requestOf(root, question), out }, options),
      });
    },
  });
}

interface Item extends vscode.QuickPickItem {
  /** Undefined for the row that asks for a file. */
  readonly encoder: string | undefined;
}

/** Asks for an encoder that tells classes apart; the newest of them comes first. */
async function pickClassifier({ engine, datasets }: Services, folder: string): Promise<string | undefined> {
  await datasets.load();
  const current = datasets.find(folder)?.encoder?.id;
  const [cards, runs] = await Promise.all([
    engine.call('encoders/list', { folder }),
    engine.call('runs/list', { folder }),
  ]);
  const age = (id: string): number => {
    const position = runs.findIndex(({ encoder }) => encoder === id);
    return position < 0 ? runs.length : position;
  };
  const known = cards.filter(({ classes }) => classes !== undefined).sort((a, b) => age(a.id) - age(b.id));
  const items: Item[] = [
    ...known.map((card) => ({ ...encoderItem(card, card.id === current), encoder: card.id })),
    { label: '', kind: vscode.QuickPickItemKind.Separator, encoder: undefined },
    { ...encoderFileItem, encoder: undefined },
  ];
  const placeHolder =
    known.length > 0
      ? 'Encoder that tells classes apart'
      : 'No encoder of this dataset knows classes yet: fine-tune one, or choose a file that does';
  const title = `Predict Classes in ${path.basename(folder)}`;
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  if (!chosen || chosen.encoder !== undefined) return chosen?.encoder;
  return askForEncoderFile(folder);
}
