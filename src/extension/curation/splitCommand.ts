import path from 'node:path';
import * as vscode from 'vscode';
import type { SplitShares } from '../../core/curation/splitting/assignSplits.ts';
import type { DatasetSummary } from '../../protocol/engine.ts';
import type { SplitReport, SplitRequest } from '../../protocol/selection.ts';
import { askInSteps, back } from '../commands/askInTurn.ts';
import type { StepQuestion } from '../commands/askInTurn.ts';
import { withProgress } from '../commands/progress.ts';
import { inputStep, pickStep } from '../commands/steps.ts';
import { commands } from '../contract.ts';
import { repeatDecision } from '../decisionsFile/historyCommands.ts';
import { isInside } from '../files/rootPaths.ts';
import { registerReportCommand } from '../reports/reportCommand.ts';
import { saveTable } from '../reports/saveTable.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf } from '../settings.ts';
import { askFor, stepItem } from '../training/trainingQuestions.ts';
import { parseShares, rests, seedProblem, sharesOffered, sharesText, USUAL_SHARES } from './splitChoices.ts';
import { assignedText, splitMarkdown } from './splitMarkdown.ts';

interface Question extends Omit<SplitRequest, 'folder' | 'scan' | 'apply' | 'out'> {
  /** A part of the dataset, absolute; all of it where it's left out. */
  readonly below?: string;
}

/** Split Dataset: shows what a split would be, and offers to make it that of the dataset or to write it to a table. */
export function splitCommand(services: Services): void {
  const { engine, datasets, reports } = services;
  const requestOf = (root: string, { below = root, ...question }: Question): SplitRequest => ({
    folder: below,
    scan: scanSettingsOf(root),
    ...question,
  });
  const write = (report: SplitReport) =>
    Promise.resolve({ name: `Split of ${path.basename(report.root)}`, markdown: splitMarkdown(report) });
  registerReportCommand<Question, SplitReport>(services, {
    command: commands.splitDataset,
    title: 'Split Dataset',
    keys: ['shares', 'all', 'seed', 'below'],
    working: 'Looking for copies…',
    ask: async (root, argument) => {
      await datasets.load();
      const answers = await ask(root, datasets.find(root));
      const below = argument instanceof vscode.Uri ? argument.fsPath : root;
      return answers && { ...answers, ...(below !== root && isInside(root, below) && { below }) };
    },
    run: async (root, question, options) => {
      const report = await engine.call('selection/split', requestOf(root, question), options);
      datasets.remember(report.root);
      return report;
    },
    write,
    then: async (root, question, report) => {
      const [apply, save] = ['Apply to Dataset', 'Save as CSV…'];
      const message = `${assignedText(report)}. Nothing is written yet.`;
      const chosen = await vscode.window.showInformationMessage(message, apply, save);
      if (chosen === apply) {
        const applied = await applySplit(services, requestOf(root, question));
        const { name, markdown } = await write(applied);
        reports.write(name, markdown);
        await tellApplied(services, applied);
      } else if (chosen === save) {
        await saveTable({
          working: 'Writing the split…',
          file: path.join(report.root, 'splits.csv'),
          save: (out, options) => engine.call('selection/split', { ...requestOf(root, question), out }, options),
        });
      }
    },
  });
}

async function applySplit({ engine, datasets }: Services, request: SplitRequest): Promise<SplitReport> {
  const applied = await withProgress('Splitting the dataset…', (options) =>
    engine.call('selection/split', { ...request, apply: true }, options),
  );
  void datasets.refresh();
  return applied;
}

async function tellApplied(services: Services, report: SplitReport): Promise<void> {
  const { root, table, step } = report;
  const file = table ?? '.likeness/config.json';
  const [undo, open] = ['Undo', `Open ${path.basename(file)}`];
  const notices = report.notices.map(({ message }) => ` ${message}`).join('');
  const message = `The split of ${path.basename(root)} is in ${file}.${notices}`;
  const chosen = await vscode.window.showInformationMessage(message, open, ...(step === undefined ? [] : [undo]));
  if (chosen === open) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path.join(root, file)));
  if (chosen === undo) await repeatDecision(services, root, 'undo', step);
}

interface Answers {
  readonly shares: SplitShares;
  readonly all: boolean;
  readonly seed: number;
}

/** Undefined when cancelled. */
async function ask(root: string, summary: DatasetSummary | undefined): Promise<Answers | undefined> {
  const answers = await askInSteps<Answers>(
    `Split ${path.basename(root)}`,
    { shares: USUAL_SHARES, all: false, seed: 0 },
    [
      { ask: askForShares },
      {
        applies: () => summary === undefined || summary.splits.length > 0,
        ask: (place, state) =>
          askFor('all', { ...place, placeholder: 'Which images get a split' }, state, rests.map(stepItem)),
      },
      {
        ask: async (place, state) => {
          const options = { ...place, placeholder: 'Seed: another number is another split of the same shares' };
          const text = await inputStep(options, String(state.seed), seedProblem);
          return typeof text === 'string' ? { ...state, seed: Number(text) } : text;
        },
      },
    ],
  );
  return typeof answers === 'object' ? answers : undefined;
}

const askForShares: StepQuestion<Answers>['ask'] = async (place, state) => {
  for (;;) {
    const placeholder = 'Shares; copies stay together, and every class is split by them';
    const current = sharesOffered.find(
      ({ value }) => value !== 'other' && sharesText(value) === sharesText(state.shares),
    );
    const chosen = await pickStep({ ...place, placeholder }, sharesOffered.map(stepItem), current?.value ?? 'other');
    if (chosen === undefined || chosen === back) return chosen;
    if (chosen !== 'other') return { ...state, shares: chosen };
    const options = { ...place, placeholder: 'Per cent of train, validation and test' };
    const text = await inputStep(options, sharesText(state.shares), (entered) => {
      const shares = parseShares(entered);
      return 'problem' in shares ? shares.problem : undefined;
    });
    if (text === undefined) return undefined;
    const shares = text === back ? undefined : parseShares(text);
    if (shares && !('problem' in shares)) return { ...state, shares };
  }
};
