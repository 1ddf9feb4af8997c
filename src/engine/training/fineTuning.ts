import { basename } from 'node:path';
import {
  asLikenessError,
  batchTooLarge,
  nothingPretrained,
  runFinished,
  runNeedsTensorFlow,
  tooFewImages,
  tooFewLabelledClasses,
} from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { stepsPerEpoch } from '../../core/training/batches.ts';
import { classifierModel, type ClassifierShape } from '../../core/training/classifierNetwork.ts';
import { fineTuneProgram } from '../../core/training/fineTuneProgram.ts';
import { resolveFineTuneSettings, type ResolvedFineTuneSettings } from '../../core/training/fineTuneSettings.ts';
import { balancedClassWeights } from '../../core/training/losses/classificationLoss.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { optimizerConfig } from '../../core/training/pretrainSettings.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type { Notice, ScanSettings } from '../../protocol/engine.ts';
import type {
  FineTuneRequest,
  FineTuneSettings,
  ResumeRequest,
  RunSettingsOf,
  TrainingReport,
} from '../../protocol/training.ts';
import { exportEncoder } from './encoderExport.ts';
import { labelledImages, loadFineTuneData, type FineTuneData, type LabelledImages } from './fineTuneData.ts';
import { FineTuneTask } from './fineTuneTask.ts';
import { freeMemory } from './freeMemory.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import type { PretrainingOptions } from './pretraining.ts';
import type { RunFiles } from './runFiles.ts';
import { ARENA_FACTOR, BASE_BYTES, carryOut, openTensorFlow, TENSORFLOW_FACTOR } from './runLifecycle.ts';
import { firstStart, startOf, type RunStart } from './runStart.ts';
import { RunStore } from './runStore.ts';
import type { ResolvedTensorFlow } from './tensorflow/resolve.ts';
import { readTrainedWeights } from './trainedEncoder.ts';
import { listTrainingImages } from './trainingImages.ts';
import type { RunPosition } from './trainingRun.ts';

/** What `from` says for a run that starts with nothing. */
export const FROM_SCRATCH = 'scratch';
/** Length of all gradients together that is out of the ordinary: with fixed statistics nothing else bounds a step. */
const CLIP_NORM = 1;
/** Share of the labelled images that are trained on where some have to be held out; see `loadFineTuneData`. */
const TRAINED_SHARE = 0.85;

/** What fine-tuning starts from. */
interface Source {
  readonly encoder: { readonly id: string; readonly network: string; readonly size: number } | undefined;
  readonly hasHead: boolean;
  /** Parameters and statistics of the encoder and its head by name. */
  readonly values: TensorMap;
}

/** Teaches encoders the classes of a dataset's labelled images (SimCLRv2's second stage). */
export class FineTuning {
  readonly #options: PretrainingOptions;

  constructor(options: PretrainingOptions) {
    this.#options = options;
  }

  /**
   * Trains an encoder with a classifier and adds both, as one encoder with classes, to the dataset. Rejects with
   * nothing-pretrained, encoder-not-found, encoder-not-trained, usage, too-few-images, out-of-memory, training-failed, or
   * `cancelled` when stopped; the run can then be resumed.
   */
  async fineTune(
    { folder, settings, scan, tensorFlowModule }: FineTuneRequest,
    context: JobContext,
  ): Promise<TrainingReport> {
    const root = this.#options.rootOf(folder);
    const prepared = await this.#prepare(root, settings, scan, context);
    const { resolved, program, source, images } = prepared;
    const tensorFlow = await openTensorFlow(resolved, root, tensorFlowModule);
    const store = new RunStore(root);
    const files = await store.create({
      name: resolved.name,
      kind: 'finetune',
      settings: resolved,
      stepsPerEpoch: stepsPerEpoch(trainedImages(images, resolved.labelsPerClass), resolved.batchImages),
      ...(scan && { scan }),
    });
    const start = firstStart(program, resolved.seed, source.values);
    const notices = await this.#train({ ...prepared, root, files, tensorFlow, start }, context);
    return { run: await store.summary(files.id), notices };
  }

  /** Goes on with a run that was stopped or interrupted. Rejects as `fineTune`, and with run-not-found or run-busy. */
  async resume({ folder, run, tensorFlowModule }: ResumeRequest, context: JobContext): Promise<TrainingReport> {
    const root = this.#options.rootOf(folder);
    const store = new RunStore(root);
    const files = await store.open(run);
    let work;
    try {
      const { state, scan } = files.record;
      if (state === 'finished') throw runFinished(files.id);
      const settings = files.record.settings as RunSettingsOf['finetune'];
      const own = { ...settings, from: settings.from === '' ? FROM_SCRATCH : settings.from };
      const prepared = await this.#prepare(root, own, scan, context);
      const tensorFlow = await openTensorFlow(prepared.resolved, root, tensorFlowModule).catch((error: unknown) => {
        throw runNeedsTensorFlow(files.id, asLikenessError(error));
      });
      const start = await startOf(files, prepared.program, settings.seed, prepared.source.values);
      await files.truncateMetrics(start.step);
      work = { ...prepared, root, files, tensorFlow, start };
    } catch (error) {
      await files.close();
      throw error;
    }
    const notices = await this.#train(work, context);
    return { run: await store.summary(files.id), notices };
  }

