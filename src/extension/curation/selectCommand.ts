import path from 'node:path';
import * as vscode from 'vscode';
import { untrustedWorkspace, virtualWorkspace } from '../../core/errors.ts';
import type { DatasetSummary } from '../../protocol/engine.ts';
import type { SelectReport, SelectRequest } from '../../protocol/selection.ts';
import { askInSteps, back } from '../commands/askInTurn.ts';
import type { StepQuestion } from '../commands/askInTurn.ts';
import { settingsGiven } from '../commands/given.ts';
import { withProgress } from '../commands/progress.ts';
import { inputStep } from '../commands/steps.ts';
import { commands } from '../contract.ts';
import { registerCommand, showFailure } from '../notifications.ts';
import type { SelectedImages } from '../selection/imageSelection.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf } from '../settings.ts';
import { wholeNumberProblem } from '../training/choices.ts';
import { askFor, stepItem } from '../training/trainingQuestions.ts';
import { chooseSubject, type CurationSubject } from './curationSubject.ts';
import {
  balances,
  results,
  selectedSentence,
  selectionAsked,
  selectWays,
  suggestedCount,
  type SelectAnswers,
} from './selectChoices.ts';

const SOURCE = 'likeness.selectDiverse';
const MOST_IMAGES = 10_000_000;

/** What is to be chosen, and what becomes of it: a tag, a file, or else the window's selection. */
type Wanted = Omit<SelectRequest, 'folder' | 'scan'>;

/**
 * Select Diverse Subset: asks how many images and how, chooses them, and selects them in the window, tags them, or writes
 * their paths. A key binding or task can give settings; then nothing is asked.
 */
export function selectCommand(services: Services): void {
  services.disposables.add(
    registerCommand(commands.selectDiverse, async (clicked, marked) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      const subject = await chooseSubject(services, { clicked, marked }, 'Select Diverse Subset');
      if (subject === undefined) return;
      const wanted =
        settingsGiven<Wanted>(clicked, marked, ['count', 'method', 'tag']) ?? (await ask(services, subject));
      if (wanted !== undefined) await choose(services, subject, wanted);
    }),
  );
}

async function choose(services: Services, subject: CurationSubject, { tag, ...wanted }: Wanted): Promise<void> {
  const { engine, datasets } = services;
  const { root, folder, images } = subject;
  const request = { folder, scan: scanSettingsOf(root), ...(images && { images }), ...wanted };
  const report = await withProgress('Choosing images…', (options) => engine.call('selection/select', request, options));
  datasets.remember(report.root);
  void datasets.refresh();
  const chosen = { root: report.root, paths: report.paths };
  // What is told stays until it is answered, and the command must not wait for that.
  if (tag !== undefined)
    tellTagged(services, report, tag.trim(), await tagged(services, chosen, tag)).catch(showFailure);
  else if (report.out !== undefined) tellWritten(report, report.out).catch(showFailure);
  else await show(services, report);
}

/** @returns the images that didn't have the tag before: taking it back leaves the others alone */
async function tagged(
  { engine }: Services,
  { root, paths }: SelectedImages,
  value: string,
): Promise<readonly string[]> {
  const { changed } = await engine.call('decisions/decide', { root, paths, decision: { action: 'tag', value } });
  return changed;
}

async function tellTagged(
  services: Services,
  report: SelectReport,
  value: string,
  changed: readonly string[],
): Promise<void> {
  const [map, undo] = ['Show in Map', 'Undo'];
  const message = selectedSentence(report, `tagged “${value}”`);
  const chosen = await vscode.window.showInformationMessage(message, map, ...(changed.length > 0 ? [undo] : []));
  if (chosen === map) await showInMap(services, report);
  if (chosen !== undo) return;
  const decision = { action: 'tag', value } as const;
  await services.engine.call('decisions/decide', { root: report.root, paths: changed, decision, undo: true });
}

async function tellWritten(report: SelectReport, file: string): Promise<void> {
  const open = 'Open';
  const message = selectedSentence(report, `written to ${path.basename(file)}`);
  if ((await vscode.window.showInformationMessage(message, open)) !== open) return;
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
}

async function show(services: Services, report: SelectReport): Promise<void> {
  await showInMap(services, report);
  void vscode.window.showInformationMessage(selectedSentence(report, 'selected'));
}

async function showInMap({ selection }: Services, { root, paths }: SelectedImages): Promise<void> {
  selection.set({ root, paths }, SOURCE);
  await vscode.commands.executeCommand(commands.openEmbeddingMap, { folder: root });
}

