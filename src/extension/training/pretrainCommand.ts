import { asLikenessError, ErrorCode } from '../../core/errors.ts';
import type { PretrainPlan, PretrainRequest, PretrainSettings } from '../../protocol/training.ts';
import { back } from '../commands/askInTurn.ts';
import { withProgress } from '../commands/progress.ts';
import { commands } from '../contract.ts';
import { showUnawaited } from '../notifications.ts';
import type { Services } from '../services.ts';
import { planWithEpochs } from './pretrainCosts.ts';
import { askForLength, askForSettings, askForStart, confirmSettings, givenTo } from './pretrainQuestions.ts';
import type { CustomSettings } from './pretrainQuestions.ts';
import { NEW_NETWORK, pretrainStarts } from './pretrainStarts.ts';
import type { PretrainStart } from './pretrainStarts.ts';
import { registerTrainingCommand, trainRequest } from './trainingCommand.ts';
import type { TrainingSubject } from './trainingCommand.ts';
import { showNotices } from './trainingOutcome.ts';

/** More of an encoder may be chosen than gradients find a way through, or memory is there for. */
const OTHER_ANSWERS_HELP: ReadonlySet<string> = new Set([ErrorCode.EncoderNotTrainable, ErrorCode.OutOfMemory]);

/** What is going to run, and what it was measured to cost. */
interface Decision {
  readonly request: PretrainRequest;
  readonly plan: PretrainPlan;
}

/**
 * Pretrain Encoder: asks what to start with where there is a choice, measures what a training costs, asks how long it may take,
 * and starts it. A key binding or task can give settings; then nothing is asked.
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
  const start = await chooseStart(services, subject);
  if (!start) return undefined;
  const usual = await measured(services, subject, start === NEW_NETWORK ? {} : { from: start.value });
  for (;;) {
    const length = await askForLength(usual.plan, start);
    if (length === undefined) return undefined;
    if (length !== 'customise') return withEpochs(usual, length);
    const custom = await customise(services, usual, start);
    if (custom !== back) return custom;
  }
}

/** Undefined when cancelled. Without an encoder that could go on learning nothing is asked. */
async function chooseStart(
  { engine }: Services,
  { folder, name }: TrainingSubject,
): Promise<PretrainStart | undefined> {
  const [cards, runs] = await withProgress('Looking for encoders that can learn more…', (options) =>
    Promise.all([
      engine.call('encoders/list', { folder, trainable: true }, options),
      engine.call('runs/list', { folder }),
    ]),
  );
  const starts = pretrainStarts(cards, runs);
  return starts.length === 1 ? NEW_NETWORK : askForStart(starts, name);
}

/** Asks for settings and confirmation until both are given; `back` where the person went back from the first question. */
async function customise(
  services: Services,
  usual: Decision,
  start: PretrainStart,
): Promise<Decision | typeof back | undefined> {
  let settings: CustomSettings = usual.plan.settings;
  for (;;) {
    const { network, size, augmentation, loss, epochs, trainedStages } = settings;
    const asked = await askForSettings(usual.plan, { network, size, augmentation, loss, epochs, trainedStages }, start);
    if (asked === undefined || asked === back) return asked;
    settings = asked;
    let decision: Decision;
    try {
      decision = await measured(services, usual.request, givenTo(settings, start));
    } catch (error) {
      if (!OTHER_ANSWERS_HELP.has(asLikenessError(error).code)) throw error;
      showUnawaited(error);
      continue;
    }
    const confirmed = await confirmSettings(decision.plan, start);
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
