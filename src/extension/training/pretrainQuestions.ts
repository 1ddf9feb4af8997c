import path from 'node:path';
import * as vscode from 'vscode';
import { augmentationPresets } from '../../core/augmentation/presets.ts';
import { CUSTOM_AUGMENTATION } from '../../core/training/augmentationChoice.ts';
import type { PretrainPlan, PretrainSettings } from '../../protocol/training.ts';
import { askInTurn } from '../commands/askInTurn.ts';
import type { Back, StepPlace } from '../commands/askInTurn.ts';
import { pickStep } from '../commands/steps.ts';
import { costText, imagesText, networkText, planWithEpochs, pretrainChoices } from './pretrainCosts.ts';
import { askFor, askForEpochs, askForNetwork, askForSize } from './trainingQuestions.ts';
import { augmentationTitle, lossNames } from './trainingText.ts';

/** Five settings and the confirmation. */
const STEPS = 6;

/** What a person can set without knowing the field. */
export type CustomSettings = Pick<Required<PretrainSettings>, 'network' | 'size' | 'epochs' | 'augmentation' | 'loss'>;

const titleOf = ({ root }: PretrainPlan): string => `Pretrain Encoder on ${path.basename(root)}`;

/** Asks how long to train; a number of epochs, or `customise`. Undefined when cancelled. */
export async function askForLength(plan: PretrainPlan): Promise<number | 'customise' | undefined> {
  const items: (vscode.QuickPickItem & { readonly value: number | 'customise' | undefined })[] = [
    ...pretrainChoices.map(({ title, icon, epochs, purpose }) => ({
      label: `$(${icon}) ${title}`,
      description: costText(planWithEpochs(plan, epochs)),
      detail: `${networkText(plan)}: ${purpose}`,
      value: epochs,
    })),
    { label: '', kind: vscode.QuickPickItemKind.Separator, value: undefined },
    {
      label: '$(settings) Customise…',
      description: 'network, view size, epochs, augmentation, loss',
      alwaysShow: true,
      value: 'customise',
    },
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: titleOf(plan), placeHolder: imagesText(plan) });
  return chosen?.value;
}

/** Asks for each setting in turn; `back` when the person went back from the first. */
export function askForSettings(plan: PretrainPlan, start: CustomSettings): Promise<CustomSettings | Back | undefined> {
  const questions: ((place: StepPlace, state: CustomSettings) => Answer)[] = [
    askForNetwork,
    askForSize,
    askForEpochs,
    (place, state) => askForAugmentation(plan, place, state),
    askForLoss,
  ];
  return askInTurn(
    start,
    questions.map((question, index) => (state) => {
      return question({ title: titleOf(plan), step: index + 1, totalSteps: STEPS }, state);
    }),
  );
}

/** Tells what the settings cost; `back` to change them. */
export async function confirmSettings(plan: PretrainPlan): Promise<'start' | Back | undefined> {
  const { augmentation, loss } = plan.settings;
  const details = `${networkText(plan)}; ${augmentationTitle(augmentation)}; ${lossNames[loss]}`;
  const options = { title: titleOf(plan), step: STEPS, totalSteps: STEPS, placeholder: imagesText(plan) };
  return pickStep(
    options,
    [{ label: '$(play) Start', description: costText(plan), detail: details, value: 'start' }],
    'start',
  );
}

type Answer = Promise<CustomSettings | Back | undefined>;

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