/** Undefined when cancelled. */
async function ask(services: Services, { root, folder, images, name }: CurationSubject): Promise<Wanted | undefined> {
  const summary = services.datasets.find(root);
  const tags = summary ? await tagsOf(services, summary.root) : [];
  const isWhole = folder === root && images === undefined;
  const isList = images?.every((image) => path.extname(image) !== '') === true;
  const of = isWhole ? summary?.images : isList ? images.length : undefined;
  const answers = await askInSteps<SelectAnswers>(
    `Select Diverse Subset of ${name}`,
    {
      ...{ way: selectWays(summary)[0]!.value, count: suggestedCount(of), balanced: false },
      ...{ fixedTag: '', result: 'select', tag: 'selected' },
    },
    [askForWay(summary), askForCount(of), askForBalance(summary), askForFixed(tags), askForResult()],
  );
  if (typeof answers !== 'object') return undefined;
  const wanted = selectionAsked(answers);
  if (answers.result === 'tag') return { ...wanted, tag: answers.tag };
  if (answers.result === 'select') return wanted;
  const file = await askForList(root);
  return file === undefined ? undefined : { ...wanted, out: { file, replace: true } };
}

/** Sorted. What can't be read right now is said when the images are chosen. */
async function tagsOf({ engine }: Services, root: string): Promise<readonly string[]> {
  const decisions = await engine.call('decisions/list', { root }).catch(() => []);
  const tags = decisions.flatMap(({ decision }) => (decision.action === 'tag' ? [decision.value] : []));
  return [...new Set(tags)].sort();
}

function askForWay(summary: DatasetSummary | undefined): StepQuestion<SelectAnswers> {
  const placeholder = 'How to choose; copies are never chosen twice';
  return { ask: (place, state) => askFor('way', { ...place, placeholder }, state, selectWays(summary).map(stepItem)) };
}

function askForCount(of: number | undefined): StepQuestion<SelectAnswers> {
  const hint = of === undefined ? '' : `, of ${of.toLocaleString('en')}`;
  return {
    ask: async (place, state) => {
      const options = { ...place, placeholder: `How many images${hint}` };
      const text = await inputStep(options, String(state.count), (entered) =>
        wholeNumberProblem('images', entered, of ?? MOST_IMAGES),
      );
      return typeof text === 'string' ? { ...state, count: Number(text) } : text;
    },
  };
}

function askForBalance(summary: DatasetSummary | undefined): StepQuestion<SelectAnswers> {
  return {
    // Images without a label have no class to be balanced by.
    applies: ({ way }) => way !== 'to-label' && (summary === undefined || summary.classes.length > 1),
    ask: (place, state) =>
      askFor('balanced', { ...place, placeholder: 'Of which classes' }, state, balances.map(stepItem)),
  };
}

function askForFixed(tags: readonly string[]): StepQuestion<SelectAnswers> {
  const none = { label: 'Choose from all', detail: 'No image is chosen already', value: '' };
  const items = tags.map((tag) => ({
    label: `$(tag) ${tag}`,
    detail: 'Images with this tag are kept, and others are chosen to go with them',
    value: tag,
  }));
  const placeholder = 'Are some images chosen already?';
  return {
    applies: () => tags.length > 0,
    ask: (place, state) => askFor('fixedTag', { ...place, placeholder }, state, [none, ...items]),
  };
}

function askForResult(): StepQuestion<SelectAnswers> {
  return {
    ask: async (place, given) => {
      let state = given;
      for (;;) {
        const options = { ...place, placeholder: 'What becomes of the chosen images' };
        const answer = await askFor('result', options, state, results.map(stepItem));
        if (typeof answer !== 'object' || answer.result !== 'tag') return answer;
        const tag = await inputStep({ ...place, placeholder: 'Tag' }, state.tag, (text) =>
          text.trim() === '' ? 'Enter the name of a tag.' : undefined,
        );
        if (tag === undefined) return undefined;
        if (tag !== back) return { ...answer, tag };
        state = answer;
      }
    },
  };
}

async function askForList(root: string): Promise<string | undefined> {
  const target = await vscode.window.showSaveDialog({
    title: 'List of the chosen images',
    defaultUri: vscode.Uri.file(path.join(root, 'selection.txt')),
    filters: { 'One path a line': ['txt'] },
  });
  if (target && target.scheme !== 'file') throw virtualWorkspace(target.path);
  return target?.fsPath;
}
