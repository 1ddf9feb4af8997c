import { tooFewImages } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { autoencoderProgram, decoderModel } from '../../core/training/autoencoderProgram.ts';
import { resolveAutoencoderSettings } from '../../core/training/autoencoderSettings.ts';
import { optimizerConfig } from '../../core/training/commonSettings.ts';
import { encoderModel } from '../../core/training/pretrainProgram.ts';
import { VIEW_NORMALISATION } from '../../core/training/viewNormalisation.ts';
import { AutoencoderTask } from './autoencoderTask.ts';
import { exportRun } from './encoderExport.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { examplePictures } from './reconstructions.ts';
import type { TaskOpener } from './runLifecycle.ts';
import {
  neededMemory,
  type PreparedRun,
  type StartedRun,
  type TrainingKind,
  type TrainingOptions,
  type Wish,
} from './trainer.ts';
import { loadTrainingData, selectImages, type Selection, type TrainingData } from './trainingData.ts';
import type { RunPosition } from './trainingRun.ts';

/** Length of all gradients together that is out of the ordinary. */
const CLIP_NORM = 1;

interface AutoencoderRun extends PreparedRun<'autoencoder'> {
  readonly selection: Selection;
}

/** Trains encoders to keep what pictures can be reconstructed from: the baseline of contrastive pretraining. */
export class AutoencoderTraining implements TrainingKind<'autoencoder', AutoencoderRun, TrainingData> {
  readonly kind = 'autoencoder';
  readonly #options: TrainingOptions;

  constructor(options: TrainingOptions) {
    this.#options = options;
  }

  async prepare(
    { root, settings: wished, ...scope }: Wish<'autoencoder'>,
    context: JobContext,
  ): Promise<AutoencoderRun> {
    const selection = await selectImages(root, wished.includeTest ?? false, scope, context);
    const imageCount = selection.training.length;
    const settings = resolveAutoencoderSettings(wished, imageCount, this.#options.threads);
    const { network, size, batchImages } = settings;
    const config = { network, size, batchImages, normalisation: VIEW_NORMALISATION, clipNorm: CLIP_NORM };
    const program = autoencoderProgram({ ...config, optimizer: optimizerConfig(settings) });
    neededMemory(program, settings.engine);
    const { chosen } = selection;
    return { root, selection, settings, program, imageCount, ...(chosen && { chosen }) };
  }

  async load({ root, files, selection, settings }: StartedRun<AutoencoderRun>, context: JobContext) {
    const { input } = trainedEncoderInterface(settings);
    const options = { root, input, scratchFolder: files.folder, seed: settings.seed };
    const data = await loadTrainingData(selection.training, selection.test, options, context);
    if (data.images.length < settings.batchImages) throw tooFewImages(data.images.length, settings.batchImages);
    return data;
  }

  async task({ settings, files }: StartedRun<AutoencoderRun>, data: TrainingData): Promise<TaskOpener> {
    const examples = await examplePictures(data, settings);
    return (worker, shape) => AutoencoderTask.open({ settings, data, examples, folder: files.folder }, worker, shape);
  }

  export(run: StartedRun<AutoencoderRun>, { state }: RunPosition, { images }: TrainingData): Promise<string> {
    const { settings } = run;
    const made = {
      model: encoderModel(settings, state),
      decoder: decoderModel(settings, state),
      trainedOn: `${images.length} images, without labels`,
    };
    return exportRun(run, made, this.#options.registry);
  }
}
