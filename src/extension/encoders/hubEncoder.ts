import * as vscode from 'vscode';
import { encoderAdvice } from '../../core/encoders/encoderAdvice.ts';
import { asLikenessError, isCancellation, type LikenessError } from '../../core/errors.ts';
import type { HubPlan } from '../../core/hub/hubPlan.ts';
import { parseHubReference } from '../../core/hub/hubReference.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import { withProgress } from '../commands/progress.ts';
import type { SettingKey } from '../contract.ts';
import { showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { readSetting } from '../settings.ts';
import { consentText, pageOf, remediesOf, shortName, variantChoices, type Remedy } from './hubChoices.ts';
import { hubEndpoint } from './hubConnection.ts';
import { askForHubToken } from './hubTokenCommand.ts';
import { tellOfTexts, useEncoder } from './useEncoder.ts';

/**
 * Downloads an encoder of a repository, after a person has chosen which and agreed, makes it the folder's own and offers to
 * index with it.
 *
 * @param reference `hf:OWNER/NAME[@REVISION][#FILE]`
 */
export async function addFromHub(services: Services, folder: string, reference: string): Promise<void> {
  const { repository, revision } = parseHubReference(reference);
  const again = () => addFromHub(services, folder, reference);
  await orRemedy(services, { again, page: () => ownPage(repository, revision) }, async () => {
    const connection = await services.hubConnection();
    const plans = await withProgress(`Looking at ${repository}`, (options) =>
      services.engine.call('hub/plans', { reference, connection }, options),
    );
    const plan = await pickPlan(repository, plans);
    if (plan !== undefined && (await isAgreed(plan))) await fetchAndUse(services, folder, plan);
  });
}

/** The file to take, which is asked where there are several; undefined when cancelled. */
async function pickPlan(repository: string, plans: readonly HubPlan[]): Promise<HubPlan | undefined> {
  if (plans.length < 2) return plans[0];
  const items = variantChoices(plans).map(({ title, description, detail, value }) => ({
    label: title,
    ...(description !== undefined && { description }),
    ...(detail !== undefined && { detail }),
    value,
  }));
  const options = {
    title: repository,
    placeHolder: 'Which of its files?',
    matchOnDetail: true,
    matchOnDescription: true,
    ignoreFocusOut: true,
  };
  return (await vscode.window.showQuickPick(items, options))?.value;
}

/** Asks before anything is downloaded; what is here already needs no question. */
async function isAgreed(plan: HubPlan): Promise<boolean> {
  if (plan.bytes === 0) return true;
  const [download, page] = ['Download', 'Open Page'];
  const { message, detail } = consentText(plan);
  for (;;) {
    const chosen = await vscode.window.showInformationMessage(message, { modal: true, detail }, download, page);
    if (chosen !== page) return chosen === download;
    await vscode.env.openExternal(vscode.Uri.parse(pageOf(plan)));
  }
}

/** Downloads what somebody has agreed to. Where it is stopped or refused, another try is offered and begins where it was. */
async function fetchAndUse(services: Services, folder: string, plan: HubPlan): Promise<void> {
  const { engine } = services;
  const name = shortName(plan);
  const ways = {
    again: () => fetchAndUse(services, folder, plan),
    page: () => pageOf(plan),
    stopped: `The download of ${name} was stopped; what has arrived is kept.`,
  };
  await orRemedy(services, ways, async () => {
    const connection = await services.hubConnection();
    const outcome = await withProgress(
      name,
      async (options) => {
        const fetched = await engine.call('hub/download', { plan, connection }, options);
        if ('further' in fetched) return fetched;
        tellPhase(options, 'Checking');
        return { card: await engine.call('hub/add', { plan, file: fetched.file, folder }) };
      },
      { hasBar: true },
    );
    if ('card' in outcome) {
      const { card } = outcome;
      tellOfTexts(card.textProblem);
      await useEncoder(services, { folder, encoder: card.id, advice: encoderAdvice(card) }, 'offer');
    } else if (await isAgreed(outcome.further)) {
      await fetchAndUse(services, folder, outcome.further);
    }
  });
}

function tellPhase({ onProgress }: CallOptions, phase: string): void {
  onProgress?.({ phase, done: 0, total: undefined, rate: 0, secondsLeft: undefined });
}

interface Ways {
  readonly again: () => Promise<void>;
  /** Address of the page that says more. */
  readonly page: () => string;
  /** Said where a person has stopped it; nothing is where that leaves nothing to go on with. */
  readonly stopped?: string;
}

/** Runs a step. Where it fails in a way that something can be done about, that is offered beside the reason. */
async function orRemedy(services: Services, ways: Ways, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (isCancellation(error)) {
      if (ways.stopped !== undefined) offerToGoOn(ways.stopped, ways.again);
      return;
    }
    const failure = asLikenessError(error);
    if (remediesOf(failure).length === 0) throw failure;
    // The message stays until it is answered, and the command must not wait for that.
    offerRemedies(services, ways, failure).catch(showFailure);
  }
}

function offerToGoOn(message: string, again: () => Promise<void>): void {
  const goOn = 'Go On';
  void vscode.window.showInformationMessage(message, goOn).then((chosen) => {
    if (chosen === goOn) again().catch(showFailure);
  });
}

const titles: Readonly<Record<Remedy, string>> = {
  page: 'Open Page',
  token: 'Set Token…',
  again: 'Try Again',
  settings: 'Open Settings',
};

async function offerRemedies(services: Services, { again, page }: Ways, failure: LikenessError): Promise<void> {
  const items = remediesOf(failure).map((remedy) => ({ title: titles[remedy], remedy }));
  const chosen = await vscode.window.showErrorMessage(failure.message, ...items);
  switch (chosen?.remedy) {
    case 'again':
      return again();
    case 'token':
      return (await askForHubToken(services)) ? again() : undefined;
    case 'page':
      await vscode.env.openExternal(vscode.Uri.parse(page()));
      return offerRemedies(services, { again, page }, failure);
    case 'settings':
      await vscode.commands.executeCommand(
        'workbench.action.openSettings',
        'likeness.hub.offline' satisfies SettingKey,
      );
      return undefined;
    case undefined:
      return undefined;
  }
}

function ownPage(repository: string, revision: string): string {
  return pageOf({ endpoint: hubEndpoint(readSetting('likeness.hub.endpoint'), process.env), repository, revision });
}
