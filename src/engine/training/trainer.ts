import { asLikenessError, batchTooLarge, runFinished, runNeedsTensorFlow, LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { stepsPerEpoch } from '../../core/training/batches.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { ResolvedStepSettings } from '../../core/training/commonSettings.ts';
import { classesChanged } from '../../core/training/trainingErrors.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type {
  ResumeRequest,
  RunKind,
  RunSettings,
  RunSettingsOf,
  SettingsOf,
  TrainingReport,
  TrainRequest,
} from '../../protocol/training.ts';
import type { Datasets } from '../dataset.ts';
import type { Computing } from '../encoders/providers/chooseProvider.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import type { MappingOptions } from '../maps/mapEncoder.ts';
import { freeMemory } from './freeMemory.ts';
import type { RunFiles } from './runFiles.ts';
import { chooseTrainingProvider } from './providers/trainingProvider.ts';
import { carryOut, openTensorFlow, type RunData, type TaskOpener } from './runLifecycle.ts';
import { firstStart, startOf, type RunStart } from './runStart.ts';
import { RunStore } from './runStore.ts';
import type { ChosenImages } from './selectedImages.ts';
import type { TrainingScope } from './trainingImages.ts';
import type { RunPosition } from './trainingRun.ts';

/** What the process needs besides the values of the graph. */
const BASE_BYTES = 300e6;
/** ONNX Runtime's memory holds more than what is in use at a time. */
const ARENA_FACTOR = 1.3;
/** TensorFlow.js keeps what each of its operations was given until their gradients are there: measured on ResNet-10. */
const TENSORFLOW_FACTOR = 11;

/** The indexes of datasets, and how images reach them. */
export interface TrainingIndexes extends Pick<MappingOptions, 'load'> {
  readonly datasets: Datasets;
  /** Indexes a dataset that has no index yet. */
  readonly index: (root: string, encoder: string | undefined, context: JobContext) => Promise<void>;
}

export interface TrainingOptions {
  readonly registry: EncoderRegistry;
  /** The root of the dataset that a path lies in. */
  readonly rootOf: (path: string) => string;
  readonly threads: number;
  /** A checkpoint is written about this often, besides when a run stops. */
  readonly checkpointSeconds?: number;
  /** For what trains on vectors of an index. */
  readonly indexes?: TrainingIndexes;
}

/** What a person asked for. */
export interface Wish<Kind extends RunKind> extends TrainingScope {
  readonly root: string;
  /** What is left out is chosen by the kind. */
  readonly settings: SettingsOf[Kind];
}

/** A run before it has files of its own: what it works on, and how. */
export interface PreparedRun<Kind extends RunKind> {
  readonly root: string;
  readonly settings: RunSettingsOf[Kind] & ResolvedStepSettings;
  readonly program: TrainingProgram;
  /** Images that are trained on, as far as can be told without opening them. */
  readonly imageCount: number;
  /** Values that the network starts with, where it was trained before. */
  readonly values?: TensorMap;
  /** Those that it tells apart, in the order of its outputs. */
  readonly classes?: readonly string[];
  /** Undefined where the whole dataset is trained on. */
  readonly chosen?: ChosenImages;
}

/** With its files. */
export type StartedRun<Run> = Run & { readonly files: RunFiles; readonly start: RunStart };

/** What one kind of training adds to what all have in common. */
export interface TrainingKind<Kind extends RunKind, Run extends PreparedRun<Kind>, Data extends RunData> {
  readonly kind: Kind;
  /** Finds out what there is to train on and with. Nothing is written. */
  prepare(wish: Wish<Kind>, context: JobContext): Promise<Run>;
  /** Opens the images. */
  load(run: StartedRun<Run>, context: JobContext): Promise<Data>;
  task(run: StartedRun<Run>, data: Data): Promise<TaskOpener>;
  /** Leaves what the run has made in the dataset. @returns the encoder's id */
  export(run: StartedRun<Run>, position: RunPosition, data: Data): Promise<string>;
  /** What a person should know of a run that did succeed. */
  notices?(run: Run, data: Data, position: RunPosition): readonly LikenessError[];
}

/** What an index knows of images; undefined where there is none, or none that can be read: a training needs none. */
export function knownContents({ indexes }: TrainingOptions, root: string): TrainingScope['store'] {
  try {
    return indexes?.datasets.find(root)?.store;
  } catch (error) {
    if (error instanceof LikenessError) return undefined;
    throw error;
  }
}

/** Takes runs of one kind from a request to an encoder. */
export class Trainer<Kind extends RunKind, Run extends PreparedRun<Kind>, Data extends RunData> {
  readonly #kind: TrainingKind<Kind, Run, Data>;
  readonly #options: TrainingOptions;

