import path from 'node:path';
import * as vscode from 'vscode';
import type { PretrainSettings } from '../../protocol/training.ts';
import { OWN_PRESET, EDITED_PRESET } from '../../protocol/augmentationsView.ts';
import { withProgress } from '../commands/progress.ts';
import { showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { costText, imagesText, networkText, planWithEpochs, pretrainChoices } from '../training/pretrainCosts.ts';
import { isTraining } from '../training/runCommands.ts';
import { trainRequest } from '../training/trainingCommand.ts';
import { showStarted } from '../training/trainingOutcome.ts';
import type { AugmentationsModel } from './augmentationsModel.ts';

/** Trains an encoder of the dataset with what the panel shows, after a person has seen what that costs. */
export async function pretrainWith(services: Services, model: AugmentationsModel): Promise<void> {
  const { root } = model;
  if (root === undefined || isTraining(services)) return;
  const { runs } = services;
  const request = trainRequest<'pretrain'>({ folder: root }, trainingSettings(model));
  const plan = await withProgress('Measuring a few steps on this machine…', (options) => runs.plan(request, options));
  const items = pretrainChoices.map(({ title, icon, epochs, purpose }) => ({
    label: `$(${icon}) ${title}`,
    description: costText(planWithEpochs(plan, epochs)),
    detail: `${networkText(plan)}: ${purpose}`,
    epochs,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Pretrain on ${path.basename(root)} with These Augmentations`,
    placeHolder: imagesText(plan),
  });
  if (!chosen || isTraining(services)) return;
  const { epochs } = chosen;
  const settings = { ...request.settings, epochs };
  runs.pretrain({ ...request, settings }, planWithEpochs(plan, epochs)).catch(showFailure);
  await showStarted();
}

/** The settings of a training that makes views like those of the panel. A preset goes by its name. */
function trainingSettings({ state, recipe }: AugmentationsModel): PretrainSettings {
  const { preset, viewSize } = state;
  const isNamed = preset !== OWN_PRESET && preset !== EDITED_PRESET;
  return { size: viewSize, ...(isNamed ? { augmentation: preset } : { augmentation: 'custom', recipe }) };
}
