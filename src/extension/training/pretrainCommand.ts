import type { PretrainPlan, PretrainRequest, PretrainSettings } from '../../protocol/training.ts';
import { back } from '../commands/askInTurn.ts';
import { withProgress } from '../commands/progress.ts';
import { commands } from '../contract.ts';
import type { Services } from '../services.ts';
import { planWithEpochs } from './pretrainCosts.ts';
import { askForLength, askForSettings, confirmSettings } from './pretrainQuestions.ts';
import type { CustomSettings } from './pretrainQuestions.ts';
import { registerTrainingCommand, trainRequest } from './trainingCommand.ts';
import type { TrainingSubject } from './trainingCommand.ts';
import { showNotices } from './trainingOutcome.ts';

/** What is going to run, and what it was measured to cost. */
interface Decision {
  readonly request: PretrainRequest;
  readonly plan: PretrainPlan;
}

/**
 * Pretrain Encoder: measures what a training costs, asks how long it may take, and starts it. A key binding or task can
 * give settings; then nothing is asked.
 */
export function pretrainCommand(services: Services): void {
  const { runs } = services;
  registerTrainingCommand<'pretrain'>(services, {
    command: commands.pretrainEncoder,
    title: 'Pretrain Encoder',
    keys: ['epochs', 'network', 'size', 'loss', 'augmentation', 'from', 'trainedStages', 'name'],
    decide: async (subject, given) => {
      const decision = given ? await measured(services, subject, given) : await decide(services, subject);
      if (!decision) return undefined;
      showNotices(decision.plan.notices);
      return () => runs.pretrain(decision.request, decision.plan);
    },
  });
}

async function decide(services: Services, subject: TrainingSubject): Promise<Decision | undefined> {
  const usual = await measured(services, subject, {});
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
    const decision = await measured(services, usual.request, settings);
    const confirmed = await confirmSettings(decision.plan);
    if (confirmed === undefined) return undefined;
    if (confirmed === 'start') return decision;
  }
}

/** Lets the training process take a few steps. Rejects as cancelled where the person has had enough of it. */
async function measured(
  { runs }: Services,
  subject: Pick<PretrainRequest, 'folder'> & { readonly images?: readonly string[] | undefined },
  settings: PretrainSettings,
): Promise<Decision> {
  const request = trainRequest<'pretrain'>(subject, settings);
  const plan = await withProgress('Measuring a few steps on this machine…', (options) => runs.plan(request, options));
  return { request, plan };
}

function withEpochs({ request, plan }: Decision, epochs: number): Decision {
  const settings = { ...request.settings, epochs };
  return { request: { ...request, settings }, plan: planWithEpochs(plan, epochs) };
}