  constructor(kind: TrainingKind<Kind, Run, Data>, options: TrainingOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /**
   * Trains, and adds the encoder to the dataset. Rejects with usage, too-few-images, out-of-memory, a code of scanning, of
   * encoders that it begins with or of `resolveTensorFlow`, with training-failed where the run comes to nothing, and with
   * `cancelled` when stopped; the run can then be resumed.
   */
  async train(
    { folder, settings, scan, images, tensorFlowModule }: TrainRequest<Kind>,
    context: JobContext,
  ): Promise<TrainingReport> {
    const root = this.#options.rootOf(folder);
    const run = await this.#kind.prepare(
      { root, settings, scan, images, store: knownContents(this.#options, root) },
      context,
    );
    const tensorFlow = await openTensorFlow(run.settings, root, tensorFlowModule);
    const store = new RunStore(root);
    const newRun = {
      name: run.settings.name,
      kind: this.#kind.kind,
      settings: run.settings as unknown as RunSettings,
      stepsPerEpoch: stepsPerEpoch(run.imageCount, run.settings.batchImages),
      ...(run.classes && { classes: run.classes }),
      ...(scan && { scan }),
    };
    const files = await store.create(newRun, run.chosen?.paths);
    const start = firstStart(run.program, run.settings.seed, run.values);
    return this.#carryOut(store, { ...run, files, start }, tensorFlow, context);
  }

  /**
   * Goes on with a run that was stopped or interrupted, on the engine that it began with. Rejects with run-not-found,
   * run-busy, checkpoint-missing, checkpoint-corrupt, classes-changed, usage, or as `train`.
   */
  async resume({ folder, run: id, tensorFlowModule }: ResumeRequest, context: JobContext): Promise<TrainingReport> {
    const root = this.#options.rootOf(folder);
    const store = new RunStore(root);
    const files = await store.open(id);
    let prepared;
    try {
      prepared = await this.#prepareResumption(root, files, tensorFlowModule, context);
    } catch (error) {
      await files.close();
      throw error;
    }
    const { run, start, tensorFlow } = prepared;
    return this.#carryOut(store, { ...run, files, start }, tensorFlow, context);
  }

  async #prepareResumption(root: string, files: RunFiles, module: string | undefined, context: JobContext) {
    const { state, scan, classes } = files.record;
    if (state === 'finished') throw runFinished(files.id);
    // The record's kind chose this trainer.
    const settings = files.record.settings as RunSettingsOf[Kind];
    const run = await this.#kind.prepare(
      { root, settings, scan, images: await files.selectedImages(), store: knownContents(this.#options, root) },
      context,
    );
    assertSameClasses(files.id, classes, run.classes);
    const tensorFlow = await openTensorFlow(run.settings, root, module).catch((error: unknown) => {
      throw runNeedsTensorFlow(files.id, asLikenessError(error));
    });
    const start = await startOf(files, run.program, run.settings.seed, run.values);
    await files.truncateMetrics(start.step);
    return { run, tensorFlow, start };
  }

  async #carryOut(
    store: RunStore,
    run: StartedRun<Run>,
    tensorFlow: Awaited<ReturnType<typeof openTensorFlow>>,
    context: JobContext,
  ): Promise<TrainingReport> {
    const { files, start, settings, program } = run;
    const notices = await carryOut<Data>(
      {
        files,
        start,
        settings,
        program,
        tensorFlow,
        computing: () => computingOf(run, start.state, context),
        checkpointSeconds: this.#options.checkpointSeconds,
        load: () => this.#kind.load(run, context),
        task: (data) => this.#kind.task(run, data),
        export: (position, data) => this.#kind.export(run, position, data),
        chosen: run.chosen,
        notices: (data, position) => this.#kind.notices?.(run, data, position) ?? [],
      },
      context,
    );
    return { run: await store.summary(files.id), notices };
  }
}

/** @param state that the run begins with */
export function computingOf(
  { settings, program }: Pick<PreparedRun<RunKind>, 'program'> & { readonly settings: ResolvedStepSettings },
  state: TensorMap,
  context: JobContext,
): Promise<Computing> {
  const { engine, provider, threads } = settings;
  return chooseTrainingProvider(engine === 'tensorflow' ? 'cpu' : provider, program, state, threads, context);
}

/** Runs of before they were recorded have none. */
function assertSameClasses(run: string, then: readonly string[] | undefined, now: readonly string[] | undefined): void {
  if (then === undefined || now === undefined) return;
  const gained = now.filter((name) => !then.includes(name));
  const lost = then.filter((name) => !now.includes(name));
  if (gained.length > 0 || lost.length > 0) throw classesChanged(run, gained, lost);
}

/**
 * Memory that a run takes at its peak, in bytes, estimated. Throws out-of-memory where it won't fit into what is free.
 *
 * @param otherBytes of what is held beside the graph
 */
export function neededMemory(
  { activationBytes }: TrainingProgram,
  engine: ResolvedStepSettings['engine'],
  otherBytes = 0,
): number {
  const factor = engine === 'tensorflow' ? TENSORFLOW_FACTOR : ARENA_FACTOR;
  const needed = BASE_BYTES + otherBytes + factor * activationBytes;
  const free = freeMemory();
  if (needed > free) throw batchTooLarge(needed, free);
  return needed;
}
