import { nothingPretrained, tooFewImages, tooFewLabelledClasses, type LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import {
  classifierEvaluationModel,
  classifierModel,
  type ClassifierShape,
} from '../../core/training/classifierNetwork.ts';
import { optimizerConfig } from '../../core/training/commonSettings.ts';
import { fineTuneProgram } from '../../core/training/fineTuneProgram.ts';
import {
  resolveFineTuneSettings,
  type FineTuneStart,
  type ResolvedFineTuneSettings,
} from '../../core/training/fineTuneSettings.ts';
import {
  isTransformer,
  withTrainedStages,
  type ImportedEncoder,
} from '../../core/training/imported/importedEncoder.ts';
import { withImportFaults } from '../../core/training/imported/importFaults.ts';
import { balancedClassWeights } from '../../core/training/losses/classificationLoss.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { Origin } from '../../core/training/provenance.ts';
import { singleLabelClasses, tooFewSelectedClasses } from '../../core/training/trainingErrors.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import { exportRun } from './encoderExport.ts';
import { labelledImages, loadFineTuneData, type FineTuneData, type LabelledImages } from './fineTuneData.ts';
import { FineTuneTask } from './fineTuneTask.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import type { TaskOpener } from './runLifecycle.ts';
import { RunStore } from './runStore.ts';
import {
  neededMemory,
  type PreparedRun,
  type StartedRun,
  type TrainingKind,
  type TrainingOptions,
  type Wish,
} from './trainer.ts';
import { FROM_SCRATCH, readStartingEncoder } from './startingEncoder.ts';
import { listTrainingSet } from './trainingImages.ts';
import type { RunPosition } from './trainingRun.ts';

/** Length of all gradients together that is out of the ordinary: with fixed statistics nothing else bounds a step. */
const CLIP_NORM = 1;
/** Share of the labelled images that are trained on where some have to be held out; see `loadFineTuneData`. */
const TRAINED_SHARE = 0.85;

/** What fine-tuning starts from. */
interface Source extends FineTuneStart {
  /** Parameters and statistics of the encoder and its head by name. */
  readonly values: TensorMap;
  /** Undefined for our networks. */
  readonly imported?: ImportedEncoder | undefined;
  readonly origin?: Origin | undefined;
}

interface FineTuneRun extends PreparedRun<'finetune'> {
  readonly classes: readonly string[];
  readonly images: LabelledImages;
  readonly shape: ClassifierShape;
  /** The encoder that it starts from. */
  readonly origin: Origin | undefined;
  /** What is worth knowing of the labels. */
  readonly labelNotices: readonly LikenessError[];
}

/** Teaches encoders the classes of a dataset's labelled images (SimCLRv2's second stage). */
export class FineTuning implements TrainingKind<'finetune', FineTuneRun, FineTuneData> {
  readonly kind = 'finetune';
  readonly #options: TrainingOptions;

  constructor(options: TrainingOptions) {
    this.#options = options;
  }

  /**
   * Rejects with nothing-pretrained, encoder-not-found, encoder-not-trained, encoder-not-trainable, usage, out-of-memory or a
   * code of scanning.
   */
  async prepare({ root, settings: wished, ...scope }: Wish<'finetune'>, { signal }: JobContext): Promise<FineTuneRun> {
    const { images: all, notices, chosen } = await listTrainingSet(root, scope, signal);
    const images = labelledImages(all);
    if (images.classes.length < 2) {
      throw chosen ? tooFewSelectedClasses(images.classes) : tooFewLabelledClasses(root, images.classes);
    }
    const source = await this.#source(root, wished.from);
    const imageCount = trainedImages(images, wished.labelsPerClass ?? 0);
    const settings = resolveFineTuneSettings(wished, source, imageCount, this.#options.threads);
    const shape = shapeOf(settings, images, source.imported);
    const program = withImportFaults(shape, settings.trainedStages === 0 ? 'nothing' : 'classifier', () => {
      const written = programOf(settings, shape, images);
      // Both are needed in the end, with a batch of any size, and are refused before the work is done.
      if (shape.imported) classifierEvaluationModel(shape);
      return written;
    });
    neededMemory(program, settings.engine);
    const { classes } = images;
    return {
      root,
      settings,
      program,
      imageCount,
      values: source.values,
      classes,
      images,
      shape,
      origin: source.origin,
      labelNotices: notices,
      ...(chosen && { chosen }),
    };
  }

  /** @param from id of an encoder or of a run, or `FROM_SCRATCH`; the newest pretraining where it is left out */
  async #source(root: string, from: string | undefined): Promise<Source> {
    if (from === FROM_SCRATCH || from === '') return { encoder: undefined, hasHead: false, values: new Map() };
    const runs = await new RunStore(root).list();
    const run =
      from === undefined
        ? runs.find(({ kind, state }) => kind === 'pretrain' && state === 'finished')
        : runs.find(({ id }) => id === from);
    const reference = run === undefined ? from : run.encoder;
    if (reference === undefined) throw nothingPretrained(root, run?.id);
    const start = await readStartingEncoder(this.#options.registry, reference, root);
    const { card, network, size, values, head, imported } = start;
    return {
      encoder: {
        ...{ id: start.reference, network, size, imported: imported !== undefined },
        transformer: imported !== undefined && isTransformer(imported),
      },
      imported,
      origin: card,
      hasHead: head !== undefined,
      values: new Map([...values, ...(head?.values ?? [])]),
    };
  }

  async load(
    { root, files, images, settings, shape }: StartedRun<FineTuneRun>,
    context: JobContext,
  ): Promise<FineTuneData> {
    const { input } = trainedEncoderInterface(shape);
    const { labelsPerClass, seed, batchImages } = settings;
    const data = await loadFineTuneData(
      images,
      { root, input, scratchFolder: files.folder, seed, labelsPerClass },
      context,
    );
    if (data.rows.length < batchImages) throw tooFewImages(data.rows.length, batchImages);
    return data;
  }

  task({ settings, shape, program, start, values }: StartedRun<FineTuneRun>, data: FineTuneData): Promise<TaskOpener> {
    const fixed = new Map(program.fixed.map(({ name }) => [name, start.state.get(name)!]));
    const first = new Map([...(values ?? [])].filter(([name]) => !fixed.has(name)));
    const kept = new Set(program.state.filter(({ kind }) => kind !== 'moment').map(({ name }) => name));
    return Promise.resolve((worker, shapeOfRun) =>
      FineTuneTask.open({ settings, shape, data, fixed, kept, first }, worker, shapeOfRun),
    );
  }

  export(run: StartedRun<FineTuneRun>, { state, metrics }: RunPosition, data: FineTuneData): Promise<string> {
    const { classes, shape, program, start, origin } = run;
    const fixed = program.fixed.map(({ name }) => [name, start.state.get(name)!] as const);
    const made = {
      model: classifierModel(shape, new Map([...fixed, ...state]), metrics['temperature'] ?? 1),
      shape,
      classes,
      origin,
      trainedOn: `${data.rows.length} labelled images`,
      labelsOf: data.images,
    };
    return exportRun(run, made, this.#options.registry);
  }

  notices({ labelNotices, classes }: FineTuneRun, { images }: FineTuneData): readonly LikenessError[] {
    const single = classes.filter((name) => images.filter(({ label }) => label === name).length === 1);
    return single.length > 0 ? [...labelNotices, singleLabelClasses(single)] : labelNotices;
  }
}

/** How many images are trained on, before it is known which of them are duplicates. */
function trainedImages({ classes, training, validation }: LabelledImages, labelsPerClass: number): number {
  if (labelsPerClass === 0) return Math.floor(training.length * (validation.length > 0 ? 1 : TRAINED_SHARE));
  const counts = classes.map((name) => training.filter(({ label }) => label === name).length);
  return counts.reduce((sum, count) => sum + Math.min(count, labelsPerClass), 0);
}

function shapeOf(
  { network, size, feature, classifier, trainedStages }: ResolvedFineTuneSettings,
  { classes }: LabelledImages,
  imported: ImportedEncoder | undefined,
): ClassifierShape {
  return {
    ...{ network, size, feature, classifier, classes: classes.length },
    ...(imported && { imported: withTrainedStages(imported, trainedStages) }),
  };
}

function programOf(
  settings: ResolvedFineTuneSettings,
  shape: ClassifierShape,
  { classes, training }: LabelledImages,
): TrainingProgram {
  const { batchImages, trainedStages, runningStatistics, stageRate, classifierRate, labelSmoothing } = settings;
  const labels = training.map(({ label }) => classes.indexOf(label!));
  const weighted = settings.balanced && settings.labelsPerClass === 0;
  return fineTuneProgram({
    ...shape,
    batchImages,
    trainedStages,
    runningStatistics,
    stageRate,
    classifierRate,
    labelSmoothing,
    ...(weighted && { classWeights: balancedClassWeights(labels, classes.length) }),
    optimizer: optimizerConfig(settings),
    clipNorm: CLIP_NORM,
  });
}
