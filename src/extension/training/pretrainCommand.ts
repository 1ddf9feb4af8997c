import * as vscode from 'vscode';
import { untrustedWorkspace } from '../../core/errors.ts';
import { formatProgress } from '../../core/progressText.ts';
import type { PretrainPlan, PretrainRequest, PretrainSettings } from '../../protocol/training.ts';
import { back } from '../commands/askInTurn.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { commands } from '../contract.ts';
import { registerCommand, showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf, tensorFlowChoice, trainingEngine, trainingThreads } from '../settings.ts';
import { planWithEpochs } from './pretrainCosts.ts';
import { askForLength, askForSettings, confirmSettings } from './pretrainQuestions.ts';
import type { CustomSettings } from './pretrainQuestions.ts';
import { isTraining } from './runCommands.ts';
import { showNotices } from './trainingOutcome.ts';

/** What is going to run, and what it was measured to cost. */
interface Decision {
  readonly request: PretrainRequest;
  readonly plan: PretrainPlan;
}

/**
 * Pretrain Encoder: measures what a training costs, asks how long it may take, and starts it. A key binding or task can
 * name a folder and settings; then nothing is asked that they answer.
 */
export function pretrainCommand(services: Services): void {
  const { disposables, runs } = services;
  disposables.add(
    registerCommand(commands.pretrainEncoder, async (argument, given) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      if (isTraining(services)) return;
      const folder = await chooseFolder(services, argument, 'Pretrain Encoder');
      if (folder === undefined) return;
      const settings = settingsOf(given);
      const decision = settings ? await measured(services, folder, settings) : await decide(services, folder);
      if (!decision) return;
      showNotices(decision.plan.notices);
      runs.pretrain(decision.request, decision.plan).catch(showFailure);
      await vscode.commands.executeCommand(commands.showTraining);
    }),
  );
}

async function decide(services: Services, folder: string): Promise<Decision | undefined> {
  const usual = await measured(services, folder, {});
  for (;;) {
    const length = await askForLength(usual.plan);
    if (length === undefined) return undefined;
    if (length !== 'customise') return withEpochs(usual, length);
    const custom = await customise(services, usual);
    if (custom !== back) return custom;
  }
}

/** Asks for settings and confirmation until both are given; `back` where the person went back from the first question. */
async function customise(services: Services, usual: Decision): Promise<Decision | typeof back | undefined> {
  let settings: CustomSettings = usual.plan.settings;
  for (;;) {
    const { network, size, augmentation, loss, epochs } = settings;
    const asked = await askForSettings(usual.plan, { network, size, augmentation, loss, epochs });
    if (asked === undefined || asked === back) return asked;
    settings = asked;
    const decision = await measured(services, usual.request.folder, settings);
    const confirmed = await confirmSettings(decision.plan);
    if (confirmed === undefined) return undefined;
    if (confirmed === 'start') return decision;
  }
}

/** Lets the training process take a few steps. Rejects as cancelled where the person has had enough of it. */
async function measured({ runs }: Services, folder: string, settings: PretrainSettings): Promise<Decision> {
  const threads = trainingThreads();
  const engine = trainingEngine();
  const request: PretrainRequest = {
    folder,
    settings: { ...(threads !== undefined && { threads }), ...(engine !== undefined && { engine }), ...settings },
    scan: scanSettingsOf(folder),
    ...tensorFlowChoice(),
  };
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: 'Measuring a few steps on this machine…',
    cancellable: true,
  };
  const plan = await vscode.window.withProgress(options, (notification, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    return runs.plan(request, {
      signal: abort.signal,
      onProgress: (progress) => {
        notification.report({ message: formatProgress(progress) });
      },
    });
  });
  return { request, plan };
}

function withEpochs({ request, plan }: Decision, epochs: number): Decision {
  const settings = { ...request.settings, epochs };
  return { request: { ...request, settings }, plan: planWithEpochs(plan, epochs) };
}

/** VS Code itself passes other things as second argument, such as the selection of the Explorer. */
function settingsOf(argument: unknown): PretrainSettings | undefined {
  const isSettings = typeof argument === 'object' && argument !== null && 'epochs' in argument;
  return isSettings ? (argument as PretrainSettings) : undefined;
}
