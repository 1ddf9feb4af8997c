import { isCancellation } from '../../core/errors.ts';
import type { PairHistograms } from '../../core/evaluation/pairHistograms.ts';
import type { AugmentationRecipe } from '../../core/augmentation/recipe.ts';
import type { ExecutionProvider } from '../../core/encoders/executionProviders.ts';
import type { JobContext } from '../../core/progress.ts';
import { BatchOrder } from '../../core/training/batches.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { WARMUP_SHARE, warmupCosineSchedule, type LearningRateSchedule } from '../../core/training/schedule.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import { VIEW_NORMALISATION } from '../../core/training/viewNormalisation.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { openTrainingSession } from './openSession.ts';
import type { SharedPixels } from './pixelStore.ts';
import type { Metrics } from './runMonitor.ts';
import type { TensorFlow } from './tensorflow/tensors.ts';
import { trainingLoop, type BatchLoader, type StepOutcome } from './trainingLoop.ts';
import type { TrainingSession } from './trainingSession.ts';
import { ViewLoader } from './viewLoader.ts';

/** Where a run is when it starts or goes on. */
export interface RunPosition {
  /** Steps done. */
  readonly step: number;
  /** Of computing, all sessions together. */
  readonly seconds: number;
  readonly state: TensorMap;
  /** The newest value of each metric. */
  readonly metrics: Readonly<Metrics>;
}

/** Takes what a run finds out. */
export interface RunRecorder {
  appendMetrics(step: number, epoch: number, seconds: number, metrics: Readonly<Metrics>): void;
  /** After every epoch, of what learns from pairs. */
  appendHistograms(step: number, epoch: number, seconds: number, histograms: PairHistograms): void;
  /** After every epoch. */
  saveProgress(epoch: number, step: number, seconds: number, metrics: Readonly<Metrics>): Promise<void>;
  saveCheckpoint(state: TensorMap, step: number, seconds: number): Promise<void>;
}

/** What the settings of all kinds of runs have in common. */
export interface CommonRunSettings {
  /** Height and width of a view in pixels; absent of what looks at no views. */
  readonly size?: number;
  readonly batchImages: number;
  readonly epochs: number;
  /** At its highest. */
  readonly learningRate: number;
  readonly seed: number;
  readonly threads: number;
}

/** How a task looks at pictures. */
export interface ViewPlan {
  readonly recipe: AugmentationRecipe;
  /** Share of the views that are blended with that of another picture; absent: none. */
  readonly mixup?: number;
  /** Augmented views of each picture in a batch. */
  readonly viewsPerImage: number;
}

/** What a step is fed as `images`, where that isn't views of pictures. */
export interface OtherInput {
  /** Dimensions of a batch. */
  readonly dims: readonly number[];
  readonly loader: BatchLoader;
}

/** What one kind of run is, besides steps: what it feeds, what it measures, and when it gives up. */
export interface TrainingTask extends Partial<ViewPlan> {
  /** In place of views. */
  readonly input?: OtherInput;
  /** Results that every step hands out. */
  readonly wanted: readonly string[];
  /** As in `TrainingLoopOptions`. */
  readonly viewEpoch?: (epoch: number) => number;
  /** Values of a batch besides its views; `samples` are indices into the training images, epochs count from 0. */
  feedsOf?(
    samples: Uint32Array,
    epoch: number,
  ): Readonly<Record<string, TensorValue>> | Promise<Readonly<Record<string, TensorValue>>>;
  /** Values that the run starts with, where they are found by looking at the data. */
  prepare?(state: TensorMap): Promise<TensorMap>;
  /** Measures the network before it has learnt anything. */
  begin(state: TensorMap): Promise<Metrics>;
  /** Cheap beside the step. Throws training-failed where the numbers go wrong for good. */
  afterStep(outcome: StepOutcome): Metrics;
  /** How alike the pairs of the last batch of an epoch are; cheap beside the step. */
  histograms?(outcome: StepOutcome): PairHistograms;
  /** @param done epochs, counted from 1 */
  afterEpoch(done: number, outcome: StepOutcome, state: () => Promise<TensorMap>): Promise<Metrics>;
  /** Whether more epochs would be in vain. */
  isOver?(done: number): boolean;
  /** What a checkpoint holds besides the state, by names that are none of the program's. */
  kept?(): TensorMap;
  /** The state that the run ends with; its last one by default. */
  result?(last: TensorMap): TensorMap;
  /** Measures the result. */
  end(state: TensorMap): Promise<Metrics>;
  /** What a person wants to know of a run that goes on, in a few words. */
  describe(epoch: number, metrics: Readonly<Metrics>): string;
  /** Frees what isn't the run's worker. */
  dispose?(): Promise<void>;
}

