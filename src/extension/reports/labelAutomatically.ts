import path from 'node:path';
import * as vscode from 'vscode';
import { formatQuantity } from '../../core/progressText.ts';
import type { LabelReport, LabelRequest } from '../../protocol/labels.ts';
import { askInTurn } from '../commands/askInTurn.ts';
import { pickStep } from '../commands/steps.ts';
import { commands } from '../contract.ts';
import { isInside } from '../files/rootPaths.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf } from '../settings.ts';
import { labelMarkdown, PROPOSALS_SHOWN } from '../text/labelMarkdown.ts';
import { labelMethods, precisions } from './labelChoices.ts';
import { registerReportCommand } from './reportCommand.ts';
import { reportImages } from './reportImages.ts';
import { offerToSave } from './saveTable.ts';

type Question = Omit<LabelRequest, 'folder' | 'scan'>;

/** Label Automatically: proposes labels for images that have none, shows them, and offers to write them to a file. */
export function labelAutomaticallyCommand(services: Services): void {
  const { engine } = services;
  registerReportCommand<Question, LabelReport>(services, {
    command: commands.labelAutomatically,
    title: 'Label Automatically',
    keys: ['method', 'precision', 'encoder', 'below', 'cap', 'balanced'],
    working: 'Looking for labels…',
    ask: async (root, argument) => {
      const cards = await engine.call('encoders/list', { folder: root, imported: true });
      const answers = await ask(
        root,
        cards.some(({ classes }) => classes !== undefined),
      );
      const below = argument instanceof vscode.Uri ? argument.fsPath : root;
      return answers && { ...answers, ...(below !== root && isInside(root, below) && { below }) };
    },
    run: (root, question, options) =>
      engine.call('labels/propose', { folder: root, scan: scanSettingsOf(root), ...question }, options),
    write: async (report) => {
      const shown = report.proposals.slice(0, PROPOSALS_SHOWN).map(({ path: image }) => image);
      const images = await reportImages(engine, report.root, shown);
      return {
        name: `Proposed labels for ${path.basename(report.root)}`,
        markdown: labelMarkdown(report, images),
      };
    },
    then: async (root, question, { proposals }) => {
      if (proposals.length === 0) return;
      await offerToSave({
        message: `${formatQuantity(proposals.length, 'label')} proposed; no label was changed.`,
        working: 'Writing the proposals…',
        file: path.join(root, 'proposals.csv'),
        save: (out, options) =>
          engine.call('labels/propose', { folder: root, scan: scanSettingsOf(root), ...question, out }, options),
      });
    },
  });
}

interface Answers {
  readonly method: NonNullable<LabelRequest['method']>;
  readonly precision: number;
}

/** @param hasClassifier whether an encoder of the dataset tells classes apart */
async function ask(root: string, hasClassifier: boolean): Promise<Answers | undefined> {
  const methods = labelMethods.filter(({ value }) => hasClassifier || value !== 'classifier');
  const place = { title: `Label Automatically in ${path.basename(root)}`, totalSteps: 2 };
  const answers = await askInTurn<Answers>({ method: 'neighbors', precision: 0.95 }, [
    async (state) => {
      const options = { ...place, step: 1, placeholder: 'How to guess labels from those that there are' };
      const method = await pickStep(options, methods, state.method);
      return typeof method === 'string' ? { ...state, method } : method;
    },
    async (state) => {
      const options = { ...place, step: 2, placeholder: 'How many of the proposals have to be right' };
      const precision = await pickStep(options, precisions, state.precision);
      return typeof precision === 'number' ? { ...state, precision } : precision;
    },
  ]);
  return typeof answers === 'object' ? answers : undefined;
}
