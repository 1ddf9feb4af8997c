import path from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { formatQuantity } from '../../core/progressText.ts';
import type { DistillSettings } from '../../protocol/training.ts';
import { askInSteps } from '../commands/askInTurn.ts';
import type { StepQuestion } from '../commands/askInTurn.ts';
import { encoderItem } from '../commands/encoderItem.ts';
import { askForEncoderFile, encoderFileItem } from '../commands/encoderItems.ts';
import { pickStep } from '../commands/steps.ts';
import { commands } from '../contract.ts';
import type { Services } from '../services.ts';
import { lessonChoices, settingsOfStudent, STUDENT_NETWORK, teachersInOrder } from './distillChoices.ts';
import type { DistillAnswers } from './distillChoices.ts';
import { networkName } from './trainingText.ts';
import { registerTrainingCommand, trainRequest } from './trainingCommand.ts';
import type { TrainingSubject } from './trainingCommand.ts';
import { askFor, askForEpochs, askForNetwork, askForSize, startQuestion, stepItem } from './trainingQuestions.ts';

const CHOOSE_FILE = '';

/**
 * Distill Encoder: asks who teaches and how small the student is, and trains it. On a past run its encoder is the teacher.
 * A key binding or task can give settings; then nothing is asked.
 */
export function distillCommand(services: Services): void {
  registerTrainingCommand<'distill'>(services, {
    command: commands.distillEncoder,
    title: 'Distill Encoder',
    keys: ['teacher', 'lesson', 'network', 'size', 'epochs', 'from', 'trainedStages', 'name'],
    decide: async (subject, given) => {
      const teacher = subject.run?.encoder;
      const settings = given ? { ...(teacher !== undefined && { teacher }), ...given } : await ask(services, subject);
      if (!settings) return undefined;
      return () => services.runs.distill(trainRequest<'distill'>(subject, settings));
    },
  });
}

async function ask(
  { engine, datasets }: Services,
  { folder, run, name }: TrainingSubject,
): Promise<DistillSettings | undefined> {
  await datasets.load();
  const current = datasets.find(folder)?.encoder?.id;
  const [cards, runs] = await Promise.all([
    engine.call('encoders/list', { folder }),
    engine.call('runs/list', { folder }),
  ]);
  const teachers = teachersInOrder(cards, runs, current);
  const chosen = teachers.find(({ id }) => id === run?.encoder);
  // What a file knows is seen when it's opened.
  const mayHaveClasses = ({ teacher }: DistillAnswers): boolean =>
    teachers.every(({ id, classes }) => id !== teacher || classes !== undefined);
  const answers = await askInSteps<DistillAnswers>(
    `Distill Encoder on ${name}`,
    {
      teacher: (chosen ?? teachers[0]!).id,
      network: STUDENT_NETWORK,
      size: 64,
      lesson: 'auto',
      epochs: 0,
    },
    [
      ...(chosen ? [] : [askForTeacher(teachers, current, folder)]),
      { ask: (place, state) => askForNetwork(place, state, 'Network of the student') },
      { ask: askForSize },
      startQuestion(
        ({ teacher, network, size, epochs }) =>
          `${networkName(network)} at ${size} px learns from ${path.basename(teacher)} · ${epochs === 0 ? 'epochs as needed' : formatQuantity(epochs, 'epoch')}`,
        'Images of the test split are left out',
        () => 'what it learns, epochs',
        [
          {
            ask: (place, state) =>
              askFor(
                'lesson',
                { ...place, placeholder: 'What the student learns' },
                state,
                lessonChoices(mayHaveClasses(state)).map(stepItem),
              ),
          },
          { ask: (place, state) => askForEpochs(place, state, true) },
        ],
      ),
    ],
  );
  return typeof answers === 'object' ? settingsOfStudent(answers) : undefined;
}

function askForTeacher(
  teachers: readonly EncoderCard[],
  current: string | undefined,
  folder: string,
): StepQuestion<DistillAnswers> {
  const items = [
    ...teachers.map((card) => ({ ...encoderItem(card, card.id === current), value: card.id })),
    { ...encoderFileItem, value: CHOOSE_FILE },
  ];
  return {
    ask: async (place, state) => {
      const placeholder = 'The teacher: whose vectors or classes a smaller network is to give';
      const teacher = await pickStep({ ...place, placeholder }, items, state.teacher);
      if (typeof teacher !== 'string') return teacher;
      const file = teacher === CHOOSE_FILE ? await askForEncoderFile(folder) : teacher;
      // What it could have been taught by another one may mean nothing to this one.
      return file === undefined ? undefined : { ...state, teacher: file, lesson: 'auto' };
    },
  };
}