export interface TrainingRunOptions {
  readonly settings: CommonRunSettings;
  readonly program: TrainingProgram;
  /** What trains where it isn't ONNX Runtime. */
  readonly tensorFlow: TensorFlow | undefined;
  /** What ONNX Runtime computes the steps on. */
  readonly provider: ExecutionProvider;
  /** Absent of what looks at no views. */
  readonly pixels: SharedPixels | undefined;
  /** Pictures that are trained on: so many, or these of `pixels`. */
  readonly images: number | Uint32Array;
  readonly start: RunPosition;
  readonly recorder: RunRecorder;
  readonly checkpointSeconds: number;
  /** @param worker for what the task runs besides the steps; it ends with the run */
  readonly task: (worker: OnnxWorker, run: RunShape) => Promise<TrainingTask>;
}

export interface RunShape extends JobContext {
  readonly totalSteps: number;
  readonly warmupSteps: number;
  /** With what the task kept, where the run goes on. */
  readonly start: RunPosition;
}

/**
 * Trains to the end of the last epoch, from wherever the run is. Rejects with `cancelled` when the signal aborts, after the
 * step under way and with its state saved, and with training-failed where the numbers go wrong for good.
 */
export async function trainToEnd(options: TrainingRunOptions, context: JobContext): Promise<RunPosition> {
  const worker = new OnnxWorker();
  try {
    return await new TrainingRun(options, worker, context).run();
  } finally {
    await worker.dispose();
  }
}

class TrainingRun {
  readonly #options: TrainingRunOptions;
  readonly #worker: OnnxWorker;
  readonly #context: JobContext;
  readonly #order: BatchOrder;
  readonly #startedAt = performance.now();
  #metrics: Metrics;
  #step: number;
  #firstStepAt = performance.now();
  #savedAt = performance.now();

  constructor(options: TrainingRunOptions, worker: OnnxWorker, context: JobContext) {
    const { settings, images, start } = options;
    this.#options = options;
    this.#worker = worker;
    this.#context = context;
    const count = typeof images === 'number' ? images : images.length;
    this.#order = new BatchOrder(count, settings.batchImages, settings.seed);
    this.#metrics = { ...start.metrics };
    this.#step = start.step;
  }