  async #prepare(
    root: string,
    settings: FineTuneSettings,
    scan: ScanSettings | undefined,
    context: JobContext,
  ): Promise<Prepared> {
    const images = labelledImages(await listTrainingImages(root, scan, context.signal));
    if (images.classes.length < 2) throw tooFewLabelledClasses(root, images.classes);
    const source = await this.#source(root, settings.from);
    const count = trainedImages(images, settings.labelsPerClass ?? 0);
    const resolved = resolveFineTuneSettings(settings, source, count, this.#options.threads);
    const shape = shapeOf(resolved, images);
    const program = programOf(resolved, shape, images);
    return { images, source, resolved, shape, program };
  }

  /** @param from id of an encoder or of a run, or `FROM_SCRATCH`; the newest pretraining where it is left out */
  async #source(root: string, from: string | undefined): Promise<Source> {
    if (from === FROM_SCRATCH) return { encoder: undefined, hasHead: false, values: new Map() };
    const runs = await new RunStore(root).list();
    const run =
      from === undefined
        ? runs.find(({ kind, state }) => kind === 'pretrain' && state === 'finished')
        : runs.find(({ id }) => id === from);
    const reference = run === undefined ? from : run.encoder;
    if (reference === undefined) throw nothingPretrained(root, run?.id);
    const { card, network, size, values, head } = await readTrainedWeights(this.#options.registry, reference, root);
    return {
      encoder: { id: card.id, network, size },
      hasHead: head !== undefined,
      values: new Map([...values, ...(head?.values ?? [])]),
    };
  }

  #train(run: PreparedRun, context: JobContext): Promise<Notice[]> {
    const { root, files, images, resolved, shape, program, tensorFlow, start } = run;
    const { input } = trainedEncoderInterface(resolved);
    const { labelsPerClass, seed, batchImages } = resolved;
    return carryOut(
      {
        files,
        start,
        settings: resolved,
        program,
        tensorFlow,
        checkpointSeconds: this.#options.checkpointSeconds,
        load: async () => {
          const options = { root, input, scratchFolder: files.folder, seed, labelsPerClass };
          const data = await loadFineTuneData(images, options, context);
          if (data.rows.length < batchImages) throw tooFewImages(data.rows.length, batchImages);
          return data;
        },
        task: (data) => {
          const fixed = new Map(program.fixed.map(({ name }) => [name, start.state.get(name)!]));
          return Promise.resolve((worker, shapeOfRun) =>
            FineTuneTask.open({ settings: resolved, shape, data, fixed }, worker, shapeOfRun),
          );
        },
        export: (position, data) => this.#export(run, position, data),
      },
      context,
    );
  }

  async #export(run: PreparedRun, { state, metrics }: RunPosition, data: FineTuneData): Promise<string> {
    const { root, files, images, resolved, shape, program, start } = run;
    const fixed = program.fixed.map(({ name }) => [name, start.state.get(name)!] as const);
    const trained = {
      model: classifierModel(shape, new Map([...fixed, ...state]), metrics['temperature'] ?? 1),
      card: {
        name: resolved.name,
        source: `run ${files.id}`,
        ...trainedEncoderInterface(resolved),
        classes: images.classes,
        trainedOn: `${data.rows.length} labelled images of ${basename(root)}`,
      },
    };
    const { id } = await exportEncoder(trained, root, files.folder, this.#options.registry);
    return id;
  }
}

interface Prepared {
  readonly images: LabelledImages;
  readonly source: Source;
  readonly resolved: ResolvedFineTuneSettings;
  readonly shape: ClassifierShape;
  readonly program: TrainingProgram;
}

interface PreparedRun extends Prepared {
  readonly root: string;
  readonly files: RunFiles;
  readonly tensorFlow: ResolvedTensorFlow | undefined;
  readonly start: RunStart;
}

/** How many images are trained on, before it is known which of them are duplicates. */
function trainedImages({ classes, training, validation }: LabelledImages, labelsPerClass: number): number {
  if (labelsPerClass === 0) return Math.floor(training.length * (validation.length > 0 ? 1 : TRAINED_SHARE));
  const counts = classes.map((name) => training.filter(({ label }) => label === name).length);
  return counts.reduce((sum, count) => sum + Math.min(count, labelsPerClass), 0);
}

function shapeOf({ network, size, feature, classifier }: ResolvedFineTuneSettings, { classes }: LabelledImages) {
  return { network, size, feature, classifier, classes: classes.length } satisfies ClassifierShape;
}

function programOf(
  settings: ResolvedFineTuneSettings,
  shape: ClassifierShape,
  { classes, training }: LabelledImages,
): TrainingProgram {
  const { batchImages, trainedStages, runningStatistics, stageRate, labelSmoothing, engine } = settings;
  const labels = training.map(({ label }) => classes.indexOf(label!));
  const weighted = settings.balanced && settings.labelsPerClass === 0;
  const program = fineTuneProgram({
    ...shape,
    batchImages,
    trainedStages,
    runningStatistics,
    stageRate,
    labelSmoothing,
    ...(weighted && { classWeights: balancedClassWeights(labels, classes.length) }),
    optimizer: optimizerConfig(settings),
    clipNorm: CLIP_NORM,
  });
  const factor = engine === 'tensorflow' ? TENSORFLOW_FACTOR : ARENA_FACTOR;
  const needed = BASE_BYTES + factor * program.activationBytes;
  const free = freeMemory();
  if (needed > free) throw batchTooLarge(needed, free);
  return program;
}
