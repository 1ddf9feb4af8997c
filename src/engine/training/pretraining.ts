import { tooFewClasses, tooFewImages, type LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { stepsPerEpoch } from '../../core/training/batches.ts';
import { BatchTargets } from '../../core/training/batchTargets.ts';
import { optimizerConfig } from '../../core/training/commonSettings.ts';
import type { ProjectionHeadOptions } from '../../core/training/projectionHead.ts';
import { encoderModel, pretrainProgram, projectionHeadModel } from '../../core/training/pretrainProgram.ts';
import {
  FEWEST_IMAGES,
  resolvePretrainSettings,
  type ResolvedPretrainSettings,
} from '../../core/training/pretrainSettings.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type { PretrainPlan, PretrainRequest } from '../../protocol/training.ts';
import { readConfig } from '../store/config.ts';
import { exportRun } from './encoderExport.ts';
import { withRecipe } from './ownAugmentation.ts';
import { readPairDecisions } from './pairDecisions.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { PretrainTask } from './pretrainTask.ts';
import { runSeconds } from './runCost.ts';
import { missingNotices, openTensorFlow, passedOverNotices, type TaskOpener } from './runLifecycle.ts';
import { measureSteps } from './stepTiming.ts';
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

/** Length of z, as in SimCLR. */
const PROJECTION = 128;
/** Length of all gradients together that is out of the ordinary. */
const CLIP_NORM = 10;

interface PretrainRun extends PreparedRun<'pretrain'> {
  readonly selection: Selection;
}

/** Learns encoders from the images of a dataset (SimCLR). */
export class Pretraining implements TrainingKind<'pretrain', PretrainRun, TrainingData> {
  readonly kind = 'pretrain';
  readonly #options: TrainingOptions;

  constructor(options: TrainingOptions) {
    this.#options = options;
  }

  /**
   * What a run would do and cost, from a few steps. Rejects with too-few-images, usage, out-of-memory, or a code of scanning
   * or of `resolveTensorFlow`.
   */
  async plan(
    { folder, settings: wished, scan, images, tensorFlowModule }: PretrainRequest,
    context: JobContext,
  ): Promise<PretrainPlan> {
    const root = this.#options.rootOf(folder);
    const { selection, settings, program } = await this.prepare({ root, settings: wished, scan, images }, context);
    const tensorFlow = await openTensorFlow(settings, root, tensorFlowModule);
    const timing = await measureSteps(root, selection.training, settings, program, tensorFlow?.tf, context);
    const steps = stepsPerEpoch(selection.training.length, settings.batchImages);
    return {
      root,
      images: selection.training.length,
      heldOut: selection.test.length,
      settings,
      ownAugmentation: readConfig(root).augmentation !== undefined,
      stepsPerEpoch: steps,
      secondsPerStep: timing.secondsPerStep,
      seconds: runSeconds(timing, { ...selection, stepsPerEpoch: steps, epochs: settings.epochs }),
      memoryBytes: neededMemory(program, settings.engine),
      notices: [...passedOverNotices(tensorFlow), ...missingNotices(selection.chosen)],
      ...(selection.chosen && { selected: { images: selection.chosen.paths.length, of: selection.chosen.of } }),
    };
  }

  async prepare({ root, settings: wished, scan, images }: Wish<'pretrain'>, context: JobContext): Promise<PretrainRun> {
    const selection = await selectImages(root, wished.includeTest ?? false, scan, context, images);
    const { training } = selection;
    const settings = resolvePretrainSettings(withRecipe(wished, root), training.length, this.#options.threads);
    const classes = new Set(training.flatMap(({ label }) => label ?? [])).size;
    if (settings.loss === 'supervised' && classes < 2) throw tooFewClasses(classes);
    const program = programOf(settings);
    neededMemory(program, settings.engine);
    const { chosen } = selection;
    return { root, selection, settings, program, imageCount: training.length, ...(chosen && { chosen }) };
  }

  async load(
    { root, files, selection, settings }: StartedRun<PretrainRun>,
    context: JobContext,
  ): Promise<TrainingData> {
    const { input } = trainedEncoderInterface(settings);
    const options = { root, input, scratchFolder: files.folder, seed: settings.seed };
    const data = await loadTrainingData(selection.training, selection.test, options, context);
    const { length } = data.images;
    if (length < FEWEST_IMAGES || length < settings.batchImages) {
      throw tooFewImages(length, Math.max(FEWEST_IMAGES, settings.batchImages));
    }
    return data;
  }

  async task({ root, settings }: PretrainRun, data: TrainingData): Promise<TaskOpener> {
    const targets = await targetsOf(root, settings, data);
    return (worker, shape) => PretrainTask.open({ settings, data, targets }, worker, shape);
  }

  export(run: StartedRun<PretrainRun>, { state }: RunPosition, { images }: TrainingData): Promise<string> {
    const { settings } = run;
    const made = {
      model: encoderModel(settings, state),
      head: projectionHeadModel(settings.network, headOf(settings), state),
      trainedOn: `${images.length} images, without labels`,
    };
    return exportRun(run, made, this.#options.registry);
  }

  notices({ selection, settings }: PretrainRun): readonly LikenessError[] {
    return settings.loss === 'supervised' ? selection.notices : [];
  }
}

function programOf(settings: ResolvedPretrainSettings): TrainingProgram {
  const { network, size, batchImages, loss, temperature } = settings;
  const config = { network, size, batchImages, loss, temperature, clipNorm: CLIP_NORM };
  // Targets are fed, so that the decisions that people make need no other graph.
  return pretrainProgram({ ...config, head: headOf(settings), optimizer: optimizerConfig(settings) }, true);
}

function headOf({ headLayers }: ResolvedPretrainSettings): ProjectionHeadOptions {
  return { layers: headLayers, outputs: PROJECTION };
}

async function targetsOf(root: string, { loss }: ResolvedPretrainSettings, { images }: TrainingData) {
  const classes = [...new Set(images.map(({ label }) => label))];
  const numbers = new Map(classes.filter((label) => label !== undefined).map((label, i) => [label, i]));
  return new BatchTargets({
    loss,
    labels: Int32Array.from(images, ({ label }) => (label === undefined ? -1 : numbers.get(label)!)),
    decisions: await readPairDecisions(
      root,
      images.map(({ path }) => path),
    ),
  });
}