  get #seconds(): number {
    return this.#options.start.seconds + (performance.now() - this.#startedAt) / 1000;
  }

  get #totalSteps(): number {
    return this.#order.stepsPerEpoch * this.#options.settings.epochs;
  }

  async run(): Promise<RunPosition> {
    const { program, start, settings, tensorFlow, provider } = this.#options;
    const totalSteps = this.#totalSteps;
    const warmupSteps = Math.round(WARMUP_SHARE * totalSteps);
    const shape: RunShape = { totalSteps, warmupSteps, start, ...this.#context };
    const task = await this.#options.task(this.#worker, shape);
    try {
      const state = start.step === 0 ? await this.#begin(task, start.state) : start.state;
      const engine = { worker: this.#worker, threads: settings.threads, tensorFlow, provider };
      const session = await openTrainingSession(engine, program, state);
      try {
        return await this.#train(
          session,
          task,
          warmupCosineSchedule({ peak: settings.learningRate, warmupSteps, totalSteps }),
        );
      } finally {
        await session.dispose();
      }
    } finally {
      await task.dispose?.();
    }
  }

  async #train(session: TrainingSession, task: TrainingTask, schedule: LearningRateSchedule): Promise<RunPosition> {
    const { start } = this.#options;
    try {
      await this.#loop(session, task, schedule);
    } catch (error) {
      // What is done is kept, unless it is worthless.
      if (isCancellation(error)) await this.#checkpoint(session, task);
      throw error;
    }
    const last = await session.state();
    const state = task.result?.(last) ?? last;
    // Where the run was disturbed after its last step, that was told without these.
    if (start.step === this.#step) Object.assign(this.#metrics, await task.end(state));
    await this.#checkpoint(session, task);
    return { step: this.#step, seconds: this.#seconds, state, metrics: this.#metrics };
  }

  async #loop(session: TrainingSession, task: TrainingTask, schedule: LearningRateSchedule): Promise<void> {
    const { settings, start } = this.#options;
    const { batchImages } = settings;
    const { loader, dims } = task.input ?? this.#views(task);
    this.#firstStepAt = performance.now();
    try {
      await trainingLoop(
        {
          session,
          loader,
          order: { batch: (step) => this.#batch(step) },
          isOver: () => task.isOver?.(this.#step / this.#order.stepsPerEpoch) === true,
          batchImages,
          schedule,
          viewDims: dims,
          doneSteps: start.step,
          totalSteps: this.#totalSteps,
          wanted: task.wanted,
          ...(task.viewEpoch && { viewEpoch: task.viewEpoch }),
          feedsOf: (samples, batchEpoch) => task.feedsOf?.(samples, batchEpoch) ?? {},
          onStep: (outcome) => this.#afterStep(outcome, session, task),
        },
        this.#context,
      );
    } finally {
      await loader.dispose();
    }
  }

  #views({ recipe, viewsPerImage, mixup = 0 }: Partial<ViewPlan>): OtherInput & { readonly loader: ViewLoader } {
    const { pixels, settings } = this.#options;
    const { size, seed, batchImages, threads } = settings;
    if (pixels === undefined || recipe === undefined || viewsPerImage === undefined || size === undefined) {
      throw new Error('the task says neither how it looks at pictures nor what it is fed instead');
    }
    const views = {
      ...{ pixels, recipe, viewsPerImage, seed, mixup },
      size: { width: size, height: size },
      normalisation: VIEW_NORMALISATION,
    };
    const loader = new ViewLoader(views, Math.max(1, Math.floor(threads / 4)));
    return { loader, dims: [viewsPerImage * batchImages, 3, size, size] };
  }

  /** What the same network knows without any training is the baseline that everything is compared with. */
  async #begin(task: TrainingTask, first: TensorMap): Promise<TensorMap> {
    const state = (await task.prepare?.(first)) ?? first;
    Object.assign(this.#metrics, await task.begin(state));
    await this.#options.recorder.saveProgress(0, 0, this.#seconds, this.#metrics);
    return state;
  }

  async #afterStep(outcome: StepOutcome, session: TrainingSession, task: TrainingTask): Promise<string> {
    const { step, epoch } = outcome;
    const { recorder, checkpointSeconds } = this.#options;
    const lastOfEpoch = step % this.#order.stepsPerEpoch === 0;
    this.#step = step;
    const metrics = task.afterStep(outcome);
    const done = epoch + 1;
    try {
      if (lastOfEpoch) Object.assign(metrics, await this.#afterEpoch(done, outcome, session, task));
    } finally {
      // A step that is done is told, also where somebody stops the run while it is evaluated.
      Object.assign(this.#metrics, metrics);
      recorder.appendMetrics(step, done, this.#seconds, { ...metrics, secondsLeft: this.#secondsLeft() });
      const pairs = lastOfEpoch ? task.histograms?.(outcome) : undefined;
      if (pairs) recorder.appendHistograms(step, done, this.#seconds, pairs);
    }
    const unsaved = (performance.now() - this.#savedAt) / 1000;
    // Whoever reads that epochs are done expects that the run can go on from there.
    const isFirst = lastOfEpoch && this.#options.start.step === 0 && done === 1;
    if (isFirst || unsaved >= checkpointSeconds) await this.#checkpoint(session, task);
    if (lastOfEpoch) await recorder.saveProgress(done, step, this.#seconds, this.#metrics);
    return task.describe(done, this.#metrics);
  }

  async #afterEpoch(
    done: number,
    outcome: StepOutcome,
    session: TrainingSession,
    task: TrainingTask,
  ): Promise<Metrics> {
    const metrics = await task.afterEpoch(done, outcome, () => session.state());
    if (done < this.#options.settings.epochs && task.isOver?.(done) !== true) return metrics;
    const last = await session.state();
    return { ...metrics, ...(await task.end(task.result?.(last) ?? last)) };
  }

  #batch(step: number): ReturnType<BatchOrder['batch']> {
    const { images } = this.#options;
    const { epoch, samples } = this.#order.batch(step);
    return { epoch, samples: typeof images === 'number' ? samples : samples.map((sample) => images[sample]!) };
  }

  /** At the mean pace since this process took its first step. */
  #secondsLeft(): number {
    const seconds = (performance.now() - this.#firstStepAt) / 1000;
    return (seconds / (this.#step - this.#options.start.step)) * (this.#totalSteps - this.#step);
  }

  async #checkpoint(session: TrainingSession, task: TrainingTask): Promise<void> {
    const state = new Map([...(await session.state()), ...(task.kept?.() ?? [])]);
    await this.#options.recorder.saveCheckpoint(state, this.#step, this.#seconds);
    this.#savedAt = performance.now();
  }
}
