import { setImmediate } from 'node:timers/promises';
import type { ListedEncoder } from '../../core/encoders/card.ts';
import {
  cancelled,
  ErrorCode,
  LikenessError,
  nothingPretrained,
  tooFewClasses,
  tooFewImages,
} from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { stepsPerEpoch } from '../../core/training/batches.ts';
import { BatchTargets } from '../../core/training/batchTargets.ts';
import { optimizerConfig } from '../../core/training/commonSettings.ts';
import { withTrainedStages, type ImportedEncoder } from '../../core/training/imported/importedEncoder.ts';
import { withImportFaults } from '../../core/training/imported/importFaults.ts';
import type { NetworkShape } from '../../core/training/networkShape.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { ProjectionHeadOptions } from '../../core/training/projectionHead.ts';
import type { Origin } from '../../core/training/provenance.ts';
import {
  encoderModel,
  evaluationModel,
  pretrainProgram,
  projectionHeadModel,
} from '../../core/training/pretrainProgram.ts';
import {
  FEWEST_IMAGES,
  resolvePretrainSettings,
  type PretrainStart,
  type ResolvedPretrainSettings,
} from '../../core/training/pretrainSettings.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type { PretrainPlan, PretrainRequest } from '../../protocol/training.ts';
import { BUILT_IN_SOURCE } from '../encoders/builtIn.ts';
import { providerNotices } from '../encoders/providers/chooseProvider.ts';
import { readConfig } from '../store/config.ts';
import { exportRun } from './encoderExport.ts';
import { withRecipe } from './ownAugmentation.ts';
import { readPairDecisions } from './pairDecisions.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { PretrainTask } from './pretrainTask.ts';
import { runSeconds } from './runCost.ts';
import { missingNotices, openTensorFlow, passedOverNotices, type TaskOpener } from './runLifecycle.ts';
import { RunStore } from './runStore.ts';
import { FROM_SCRATCH, readStartingEncoder } from './startingEncoder.ts';
import { measureSteps } from './stepTiming.ts';
import {
  computingOf,
  knownContents,
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
/** Of the learning rate: an encoder that knows pictures is not to forget them while its head learns to look at them. */
const ENCODER_RATE = 0.1;

interface PretrainRun extends PreparedRun<'pretrain'> {
  readonly selection: Selection;
  readonly shape: NetworkShape;
  /** The encoder that it goes on with. */
  readonly origin: Origin | undefined;
}

/** What a run goes on with. */
interface Source extends PretrainStart {
  /** Parameters and statistics of the encoder by name. */
  readonly values: TensorMap;
  /** Those of its head. */
  readonly head: TensorMap;
  readonly imported: ImportedEncoder | undefined;
  readonly origin: Origin | undefined;
}

/** Learns encoders from the images of a dataset (SimCLR). */
export class Pretraining implements TrainingKind<'pretrain', PretrainRun, TrainingData> {
  readonly kind = 'pretrain';
  readonly #options: TrainingOptions;
  /** Whether a run can go on with an encoder, by its id and the hash of its model. */
  readonly #trainable = new Map<string, boolean>();

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
    const store = knownContents(this.#options, root);
    const run = await this.prepare({ root, settings: wished, scan, images, store }, context);
    const { selection, settings, program } = run;
    const tensorFlow = await openTensorFlow(settings, root, tensorFlowModule);
    const computing = await computingOf(run, program.initialState(settings.seed, run.values), context);
    const measured = { ...run, provider: computing.provider };
    const timing = await measureSteps(root, selection.training, measured, tensorFlow?.tf, context);
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
      notices: [...passedOverNotices(tensorFlow), ...providerNotices(computing), ...missingNotices(selection.chosen)],
      ...(selection.chosen && { selected: { images: selection.chosen.paths.length, of: selection.chosen.of } }),
    };
  }

  /**
   * Rejects with too-few-images, usage, out-of-memory, encoder-not-found, encoder-not-trained, encoder-not-trainable or a code of
   * scanning.
   */
  async prepare({ root, settings: wished, ...scope }: Wish<'pretrain'>, context: JobContext): Promise<PretrainRun> {
    const selection = await selectImages(root, wished.includeTest ?? false, scope, context);
    const { training } = selection;
    const source = await this.#source(root, wished.from);
    const { threads } = this.#options;
    const settings = resolvePretrainSettings(withRecipe(wished, root), training.length, threads, source);
    const classes = new Set(training.flatMap(({ label }) => label ?? [])).size;
    if (settings.loss === 'supervised' && classes < 2) throw tooFewClasses(classes);
    const { shape, program } = written(settings, source);
    neededMemory(program, settings.engine);
    const { chosen } = selection;
    const head = source?.headLayers === settings.headLayers ? source.head : [];
    return {
      ...{ root, selection, settings, shape, program, imageCount: training.length, origin: source?.origin },
      ...(source && { values: new Map([...source.values, ...head]) }),
      ...(chosen && { chosen }),
    };
  }

  /**
   * Those that a run can go on with, in their order: with weights, and operators that the last of them can be trained through.
   * Rejects with `cancelled`.
   */
  async trainable(cards: readonly ListedEncoder[], root: string, signal?: AbortSignal): Promise<ListedEncoder[]> {
    const found: ListedEncoder[] = [];
    for (const card of cards) {
      if (card.source === BUILT_IN_SOURCE) continue;
      const key = `${card.id} ${card.sha256}`;
      if (!this.#trainable.has(key)) {
        // To write the steps of a large one takes a second, and others ask the engine for things meanwhile.
        await setImmediate();
        if (signal?.aborted === true) throw cancelled();
        const known = await this.#canGoOn(card.id, root);
        // What couldn't be told may be told another time.
        if (known !== undefined) this.#trainable.set(key, known);
      }
      if (this.#trainable.get(key) === true) found.push(card);
    }
    return found;
  }

  /** Undefined where something else is in the way than the encoder. */
  async #canGoOn(id: string, root: string): Promise<boolean | undefined> {
    try {
      const source = await this.#startingWith(id, root);
      written(resolvePretrainSettings({}, FEWEST_IMAGES, 1, source), source);
      return true;
    } catch (error) {
      // Whoever names it hears why.
      const isFinal =
        error instanceof LikenessError &&
        (error.code === ErrorCode.EncoderNotTrained || error.code === ErrorCode.EncoderNotTrainable);
      return isFinal ? false : undefined;
    }
  }

  /** @param from id of an encoder or of a run, or the path of a model */
  async #source(root: string, from: string | undefined): Promise<Source | undefined> {
    if (from === undefined || from === '' || from === FROM_SCRATCH) return undefined;
    const run = (await new RunStore(root).list()).find(({ id }) => id === from);
    const reference = run === undefined ? from : run.encoder;
    if (reference === undefined) throw nothingPretrained(root, from);
    return this.#startingWith(reference, root);
  }

  async #startingWith(reference: string, root: string): Promise<Source> {
    const start = await readStartingEncoder(this.#options.registry, reference, root);
    const { card, network, size, values, head, imported } = start;
    return {
      encoder: { id: start.reference, network, size, imported: imported !== undefined },
      headLayers: head?.options.layers,
      values,
      head: head?.values ?? new Map(),
      imported,
      origin: card,
    };
  }

  async load(
    { root, files, selection, settings, shape }: StartedRun<PretrainRun>,
    context: JobContext,
  ): Promise<TrainingData> {
    const { input } = trainedEncoderInterface(shape);
    const options = { root, input, scratchFolder: files.folder, seed: settings.seed };
    const data = await loadTrainingData(selection.training, selection.test, options, context);
    const { length } = data.images;
    if (length < FEWEST_IMAGES || length < settings.batchImages) {
      throw tooFewImages(length, Math.max(FEWEST_IMAGES, settings.batchImages));
    }
    return data;
  }

  async task({ root, settings, shape }: PretrainRun, data: TrainingData): Promise<TaskOpener> {
    const targets = await targetsOf(root, settings, data);
    return (worker, run) => PretrainTask.open({ settings, shape, data, targets }, worker, run);
  }

  export(run: StartedRun<PretrainRun>, { state }: RunPosition, { images }: TrainingData): Promise<string> {
    const { settings, shape, origin } = run;
    const made = {
      model: encoderModel(shape, state),
      shape,
      origin,
      // Fine-tuning keeps a head of our networks only.
      ...(!shape.imported && { head: projectionHeadModel(settings.network, headOf(settings), state) }),
      trainedOn: `${images.length} images, without labels`,
    };
    return exportRun(run, made, this.#options.registry);
  }

  notices({ selection, settings }: PretrainRun): readonly LikenessError[] {
    return settings.loss === 'supervised' ? selection.notices : [];
  }
}

/** What a run trains. Throws encoder-not-trainable. @param source what it goes on with; undefined: with first weights */
function written(settings: ResolvedPretrainSettings, source: Source | undefined) {
  const { network, size, trainedStages } = settings;
  const imported = source?.imported && withTrainedStages(source.imported, trainedStages);
  const shape: NetworkShape = { network, size, ...(imported && { imported }) };
  const program = withImportFaults(shape, trainedStages === 1 ? 'nothing' : 'stages', () => {
    const steps = programOf(settings, shape);
    // Needed in the end, with a batch of any size, and refused before the work is done.
    if (imported) evaluationModel(shape);
    return steps;
  });
  return { shape, program };
}

function programOf(settings: ResolvedPretrainSettings, shape: NetworkShape): TrainingProgram {
  const { batchImages, loss, temperature, from } = settings;
  const encoderRate = from === '' ? 1 : ENCODER_RATE;
  const config = { ...shape, batchImages, loss, temperature, encoderRate, clipNorm: CLIP_NORM };
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
