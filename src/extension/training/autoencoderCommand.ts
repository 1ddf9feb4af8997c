import { formatQuantity } from '../../core/progressText.ts';
import { DEFAULT_NETWORK } from '../../core/training/networks/networks.ts';
import type { AutoencoderSettings } from '../../protocol/training.ts';
import { askInSteps } from '../commands/askInTurn.ts';
import type { StepQuestion } from '../commands/askInTurn.ts';
import { commands } from '../contract.ts';
import type { Services } from '../services.ts';
import { pretrainChoices } from './pretrainCosts.ts';
import { networkName } from './trainingText.ts';
import { registerTrainingCommand, trainRequest } from './trainingCommand.ts';
import { askFor, askForEpochs, askForNetwork, askForSize, startQuestion } from './trainingQuestions.ts';

type Answers = Pick<Required<AutoencoderSettings>, 'network' | 'size' | 'epochs'>;

/** Train Autoencoder: the baseline that pretraining has to beat. A key binding or task can give settings; then nothing is asked. */
export function autoencoderCommand(services: Services): void {
  registerTrainingCommand<'autoencoder'>(services, {
    command: commands.trainAutoencoder,
    title: 'Train Autoencoder',
    keys: ['epochs', 'network', 'size', 'name'],
    decide: async (subject, given) => {
      const settings = given ?? (await ask(subject.name));
      if (!settings) return undefined;
      return () => services.runs.trainAutoencoder(trainRequest<'autoencoder'>(subject, settings));
    },
  });
}

async function ask(name: string): Promise<Answers | undefined> {
  const title = `Train Autoencoder on ${name}`;
  const answers = await askInSteps<Answers>(title, { network: DEFAULT_NETWORK, size: 64, epochs: 100 }, [
    { ask: askForLength },
    startQuestion(
      ({ network, size, epochs }) => `${networkName(network)} at ${size} px, ${formatQuantity(epochs, 'epoch')}`,
      'Images of the test split are left out',
      () => 'network, view size, epochs',
      custom,
    ),
  ]);
  return typeof answers === 'object' ? answers : undefined;
}

const askForLength: StepQuestion<Answers>['ask'] = (place, state) => {
  const items = pretrainChoices.map(({ title, icon, epochs, purpose }) => {
    return {
      label: `$(${icon}) ${title}`,
      description: formatQuantity(epochs, 'epoch'),
      detail: purpose,
      value: epochs,
    };
  });
  const placeholder = 'The baseline that pretraining has to beat; it needs no labels';
  return askFor('epochs', { ...place, placeholder }, state, items);
};

const custom: readonly StepQuestion<Answers>[] = [
  { ask: askForNetwork },
  { ask: askForSize },
  { ask: (place, state) => askForEpochs(place, state) },
];
