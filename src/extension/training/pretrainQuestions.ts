import path from 'node:path';
import * as vscode from 'vscode';
import { augmentationPresets } from '../../core/augmentation/presets.ts';
import { CUSTOM_AUGMENTATION } from '../../core/training/augmentationChoice.ts';
import type { PretrainPlan, PretrainSettings } from '../../protocol/training.ts';
import { askInTurn } from '../commands/askInTurn.ts';
import type { Back, StepPlace } from '../commands/askInTurn.ts';
import { pickStep } from '../commands/steps.ts';
import { costText, imagesText, lengthChoices, networkText, planWithEpochs } from './pretrainCosts.ts';
import { NEW_NETWORK, stagesChoices } from './pretrainStarts.ts';
import type { PretrainStart } from './pretrainStarts.ts';
import { askFor, askForEpochs, askForNetwork, askForSize, stepItem } from './trainingQuestions.ts';
import { augmentationTitle, lossNames } from './trainingText.ts';

/** What a person can set without knowing the field; network and size of a new one, stages of one that others have made. */
export type CustomSettings = Pick<
  Required<PretrainSettings>,
  'network' | 'size' | 'epochs' | 'augmentation' | 'loss' | 'trainedStages'
>;

const titleOf = ({ root }: PretrainPlan): string => `Pretrain Encoder on ${path.basename(root)}`;

/** Undefined when cancelled. @param name of what is trained on */
export async function askForStart(starts: readonly PretrainStart[], name: string): Promise<PretrainStart | undefined> {
  const items = starts.map((start) => ({ ...stepItem(start), start }));
  const options = { title: `Pretrain Encoder on ${name}`, placeHolder: 'What to start with', matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.start;
}

/** Asks how long to train; a number of epochs, or `customise`. Undefined when cancelled. */
export async function askForLength(
  plan: PretrainPlan,
  start: PretrainStart,
): Promise<number | 'customise' | undefined> {
  const items: (vscode.QuickPickItem & { readonly value: number | 'customise' | undefined })[] = [
    ...lengthChoices(start.isImported).map(({ title, icon, epochs, purpose }) => ({
      label: `$(${icon}) ${title}`,
      description: costText(planWithEpochs(plan, epochs)),
      detail: `${networkText(plan)}: ${purpose}`,
      value: epochs,
    })),
    { label: '', kind: vscode.QuickPickItemKind.Separator, value: undefined },
    {
      label: '$(settings) Customise…',
      description: wordsOf(start),
      alwaysShow: true,
      value: 'customise',
    },
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: titleOf(plan), placeHolder: imagesText(plan) });
  return chosen?.value;
}

/** Asks for each setting in turn; `back` when the person went back from the first. */
export function askForSettings(
  plan: PretrainPlan,
  settings: CustomSettings,
  start: PretrainStart,
): Promise<CustomSettings | Back | undefined> {
  const questions = questionsOf(plan, start);
  return askInTurn(
    settings,
    questions.map((question, index) => (state) => {
      return question({ title: titleOf(plan), step: index + 1, totalSteps: questions.length + 1 }, state);
    }),
  );
}

function questionsOf(
  plan: PretrainPlan,
  start: PretrainStart,
): ((place: StepPlace, state: CustomSettings) => Answer)[] {
  return [
    // An encoder that goes on has a network, and takes pictures of one size.
    ...(start === NEW_NETWORK ? [askForNetwork<CustomSettings>, askForSize<CustomSettings>] : []),
    askForEpochs,
    ...(start.isImported ? [askForStages] : []),
    (place, state) => askForAugmentation(plan, place, state),
    askForLoss,
  ];
}

function wordsOf(start: PretrainStart): string {
  const first = start === NEW_NETWORK ? 'network, view size, epochs' : start.isImported ? 'epochs, layers' : 'epochs';
  return `${first}, augmentation, loss`;
}

/** Those of the settings that a run is given. */
export function givenTo(
  { network, size, trainedStages, ...others }: CustomSettings,
  start: PretrainStart,
): PretrainSettings {
  if (start === NEW_NETWORK) return { network, size, ...others };
  return { from: start.value, ...(start.isImported && { trainedStages }), ...others };
}

/** Tells what the settings cost; `back` to change them. */
export async function confirmSettings(plan: PretrainPlan, start: PretrainStart): Promise<'start' | Back | undefined> {
  const { augmentation, loss } = plan.settings;
  const details = `${networkText(plan)}; ${augmentationTitle(augmentation)}; ${lossNames[loss]}`;
  const steps = questionsOf(plan, start).length + 1;
  const options = { title: titleOf(plan), step: steps, totalSteps: steps, placeholder: imagesText(plan) };
  return pickStep(
    options,
    [{ label: '$(play) Start', description: costText(plan), detail: details, value: 'start' }],
    'start',
  );
}

type Answer = Promise<CustomSettings | Back | undefined>;

function askForStages(step: StepPlace, state: CustomSettings): Answer {
  const placeholder = 'How much of the encoder goes on learning';
  return askFor('trainedStages', { ...step, placeholder }, state, stagesChoices.map(stepItem));
}

function askForAugmentation({ ownAugmentation = false }: PretrainPlan, step: StepPlace, state: CustomSettings): Answer {
  const items: { label: string; detail: string; value: string }[] = augmentationPresets.map(
    ({ id, title, description }) => ({ label: title, detail: description, value: id }),
  );
  if (ownAugmentation) {
    const detail = 'As it was saved in Augmentation Pairs; it is in config.json.';
    items.push({ label: augmentationTitle(CUSTOM_AUGMENTATION), detail, value: CUSTOM_AUGMENTATION });
  }
  const placeholder = 'Augmentation: which differences between two pictures do not matter';
  return askFor('augmentation', { ...step, placeholder }, state, items);
}

const losses: readonly (readonly [loss: CustomSettings['loss'], purpose: string])[] = [
  ['nt-xent', 'Needs no labels. The usual one.'],
  ['dcl', 'Needs no labels. Better where few images fit into a batch.'],
  ['supervised', 'Pulls images of the same label together; learns what your labels tell apart, and little else.'],
];

function askForLoss(step: StepPlace, state: CustomSettings): Answer {
  const items = losses.map(([loss, purpose]) => ({ label: lossNames[loss], detail: purpose, value: loss }));
  return askFor('loss', { ...step, placeholder: 'Loss: what is pulled together and pushed apart' }, state, items);
}
