import {
  asLikenessError,
  batchTooLarge,
  ErrorCode,
  isCancellation,
  runFinished,
  runNeedsTensorFlow,
  tooFewClasses,
  tooFewImages,
} from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { stepsPerEpoch } from '../../core/training/batches.ts';
import { BatchTargets } from '../../core/training/batchTargets.ts';
import type { ProjectionHeadOptions } from '../../core/training/projectionHead.ts';
import { pretrainProgram } from '../../core/training/pretrainProgram.ts';
import {
  FEWEST_IMAGES,
  optimizerConfig,
  resolvePretrainSettings,
  type ResolvedPretrainSettings,
} from '../../core/training/pretrainSettings.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type { Notice, ScanSettings } from '../../protocol/engine.ts';
import type { PretrainPlan, PretrainRequest, ResumeRequest, TrainingReport } from '../../protocol/training.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { exportEncoder } from './encoderExport.ts';
import { freeMemory } from './freeMemory.ts';
import { readPairDecisions } from './pairDecisions.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { loadPretrainData, type PretrainData } from './pretrainData.ts';
import { removePixels } from './pixelStore.ts';
import { PretrainTask } from './pretrainTask.ts';
import { trainToEnd, type RunPosition, type RunRecorder } from './trainingRun.ts';
import { runSeconds } from './runCost.ts';
import type { RunFiles } from './runFiles.ts';
import { checkpointMetadata, firstStart, imagesKey, startOf, type RunStart } from './runStart.ts';
import { RunStore } from './runStore.ts';
import { measureSteps } from './stepTiming.ts';
import { TensorBoardWriter } from './tensorBoardWriter.ts';
import { resolveTensorFlow, type ResolvedTensorFlow } from './tensorflow/resolve.ts';
import { listTrainingImages, type TrainingImage } from './trainingImages.ts';

/** What the process needs besides the values of the graph. */
const BASE_BYTES = 300e6;
/** ONNX Runtime's memory holds more than what is in use at a time. */
const ARENA_FACTOR = 1.3;
/** TensorFlow.js keeps what each of its operations was given until their gradients are there: measured on ResNet-10. */
const TENSORFLOW_FACTOR = 11;
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

/** So much work is lost at most with a process that is killed. */
const CHECKPOINT_SECONDS = 30;

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
    const selection = await select(root, settings.includeTest, scan, context);
    const resolved = this.#resolve(settings, selection);
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

  async #train(run: PreparedRun, context: JobContext): Promise<Notice[]> {
    const { root, files, resolved, program, tensorFlow, start } = run;
    const events = new TensorBoardWriter(files.folder);
    let data: PretrainData | undefined;
    try {
      await files.update({ state: 'running', endedAt: undefined, message: undefined });
      if (start.images !== undefined) events.restart(start.step);
      const loaded = await load(run, context);
      data = loaded;
      // Fewer than were listed where some can't be read.
      await files.update({ stepsPerEpoch: stepsPerEpoch(data.images.length, resolved.batchImages) });
      const images = imagesKey(data.images);
      const targets = await targetsOf(root, resolved, data);
      const position = await trainToEnd(
        {
          settings: resolved,
          program,
          tensorFlow: tensorFlow?.tf,
          pixels: data.pixels,
          images: data.images.length,
          start,
          recorder: recorderOf(files, events, program, images),
          checkpointSeconds: this.#options.checkpointSeconds ?? CHECKPOINT_SECONDS,
          task: (worker, shape) => PretrainTask.open({ settings: resolved, data: loaded, targets }, worker, shape),
        },
        context,
      );
      const encoder = await this.#export(run, position, data);
      const { step, seconds, metrics } = position;
      await files.update({
        state: 'finished',
        endedAt: Date.now(),
        encoder,
        step,
        epoch: resolved.epochs,
        seconds,
        metrics,
      });
      // What goes on from here needs the encoder and its head; the optimiser's state is twice as large as both. A checkpoint
      // that can't be deleted now goes with the run.
      await files.removeCheckpoint().catch(() => undefined);
      return [
        ...passedOverNotices(tensorFlow),
        ...noticesOf(data, start.images !== undefined && start.images !== images),
      ];
    } catch (error) {
      const failure = asLikenessError(error);
      const stopped = isCancellation(failure);
      await files
        .update({
          state: stopped ? 'stopped' : 'failed',
          endedAt: Date.now(),
          message: stopped ? undefined : failure.message,
        })
        // The run's own failure matters more.
        .catch(() => undefined);
      throw failure;
    } finally {
      if (data !== undefined) removePixels(data.pixels);
      // Curves are an extra: where they can't be written, the metrics can't either, and that is told.
      await events.close().catch(() => undefined);
      await files.close();
    }
  }

  async #export(run: PreparedRun, { state }: RunPosition, { images }: PretrainData): Promise<string> {
    const { root, files, resolved } = run;
    const trained = {
      shape: resolved,
      head: headOf(resolved),
      values: state,
      name: resolved.name,
      run: files.id,
      images: images.length,
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

/** The TensorFlow.js of a run; undefined for one on ONNX Runtime. */
async function openTensorFlow(
  { engine, threads }: ResolvedPretrainSettings,
  folder: string,
  module: string | undefined,
): Promise<ResolvedTensorFlow | undefined> {
  if (engine !== 'tensorflow') return undefined;
  return resolveTensorFlow({ folder, threads, ...(module !== undefined && { module }) });
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

function recorderOf(files: RunFiles, events: TensorBoardWriter, program: TrainingProgram, images: string): RunRecorder {
  const shapes = new Map(program.state.map(({ name, shape }) => [name, shape]));
  return {
    appendMetrics: (step, epoch, seconds, metrics) => {
      files.appendMetrics(step, epoch, seconds, metrics);
      events.append(step, metrics);
    },
    saveProgress: async (epoch, step, seconds, metrics) => {
      await files.update({ epoch, step, seconds, metrics });
    },
    saveCheckpoint: async (state, step, seconds) => {
      const tensors = new Map([...state].map(([name, data]) => [name, { shape: shapes.get(name)!, data }]));
      await files.saveCheckpoint(tensors, checkpointMetadata(step, seconds, images));
    },
  };
}

function passedOverNotices(tensorFlow: ResolvedTensorFlow | undefined): Notice[] {
  return (tensorFlow?.passedOver ?? []).map(({ path, reason }) => {
    const message = `${path} can't be loaded as TensorFlow.js (${reason}); ${tensorFlow!.name} is used instead.`;
    return { code: ErrorCode.TensorFlowBroken, message };
  });
}

function noticesOf({ unreadable }: PretrainData, haveChanged: boolean): Notice[] {
  const notices: Notice[] = [];
  if (unreadable > 0) {
    const images = unreadable === 1 ? '1 image' : `${unreadable} images`;
    const message = `${images} can't be read and ${unreadable === 1 ? 'was' : 'were'} left out; index the folder to see why.`;
    notices.push({ code: ErrorCode.CorruptImage, message });
  }
  if (haveChanged) {
    const message =
      'The images have changed since the run began, and it went on with those that are there now; start a new run for a result that can be repeated.';
    notices.push({ code: ErrorCode.ImagesChanged, message });
  }
  return notices;
}
