import { DEFAULT_NETWORK } from '../../core/training/networks/networks.ts';
import type { DatasetSummary } from '../../protocol/engine.ts';
import type { FineTuneSettings } from '../../protocol/training.ts';
import { askInSteps, back } from '../commands/askInTurn.ts';
import type { StepQuestion } from '../commands/askInTurn.ts';
import { inputStep, pickStep } from '../commands/steps.ts';
import { commands } from '../contract.ts';
import type { Services } from '../services.ts';
import { wholeNumberProblem } from './choices.ts';
import {
  answersText,
  classifierChoices,
  fineTuneStarts,
  fineTuneWays,
  labelChoices,
  SCRATCH,
  settingsOfAnswers,
} from './fineTuneChoices.ts';
import type { FineTuneAnswers, FineTuneStart } from './fineTuneChoices.ts';
import { registerTrainingCommand, trainRequest } from './trainingCommand.ts';
import type { TrainingSubject } from './trainingCommand.ts';
import { askFor, askForEpochs, askForNetwork, askForSize, startQuestion, stepItem } from './trainingQuestions.ts';

const MOST_LABELS = 1_000_000;

/**
 * Fine-tune Encoder: asks what to start from, how, and with which labels, and trains. On a past run it starts from the
 * encoder of that. A key binding or task can give settings; then nothing is asked.
 */
export function fineTuneCommand(services: Services): void {
  registerTrainingCommand<'finetune'>(services, {
    command: commands.fineTuneEncoder,
    title: 'Fine-tune Encoder',
    keys: ['from', 'feature', 'classifier', 'trainedStages', 'labelsPerClass', 'epochs', 'name'],
    decide: async (subject, given) => {
      const from = subject.run?.encoder;
      const settings = given ? { ...(from !== undefined && { from }), ...given } : await ask(services, subject);
      if (!settings) return undefined;
      return () => services.runs.fineTune(trainRequest<'finetune'>(subject, settings));
    },
  });
}

/** Undefined when cancelled. */
async function ask(
  { engine, datasets }: Services,
  { folder, run, images, name }: TrainingSubject,
): Promise<FineTuneSettings | undefined> {
  const [cards, runs] = await Promise.all([
    engine.call('encoders/list', { folder }),
    engine.call('runs/list', { folder }),
    datasets.load(),
  ]);
  const starts = fineTuneStarts(cards, runs);
  const chosen = starts.find(({ value }) => value === run?.encoder);
  const first = chosen ?? starts[0]!;
  const answers = await askInSteps<FineTuneAnswers>(
    `Fine-tune Encoder on ${name}`,
    {
      from: first.value,
      way: fineTuneWays(first)[0]!.value,
      labelsPerClass: 0,
      epochs: 0,
      classifier: 'linear',
      network: DEFAULT_NETWORK,
      size: 64,
    },
    [
      ...(chosen ? [] : [askForStart(starts)]),
      askForWay(starts),
      // How many labels a selection has nobody has counted.
      askForLabels(images ? undefined : datasets.find(folder)),
      startQuestion(
        answersText,
        'The best epoch on held-out images is kept',
        ({ from }) => (from === SCRATCH ? 'network, view size, epochs, classifier' : 'epochs, classifier'),
        custom,
      ),
    ],
  );
  return typeof answers === 'object' ? settingsOfAnswers(answers) : undefined;
}

function askForStart(starts: readonly FineTuneStart[]): StepQuestion<FineTuneAnswers> {
  const placeholder = 'What to start from';
  return {
    ask: async (place, state) => {
      const answer = await askFor('from', { ...place, placeholder }, state, starts.map(stepItem));
      if (typeof answer !== 'object' || answer.from === state.from) return answer;
      // What is recommended differs from start to start.
      const start = starts.find(({ value }) => value === answer.from)!;
      return { ...answer, way: fineTuneWays(start)[0]!.value };
    },
  };
}

function askForWay(starts: readonly FineTuneStart[]): StepQuestion<FineTuneAnswers> {
  const placeholder = 'What goes on learning, below the new classifier';
  return {
    applies: ({ from }) => from !== SCRATCH,
    ask: (place, state) => {
      const start = starts.find(({ value }) => value === state.from)!;
      return askFor('way', { ...place, placeholder }, state, fineTuneWays(start).map(stepItem));
    },
  };
}

function askForLabels(summary: DatasetSummary | undefined): StepQuestion<FineTuneAnswers> {
  const choices = labelChoices(summary);
  const other = { label: '$(edit) Another number…', alwaysShow: true, value: 'other' } as const;
  return {
    ask: async (place, state) => {
      for (;;) {
        const options = { ...place, placeholder: 'How many of the labels to learn from' };
        const items = [...choices.map(stepItem<number | 'other'>), other];
        const chosen = await pickStep(options, items, state.labelsPerClass);
        if (typeof chosen === 'number') return { ...state, labelsPerClass: chosen };
        if (chosen !== 'other') return chosen;
        const current = state.labelsPerClass === 0 ? '' : String(state.labelsPerClass);
        const entered = await inputStep({ ...place, placeholder: 'Labels per class' }, current, (text) =>
          wholeNumberProblem('labels', text, MOST_LABELS),
        );
        if (entered === undefined) return undefined;
        if (entered !== back) return { ...state, labelsPerClass: Number(entered) };
      }
    },
  };
}

const custom: readonly StepQuestion<FineTuneAnswers>[] = [
  { applies: ({ from }) => from === SCRATCH, ask: askForNetwork },
  { applies: ({ from }) => from === SCRATCH, ask: askForSize },
  { ask: (place, state) => askForEpochs(place, state, true) },
  {
    ask: (place, state) =>
      askFor('classifier', { ...place, placeholder: 'Classifier' }, state, classifierChoices.map(stepItem)),
  },
];
