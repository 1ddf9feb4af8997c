import { basename } from 'node:path';
import {
  asLikenessError,
  batchTooLarge,
  runFinished,
  runNeedsTensorFlow,
  tooFewClasses,
  tooFewImages,
} from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { stepsPerEpoch } from '../../core/training/batches.ts';
import { BatchTargets } from '../../core/training/batchTargets.ts';
import type { ProjectionHeadOptions } from '../../core/training/projectionHead.ts';
import { encoderModel, pretrainProgram, projectionHeadModel } from '../../core/training/pretrainProgram.ts';
import {
  FEWEST_IMAGES,
  optimizerConfig,
  resolvePretrainSettings,
  type ResolvedPretrainSettings,
} from '../../core/training/pretrainSettings.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type { Notice, ScanSettings } from '../../protocol/engine.ts';
import type {
  PretrainPlan,
  PretrainRequest,
  ResumeRequest,
  RunSettingsOf,
  TrainingReport,
} from '../../protocol/training.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { exportEncoder } from './encoderExport.ts';
import { freeMemory } from './freeMemory.ts';
import { readPairDecisions } from './pairDecisions.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { loadPretrainData, type PretrainData } from './pretrainData.ts';
import { PretrainTask } from './pretrainTask.ts';
import type { RunPosition } from './trainingRun.ts';
import { runSeconds } from './runCost.ts';
import type { RunFiles } from './runFiles.ts';
import {
  ARENA_FACTOR,
  BASE_BYTES,
  carryOut,
  openTensorFlow,
  passedOverNotices,
  TENSORFLOW_FACTOR,
} from './runLifecycle.ts';
import { firstStart, startOf, type RunStart } from './runStart.ts';
import { RunStore } from './runStore.ts';
import { measureSteps } from './stepTiming.ts';
import type { ResolvedTensorFlow } from './tensorflow/resolve.ts';
import { listTrainingImages, type TrainingImage } from './trainingImages.ts';

/** Length of z, as in SimCLR. */
const PROJECTION = 128;
/** Length of all gradients together that is out of the ordinary. */
const CLIP_NORM = 10;

export interface PretrainingOptions {
  readonly registry: EncoderRegistry;
  /** The root of the dataset that a path lies in. */
  readonly rootOf: (path: string) => string;
  readonly threads: number;
  /** A checkpoint is written about this often, besides when a run stops. */
  readonly checkpointSeconds?: number;
}

interface Selection {
  readonly training: readonly TrainingImage[];
  readonly test: readonly TrainingImage[];
}

/** Learns encoders from the images of a dataset (SimCLR). */
export class Pretraining {
  readonly #options: PretrainingOptions;

  constructor(options: PretrainingOptions) {
    this.#options = options;
  }

  /**
   * What a run would do and cost, from a few steps. Rejects with too-few-images, usage, out-of-memory, or a code of scanning
   * or of `resolveTensorFlow`.
   */
  async plan(
    { folder, settings, scan, tensorFlowModule }: PretrainRequest,
    context: JobContext,
  ): Promise<PretrainPlan> {
    const root = this.#options.rootOf(folder);
    const selection = await select(root, settings.includeTest ?? false, scan, context);
    const resolved = this.#resolve(settings, selection);
    const { program, memoryBytes } = programOf(resolved);
    const tensorFlow = await openTensorFlow(resolved, root, tensorFlowModule);
    const timing = await measureSteps(root, selection.training, resolved, program, tensorFlow?.tf, context);
    const steps = stepsPerEpoch(selection.training.length, resolved.batchImages);
    return {
      root,
      images: selection.training.length,
      heldOut: selection.test.length,
      settings: resolved,
      stepsPerEpoch: steps,
      secondsPerStep: timing.secondsPerStep,
      seconds: runSeconds(timing, { ...selection, stepsPerEpoch: steps, epochs: resolved.epochs }),
      memoryBytes,
      notices: passedOverNotices(tensorFlow),
    };
  }

  /**
   * Trains an encoder and adds it to the dataset. Rejects as `plan` does, with training-failed where the run comes to
   * nothing, and with `cancelled` when stopped; the run can then be resumed.
   */
  async pretrain(
    { folder, settings, scan, tensorFlowModule }: PretrainRequest,
    context: JobContext,
  ): Promise<TrainingReport> {
    const root = this.#options.rootOf(folder);
    const selection = await select(root, settings.includeTest ?? false, scan, context);
    const resolved = this.#resolve(settings, selection);
    const { program } = programOf(resolved);
    const tensorFlow = await openTensorFlow(resolved, root, tensorFlowModule);
    const store = new RunStore(root);
    const files = await store.create({
      name: resolved.name,
      kind: 'pretrain',
      settings: resolved,
      stepsPerEpoch: stepsPerEpoch(selection.training.length, resolved.batchImages),
      ...(scan && { scan }),
    });
    const start = firstStart(program, resolved.seed);
    const notices = await this.#train({ root, files, selection, resolved, program, tensorFlow, start }, context);
    return { run: await store.summary(files.id), notices };
  }

