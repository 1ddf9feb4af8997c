import { cancelled } from '../../core/errors.ts';
import type { JobContext, Progress } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { BatchOrder } from '../../core/training/batches.ts';
import type { LearningRateSchedule } from '../../core/training/schedule.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';
import type { TrainingSession } from './trainingSession.ts';
import type { BatchPlan, ViewBatch } from './viewLoader.ts';

/** What one step gave. */
export interface StepOutcome {
  /** Counted from 1. */
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  readonly results: Readonly<Record<string, Float32Array>>;
  /** Pictures of the batch, indices into the training images. */
  readonly samples: Uint32Array;
  /** Of the whole step, waiting for views included. */
  readonly seconds: number;
  /** That a thread spent on augmenting the batch. */
  readonly augmentationSeconds: number;
}

/** Makes what steps are fed as `images`. */
export interface BatchLoader {
  /** Batches that should be asked for ahead. */
  readonly depth: number;
  load(plan: BatchPlan): Promise<ViewBatch>;
  /** Takes memory back for a later batch. */
  recycle(memory: ArrayBuffer): void;
  dispose(): Promise<void>;
}

export interface TrainingLoopOptions {
  readonly session: TrainingSession;
  readonly loader: BatchLoader;
  readonly order: Pick<BatchOrder, 'batch'>;
  /** The epoch whose views are looked at in an epoch, where they come again; the same by default. */
  readonly viewEpoch?: (epoch: number) => number;
  readonly batchImages: number;
  readonly schedule: LearningRateSchedule;
  /** Dimensions of a batch of views. */
  readonly viewDims: readonly number[];
  /** Steps that are done already. */
  readonly doneSteps: number;
  readonly totalSteps: number;
  /** Results that every step hands out. */
  readonly wanted: readonly string[];
  /** Values of the batch besides its views. */
  readonly feedsOf?: (
    samples: Uint32Array,
    epoch: number,
  ) => Readonly<Record<string, TensorValue>> | Promise<Readonly<Record<string, TensorValue>>>;
  /** Asked before every step; true ends the run early. */
  readonly isOver?: () => boolean;
  /** Awaited after every step; throws to end the run. Returns what a person wants to know of it. */
  readonly onStep: (outcome: StepOutcome) => Promise<string> | string;
}

/**
 * Trains from `doneSteps` to `totalSteps`, with views made ahead on other threads. Rejects with `cancelled` after the step
 * under way when the signal aborts.
 */
export async function trainingLoop(options: TrainingLoopOptions, context: JobContext): Promise<void> {
  const { session, loader, order, batchImages, schedule, viewDims, doneSteps, totalSteps } = options;
  const { wanted, feedsOf, onStep, viewEpoch = (epoch: number) => epoch } = options;
  let detail = '';
  const report = (progress: Progress) => {
    context.report(detail === '' ? progress : { ...progress, detail });
  };
  const meter = new ProgressMeter(report, () => performance.now(), context.reportIntervalMs);
  meter.start('Training', totalSteps * batchImages, doneSteps * batchImages);
  const ahead: { readonly epoch: number; readonly samples: Uint32Array; readonly batch: Promise<ViewBatch> }[] = [];
  let planned = doneSteps;
  const plan = () => {
    if (planned >= totalSteps) return;
    const { epoch, samples } = order.batch(planned++);
    const batch = loader.load({ epoch: viewEpoch(epoch), samples });
    // Awaited in its turn; until then a failure is nobody's surprise.
    batch.catch(() => undefined);
    ahead.push({ epoch, samples, batch });
  };
  for (let i = 0; i < loader.depth; i++) plan();
  for (let step = doneSteps + 1; step <= totalSteps; step++) {
    if (options.isOver?.() === true) break;
    if (context.signal.aborted) throw cancelled();
    const start = performance.now();
    const { epoch, samples, batch } = ahead.shift()!;
    const { views, milliseconds } = await batch;
    plan();
    const learningRate = schedule(step - 1);
    const images = { type: 'float32', dims: viewDims, data: views } as const;
    const feeds = { images, ...(await feedsOf?.(samples, epoch)) };
    const { results, memory } = await session.step(step, learningRate, feeds, wanted);
    loader.recycle(memory[0]!);
    const seconds = (performance.now() - start) / 1000;
    const augmentationSeconds = milliseconds / 1000;
    detail = await onStep({ step, epoch, learningRate, results, samples, seconds, augmentationSeconds });
    meter.update(step * batchImages);
  }
  meter.finish();
}
