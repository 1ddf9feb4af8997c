import path from 'node:path';
import * as vscode from 'vscode';
import { DEFAULT_TEMPLATES } from '../../core/labels/zeroShot.ts';
import { formatQuantity } from '../../core/progressText.ts';
import type { LabelReport, LabelRequest } from '../../protocol/labels.ts';
import { askInSteps } from '../commands/askInTurn.ts';
import { inputStep, pickStep } from '../commands/steps.ts';
import { commands } from '../contract.ts';
import { isInside } from '../files/rootPaths.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf } from '../settings.ts';
import { labelMarkdown, PROPOSALS_SHOWN } from '../text/labelMarkdown.ts';
import { classNamesOf, labelMethods, precisions, templatesFault, templatesOf } from './labelChoices.ts';
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
    keys: ['method', 'words', 'precision', 'encoder', 'below', 'cap', 'balanced'],
    working: 'Looking for labels…',
    ask: async (root, argument) => {
      const cards = await engine.call('encoders/list', { folder: root, imported: true });
      const answers = await ask(root, {
        classifier: cards.some(({ classes }) => classes !== undefined),
        words: cards.some(({ text }) => text !== undefined),
      });
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
  /** As typed; for the method `words`. */
  readonly names: string;
  /** Sentences that say that an image shows a class, as typed; for the method `words`. */
  readonly templates: string;
}

/** @param has whether an encoder of the dataset tells classes apart, and whether one knows words */
async function ask(
  root: string,
  has: { readonly classifier: boolean; readonly words: boolean },
): Promise<Question | undefined> {
  const methods = labelMethods.filter(
    ({ value }) => (has.classifier || value !== 'classifier') && (has.words || value !== 'words'),
  );
  const title = `Label Automatically in ${path.basename(root)}`;
  const start: Answers = { method: 'linear', precision: 0.95, names: '', templates: DEFAULT_TEMPLATES.join('; ') };
  const answers = await askInSteps<Answers>(title, start, [
    {
      ask: async (place, state) => {
        const options = { ...place, placeholder: 'How to guess labels' };
        const method = await pickStep(options, methods, state.method);
        return typeof method === 'string' ? { ...state, method } : method;
      },
    },
    {
      applies: ({ method }) => method === 'words',
      ask: async (place, state) => {
        const options = {
          ...place,
          placeholder: 'Names of the classes, with commas between: cat, dog, a city at night',
        };
        const names = await inputStep(options, state.names, (text) =>
          classNamesOf(text).length < 2 ? 'Name two classes at least.' : undefined,
        );
        return typeof names === 'string' ? { ...state, names } : names;
      },
    },
    {
      applies: ({ method }) => method === 'words',
      ask: async (place, state) => {
        const options = {
          ...place,
          placeholder:
            'What says that an image shows a class, with {} for its name and ; between: a satellite image of {}',
        };
        const templates = await inputStep(options, state.templates, templatesFault);
        return typeof templates === 'string' ? { ...state, templates } : templates;
      },
    },
    {
      ask: async (place, state) => {
        const options = { ...place, placeholder: 'How many of the proposals have to be right' };
        const precision = await pickStep(options, precisions, state.precision);
        return typeof precision === 'number' ? { ...state, precision } : precision;
      },
    },
  ]);
  if (typeof answers !== 'object') return undefined;
  const { method, precision, names, templates } = answers;
  if (method !== 'words') return { method, precision };
  return { method, precision, words: { names: classNamesOf(names), templates: templatesOf(templates) } };
}