  /**
   * Goes on with a run that was stopped or interrupted, on the engine that it began with. Rejects with run-not-found,
   * run-busy, usage, or as `pretrain`.
   */
  async resume({ folder, run, tensorFlowModule }: ResumeRequest, context: JobContext): Promise<TrainingReport> {
    const root = this.#options.rootOf(folder);
    const store = new RunStore(root);
    const files = await store.open(run);
    let prepared;
    try {
      prepared = await this.#prepareResumption(root, files, tensorFlowModule, context);
    } catch (error) {
      await files.close();
      throw error;
    }
    const notices = await this.#train({ root, files, ...prepared }, context);
    return { run: await store.summary(files.id), notices };
  }

  async #prepareResumption(root: string, files: RunFiles, module: string | undefined, context: JobContext) {
    const { state, settings, scan } = files.record;
    if (state === 'finished') throw runFinished(files.id);
    const own = settings as RunSettingsOf['pretrain'];
    const selection = await select(root, own.includeTest, scan, context);
    const resolved = this.#resolve(own, selection);
    const { program } = programOf(resolved);
    const tensorFlow = await openTensorFlow(resolved, root, module).catch((error: unknown) => {
      throw runNeedsTensorFlow(files.id, asLikenessError(error));
    });
    const start = await startOf(files, program, resolved.seed);
    await files.truncateMetrics(start.step);
    return { selection, resolved, program, tensorFlow, start };
  }

  #resolve(settings: Partial<ResolvedPretrainSettings>, { training }: Selection): ResolvedPretrainSettings {
    const resolved = resolvePretrainSettings(settings, training.length, this.#options.threads);
    const classes = new Set(training.flatMap(({ label }) => label ?? [])).size;
    if (resolved.loss === 'supervised' && classes < 2) throw tooFewClasses(classes);
    return resolved;
  }

  #train(run: PreparedRun, context: JobContext): Promise<Notice[]> {
    const { root, files, resolved, program, tensorFlow, start } = run;
    return carryOut(
      {
        files,
        start,
        settings: resolved,
        program,
        tensorFlow,
        checkpointSeconds: this.#options.checkpointSeconds,
        load: () => load(run, context),
        task: async (data) => {
          const targets = await targetsOf(root, resolved, data);
          return (worker, shape) => PretrainTask.open({ settings: resolved, data, targets }, worker, shape);
        },
        export: (position, data) => this.#export(run, position, data),
      },
      context,
    );
  }

  async #export(run: PreparedRun, { state }: RunPosition, { images }: PretrainData): Promise<string> {
    const { root, files, resolved } = run;
    const trained = {
      model: encoderModel(resolved, state),
      head: projectionHeadModel(resolved.network, headOf(resolved), state),
      card: {
        name: resolved.name,
        source: `run ${files.id}`,
        ...trainedEncoderInterface(resolved),
        trainedOn: `${images.length} images of ${basename(root)}, without labels`,
      },
    };
    const { id } = await exportEncoder(trained, root, files.folder, this.#options.registry);
    return id;
  }
}

interface PreparedRun {
  readonly root: string;
  readonly files: RunFiles;
  readonly selection: Selection;
  readonly resolved: ResolvedPretrainSettings;
  readonly program: TrainingProgram;
  readonly tensorFlow: ResolvedTensorFlow | undefined;
  readonly start: RunStart;
}

async function select(
  root: string,
  includeTest: boolean,
  scan: ScanSettings | undefined,
  context: JobContext,
): Promise<Selection> {
  const images = await listTrainingImages(root, scan, context.signal);
  const isTest = ({ split }: TrainingImage) => split === 'test' && !includeTest;
  return { training: images.filter((image) => !isTest(image)), test: images.filter(isTest) };
}

/** The graph of a run, and what it needs; throws out-of-memory where it won't fit into what is free. */
function programOf(settings: ResolvedPretrainSettings): { program: TrainingProgram; memoryBytes: number } {
  const { network, size, batchImages, loss, temperature, engine } = settings;
  const config = { network, size, batchImages, loss, temperature, clipNorm: CLIP_NORM };
  // Targets are fed, so that the decisions that people make need no other graph.
  const program = pretrainProgram({ ...config, head: headOf(settings), optimizer: optimizerConfig(settings) }, true);
  const memoryBytes =
    BASE_BYTES + (engine === 'tensorflow' ? TENSORFLOW_FACTOR : ARENA_FACTOR) * program.activationBytes;
  const free = freeMemory();
  if (memoryBytes > free) throw batchTooLarge(memoryBytes, free);
  return { program, memoryBytes };
}

function headOf({ headLayers }: ResolvedPretrainSettings): ProjectionHeadOptions {
  return { layers: headLayers, outputs: PROJECTION };
}

async function load({ root, files, selection, resolved }: PreparedRun, context: JobContext): Promise<PretrainData> {
  const { input } = trainedEncoderInterface(resolved);
  const options = { root, input, scratchFolder: files.folder, seed: resolved.seed };
  const data = await loadPretrainData(selection.training, selection.test, options, context);
  const { length } = data.images;
  if (length < FEWEST_IMAGES || length < resolved.batchImages) {
    throw tooFewImages(length, Math.max(FEWEST_IMAGES, resolved.batchImages));
  }
  return data;
}

async function targetsOf(root: string, { loss }: ResolvedPretrainSettings, { images }: PretrainData) {
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
