import { asLikenessError, ErrorCode, isCancellation, type LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { stepsPerEpoch } from '../../core/training/batches.ts';
import { selectedMissing } from '../../core/training/trainingErrors.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type { Notice } from '../../protocol/engine.ts';
import type { TrainingEngine } from '../../protocol/training.ts';
import { providerNotices, type Computing } from '../encoders/providers/chooseProvider.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { removePixels, type SharedPixels } from './pixelStore.ts';
import type { RunFiles } from './runFiles.ts';
import { checkpointMetadata, imagesKey, type RunStart } from './runStart.ts';
import type { ChosenImages } from './selectedImages.ts';
import { TensorBoardWriter } from './tensorBoardWriter.ts';
import { resolveTensorFlow, type ResolvedTensorFlow } from './tensorflow/resolve.ts';
import type { TrainingImage } from './trainingImages.ts';
import {
  trainToEnd,
  type CommonRunSettings,
  type RunPosition,
  type RunRecorder,
  type RunShape,
  type TrainingTask,
} from './trainingRun.ts';

/** So much work is lost at most with a process that is killed. */
const CHECKPOINT_SECONDS = 30;

/** What every kind of run reads before it trains. */
export interface RunData {
  /** Pictures to make views of; absent of what looks at none. */
  readonly pixels?: SharedPixels;
  /** Those that are trained on, in the order of `pixels` or of `rows`. */
  readonly images: readonly TrainingImage[];
  /** Which of `pixels` they are, where not all are trained on. */
  readonly rows?: Uint32Array;
  readonly unreadable: number;
  /** Frees what was opened for the run. */
  readonly dispose?: () => Promise<void>;
}

/** Opens what a run does besides its steps. */
export type TaskOpener = (worker: OnnxWorker, shape: RunShape) => Promise<TrainingTask>;

/** A run that is ready to begin or to go on. */
export interface RunWork<Data extends RunData> {
  readonly files: RunFiles;
  readonly start: RunStart;
  readonly settings: CommonRunSettings;
  readonly program: TrainingProgram;
  readonly tensorFlow: ResolvedTensorFlow | undefined;
  /** Finds out what computes the steps. */
  computing(): Promise<Computing>;
  readonly checkpointSeconds: number | undefined;
  load(): Promise<Data>;
  task(data: Data): Promise<TaskOpener>;
  /** Leaves what the run has made in the dataset. @returns the encoder's id */
  export(position: RunPosition, data: Data): Promise<string>;
  /** Undefined where the whole dataset is trained on. */
  readonly chosen: ChosenImages | undefined;
  /** What a person should know of a run that did succeed. */
  notices(data: Data, position: RunPosition): readonly LikenessError[];
}

/**
 * Takes a run to its end, keeping its record true whatever happens: finished, stopped or failed with the reason. Rejects with
 * what ended it. The run's files are closed in any case.
 */
export async function carryOut<Data extends RunData>(work: RunWork<Data>, context: JobContext): Promise<Notice[]> {
  const { files, start, settings, program, tensorFlow } = work;
  const events = new TensorBoardWriter(files.folder);
  let data: Data | undefined;
  try {
    await files.update({ state: 'running', endedAt: undefined, message: undefined });
    if (start.images !== undefined) events.restart(start.step);
    const computing = await work.computing();
    const { provider, reason } = computing;
    const known = tensorFlow === undefined ? { provider, ...(reason !== undefined && { reason }) } : undefined;
    await files.update({ computing: known });
    data = await work.load();
    // Fewer than were listed where some can't be read.
    await files.update({ stepsPerEpoch: stepsPerEpoch(data.images.length, settings.batchImages) });
    const images = imagesKey(data.images);
    const position = await trainToEnd(
      {
        settings,
        program,
        tensorFlow: tensorFlow?.tf,
        provider,
        pixels: data.pixels,
        images: data.rows ?? data.images.length,
        start,
        recorder: recorderOf(files, events, program, images),
        checkpointSeconds: work.checkpointSeconds ?? CHECKPOINT_SECONDS,
        task: await work.task(data),
      },
      context,
    );
    const encoder = await work.export(position, data);
    const { step, seconds, metrics } = position;
    const epoch = Math.ceil(step / stepsPerEpoch(data.images.length, settings.batchImages));
    await files.update({ state: 'finished', endedAt: Date.now(), encoder, step, epoch, seconds, metrics });
    // What goes on from here needs the encoder and its head; the optimiser's state is twice as large as both. A checkpoint
    // that can't be deleted now goes with the run.
    await files.removeCheckpoint().catch(() => undefined);
    return [
      ...passedOverNotices(tensorFlow),
      ...providerNotices(computing),
      ...noticesOf(data, start.images !== undefined && start.images !== images),
      ...missingNotices(work.chosen),
      ...work.notices(data, position).map(({ code, message }) => ({ code, message })),
    ];
  } catch (error) {
    const failure = asLikenessError(error);
    const stopped = isCancellation(failure);
    const message = stopped ? undefined : failure.message;
    await files
      .update({ state: stopped ? 'stopped' : 'failed', endedAt: Date.now(), message })
      // The run's own failure matters more.
      .catch(() => undefined);
    throw failure;
  } finally {
    if (data?.pixels !== undefined) removePixels(data.pixels);
    await data?.dispose?.();
    // Curves are an extra: where they can't be written, the metrics can't either, and that is told.
    await events.close().catch(() => undefined);
    await files.close();
  }
}

/** The TensorFlow.js of a run; undefined for one on ONNX Runtime. */
export async function openTensorFlow(
  { engine, threads }: { readonly engine: TrainingEngine; readonly threads: number },
  folder: string,
  module: string | undefined,
): Promise<ResolvedTensorFlow | undefined> {
  if (engine !== 'tensorflow') return undefined;
  return resolveTensorFlow({ folder, threads, ...(module !== undefined && { module }) });
}

function recorderOf(files: RunFiles, events: TensorBoardWriter, program: TrainingProgram, images: string): RunRecorder {
  const shapes = new Map(program.state.map(({ name, shape }) => [name, shape]));
  return {
    appendMetrics: (step, epoch, seconds, metrics) => {
      files.appendMetrics(step, epoch, seconds, metrics);
      events.append(step, metrics);
    },
    appendHistograms: (step, epoch, seconds, histograms) => {
      files.appendHistograms(step, epoch, seconds, histograms);
    },
    saveProgress: async (epoch, step, seconds, metrics) => {
      await files.update({ epoch, step, seconds, metrics });
    },
    saveCheckpoint: async (state, step, seconds) => {
      const tensors = new Map(
        [...state].map(([name, data]) => [name, { shape: shapes.get(name) ?? [data.length], data }]),
      );
      await files.saveCheckpoint(tensors, checkpointMetadata(step, seconds, images));
    },
  };
}

export function passedOverNotices(tensorFlow: ResolvedTensorFlow | undefined): Notice[] {
  return (tensorFlow?.passedOver ?? []).map(({ path, reason }) => {
    const message = `${path} can't be loaded as TensorFlow.js (${reason}); ${tensorFlow!.name} is used instead.`;
    return { code: ErrorCode.TensorFlowBroken, message };
  });
}

/** Of a selection that isn't all there. */
export function missingNotices(chosen: ChosenImages | undefined): Notice[] {
  if (chosen === undefined || chosen.missing === 0) return [];
  const { code, message } = selectedMissing(chosen.missing);
  return [{ code, message }];
}

function noticesOf({ unreadable }: RunData, haveChanged: boolean): Notice[] {
  const notices: Notice[] = [];
  if (unreadable > 0) {
    const images = unreadable === 1 ? '1 image' : `${unreadable} images`;
    const message = `${images} can't be read and ${unreadable === 1 ? 'was' : 'were'} left out; index the folder to see why.`;
    notices.push({ code: ErrorCode.CorruptImage, message });
  }
  if (haveChanged) {
    const message =
      'The images or their labels have changed since the run began, and it went on with those that are there now; start a new run for a result that can be repeated.';
    notices.push({ code: ErrorCode.ImagesChanged, message });
  }
  return notices;
}
