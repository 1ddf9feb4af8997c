import path from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { formatQuantity } from '../../core/progressText.ts';
import { askInSteps, type StepQuestion } from '../commands/askInTurn.ts';
import { encoderItem } from '../commands/encoderItem.ts';
import { askForEncoderFolder } from '../commands/encoderItems.ts';
import { pickStep, type StepItem } from '../commands/steps.ts';
import { commands } from '../contract.ts';
import type { Services } from '../services.ts';
import { CHOOSE_FOLDER, readersFor, seersInOrder, settingsOfTowers, type CaptionAnswers } from './captionChoices.ts';
import { registerTrainingCommand, trainRequest } from './trainingCommand.ts';
import type { TrainingSubject } from './trainingCommand.ts';
import { askForEpochs, startQuestion } from './trainingQuestions.ts';

/**
 * Train with Captions: asks what sees the images and what reads their captions, and teaches both to meet. A key binding or task can
 * give settings; then nothing is asked.
 */
export function captionsCommand(services: Services): void {
  registerTrainingCommand<'captions'>(services, {
    command: commands.trainWithCaptions,
    title: 'Train with Captions',
    keys: ['imageEncoder', 'textEncoder', 'outputs', 'noise', 'epochs', 'name'],
    decide: async (subject, given) => {
      const imageEncoder = subject.run?.encoder;
      const wished = given && { ...(imageEncoder !== undefined && { imageEncoder }), ...given };
      const settings = wished ?? (await ask(services, subject));
      if (!settings) return undefined;
      return () => services.runs.trainWithCaptions(trainRequest<'captions'>(subject, settings));
    },
  });
}

async function ask({ engine, datasets }: Services, { folder, run, name }: TrainingSubject) {
  await datasets.load();
  const current = datasets.find(folder)?.encoder?.id;
  const cards = seersInOrder(await engine.call('encoders/list', { folder }), run?.encoder ?? current);
  const answers = await askInSteps<CaptionAnswers>(
    `Train with Captions on ${name}`,
    { imageEncoder: cards[0]!.id, textEncoder: '', epochs: 0 },
    [
      askFor('imageEncoder', 'What sees the images, as it is', () => cards.map((card) => item(card, current)), folder),
      askFor(
        'textEncoder',
        'What reads the captions, as it is',
        ({ imageEncoder }) => readersFor(cards, imageEncoder).map((card) => readerItem(card, imageEncoder)),
        folder,
      ),
      startQuestion(
        ({ imageEncoder, textEncoder, epochs }) =>
          `${nameOf(cards, imageEncoder)} and ${nameOf(cards, textEncoder)} learn to meet · ${epochs === 0 ? 'epochs as needed' : formatQuantity(epochs, 'epoch')}`,
        'Pairs that are held out tell how well it went',
        () => 'epochs',
        [{ ask: (place, state) => askForEpochs(place, state, true) }],
      ),
    ],
  );
  return typeof answers === 'object' ? settingsOfTowers(answers) : undefined;
}

const folderItem = {
  label: '$(folder-opened) Choose a folder with an ONNX model…',
  alwaysShow: true,
  value: CHOOSE_FOLDER,
};

function askFor(
  key: 'imageEncoder' | 'textEncoder',
  placeholder: string,
  itemsOf: (state: CaptionAnswers) => readonly StepItem<string>[],
  folder: string,
): StepQuestion<CaptionAnswers> {
  return {
    ask: async (place, state) => {
      const items = [...itemsOf(state), folderItem];
      const chosen = await pickStep({ ...place, placeholder }, items, state[key] === '' ? items[0]!.value : state[key]);
      if (typeof chosen !== 'string') return chosen;
      const reference = chosen === CHOOSE_FOLDER ? await askForEncoderFolder(folder) : chosen;
      if (reference === undefined) return undefined;
      // What was chosen to read captions may be the half of another encoder.
      return { ...state, ...(key === 'imageEncoder' && { textEncoder: '' }), [key]: reference };
    },
  };
}

function item(card: EncoderCard, current: string | undefined): StepItem<string> {
  return { ...encoderItem(card, card.id === current), value: card.id };
}

function readerItem(card: EncoderCard, imageEncoder: string): StepItem<string> {
  const own = { label: '$(link) Its own text half', description: card.name };
  const others = { label: card.name, description: `${card.id} · ${card.text!.output.dim} dimensions` };
  return { ...(card.id === imageEncoder ? own : others), value: card.id };
}

function nameOf(cards: readonly EncoderCard[], reference: string): string {
  return cards.find(({ id }) => id === reference)?.name ?? path.basename(reference);
}
