import { isCancellation, trainingFailed } from '../../core/errors.ts';
import { augmentationPreset } from '../../core/augmentation/presets.ts';
import type { JobContext } from '../../core/progress.ts';
import { BatchOrder } from '../../core/training/batches.ts';
import type { BatchTargets } from '../../core/training/batchTargets.ts';
import { diagnose, type TrainingRecord } from '../../core/training/diagnosis.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { ResolvedPretrainSettings } from '../../core/training/pretrainSettings.ts';
import { warmupCosineSchedule } from '../../core/training/schedule.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { RunEvaluator } from './evaluation.ts';
import { openTrainingSession } from './openSession.ts';
import { NORMALISATION, trainedEncoderInterface } from './pretrainCard.ts';
import type { PretrainData } from './pretrainData.ts';
import { pretrainLoop, type StepOutcome } from './pretrainLoop.ts';
import { epochMetrics, RunQuality, stepMetrics, type Metrics } from './runMonitor.ts';
import type { TensorFlow } from './tensorflow/tensors.ts';
import type { TrainingSession } from './trainingSession.ts';
import { ViewLoader } from './viewLoader.ts';

/** Share of a run during which the learning rate rises; SimCLRv2 takes 5 % too. */
const WARMUP_SHARE = 0.05;
/** In a whole run, classes are predicted about this often. */
const EVALUATIONS = 20;
/** Steps whose metrics are judged; more would tell nothing new. */
const HISTORY = 1000;

/** Numbers are looked at this often; those that aren't finite at once. */
const JUDGED_STEPS = 10;

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
  /** After every epoch. */
  saveProgress(epoch: number, step: number, seconds: number, metrics: Readonly<Metrics>): Promise<void>;
  saveCheckpoint(state: TensorMap, step: number, seconds: number): Promise<void>;
}

export interface PretrainTrainingOptions {
  readonly settings: ResolvedPretrainSettings;
  readonly program: TrainingProgram;
  /** What trains where it isn't ONNX Runtime. */
  readonly tensorFlow: TensorFlow | undefined;
  readonly data: PretrainData;
  readonly targets: BatchTargets;
  readonly start: RunPosition;
  readonly recorder: RunRecorder;
  readonly checkpointSeconds: number;
}

/**
 * Trains to the end of the last epoch, from wherever the run is. Rejects with `cancelled` when the signal aborts, after the
 * step under way and with its state saved, and with training-failed where the numbers go wrong for good.
 */
export async function trainToEnd(options: PretrainTrainingOptions, context: JobContext): Promise<RunPosition> {
  const worker = new OnnxWorker();
  const { settings, data } = options;
  const recipe = augmentationPreset(settings.augmentation)!.recipe(settings.size);
  const loader = new ViewLoader(
    { pixels: data.pixels, recipe, size: settings.size, normalisation: NORMALISATION, seed: settings.seed },
    Math.max(1, Math.floor(settings.threads / 4)),
  );
  try {
    return await new Training(options, worker, loader, context).run();
  } finally {
    await Promise.all([loader.dispose(), worker.dispose()]);
  }
}

class Training {
  readonly #options: PretrainTrainingOptions;
  readonly #worker: OnnxWorker;
  readonly #loader: ViewLoader;
  readonly #context: JobContext;
  readonly #order: BatchOrder;
  readonly #history: TrainingRecord[] = [];
  readonly #startedAt = performance.now();
  #metrics: Metrics;
  #step: number;
  #firstStepAt = performance.now();
  #savedAt = performance.now();

  constructor(options: PretrainTrainingOptions, worker: OnnxWorker, loader: ViewLoader, context: JobContext) {
    const { settings, data, start } = options;
    this.#options = options;
    this.#worker = worker;
    this.#loader = loader;
    this.#context = context;
    this.#order = new BatchOrder(data.images.length, settings.batchImages, settings.seed);
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
    const { program, start, settings, tensorFlow } = this.#options;
    const engine = { worker: this.#worker, threads: settings.threads, tensorFlow };
    const session = await openTrainingSession(engine, program, start.state);
    try {
      return await this.#train(session);
    } finally {
      await session.dispose();
    }
  }

  async #train(session: TrainingSession): Promise<RunPosition> {
    const { settings, start, targets } = this.#options;
    const { threads, size, batchImages, learningRate } = settings;
    const evaluator = await RunEvaluator.open(this.#worker, settings, trainedEncoderInterface(settings), threads);
    const quality = new RunQuality(evaluator, this.#context.signal);
    if (start.step === 0) await this.#evaluateUntrained(quality, start.state);
    const warmupSteps = Math.round(WARMUP_SHARE * this.#totalSteps);
    this.#firstStepAt = performance.now();
    const schedule = warmupCosineSchedule({ peak: learningRate, warmupSteps, totalSteps: this.#totalSteps });
    try {
      await pretrainLoop(
        {
          session,
          loader: this.#loader,
          order: this.#order,
          batchImages,
          schedule,
          viewDims: [2 * batchImages, 3, size, size],
          doneSteps: start.step,
          totalSteps: this.#totalSteps,
          feedsOf: (samples) => pairFeeds(targets, samples),
          onStep: (outcome) => this.#afterStep(outcome, session, quality, warmupSteps),
        },
        this.#context,
      );
    } catch (error) {
      // What is done is kept, unless it is worthless.
      if (isCancellation(error)) await this.#checkpoint(await session.state());
      throw error;
    }
    const state = await session.state();
    // Where the run was disturbed after its last step, that was told without these.
    if (start.step === this.#totalSteps) Object.assign(this.#metrics, await this.#evaluate(quality, state));
    await this.#checkpoint(state);
    return { step: this.#step, seconds: this.#seconds, state, metrics: this.#metrics };
  }

  async #afterStep(
    outcome: StepOutcome,
    session: TrainingSession,
    quality: RunQuality,
    warmupSteps: number,
  ): Promise<string> {
    const { step, epoch } = outcome;
    const { settings } = this.#options;
    const lastOfEpoch = step % this.#order.stepsPerEpoch === 0;
    const metrics = { ...stepMetrics(outcome, settings), ...(lastOfEpoch ? epochMetrics(outcome) : {}) };
    this.#step = step;
    this.#judge(step, metrics, warmupSteps);
    const done = epoch + 1;
    try {
      if (lastOfEpoch) Object.assign(metrics, await this.#evaluateEpoch(done, session, quality));
    } finally {
      // A step that is done is told, also where somebody stops the run while it is evaluated.
      Object.assign(this.#metrics, metrics);
      const secondsLeft = this.#secondsLeft();
      this.#options.recorder.appendMetrics(step, done, this.#seconds, { ...metrics, secondsLeft });
    }
    if (lastOfEpoch) await this.#options.recorder.saveProgress(done, step, this.#seconds, this.#metrics);
    const unsaved = (performance.now() - this.#savedAt) / 1000;
    if (unsaved >= this.#options.checkpointSeconds) await this.#checkpoint(await session.state());
    return this.#describe(done);
  }

  /** What is measured after an epoch: classes now and then, and everything after the last one. */
  async #evaluateEpoch(done: number, session: TrainingSession, quality: RunQuality): Promise<Metrics> {
    const { epochs } = this.#options.settings;
    if (done === epochs) return this.#evaluate(quality, await session.state());
    const { monitored } = this.#options.data;
    if (!isEvaluated(done, epochs) || monitored === undefined) return {};
    return quality.ofTraining(monitored, await session.state());
  }

  /** At the mean pace since this process took its first step. */
  #secondsLeft(): number {
    const seconds = (performance.now() - this.#firstStepAt) / 1000;
    return (seconds / (this.#step - this.#options.start.step)) * (this.#totalSteps - this.#step);
  }

  #describe(epoch: number): string {
    const { relativeLoss = 1, knnMacro } = this.#metrics;
    const parts = [
      `epoch ${epoch} of ${this.#options.settings.epochs}`,
      `loss ${Math.round(100 * relativeLoss)} % of chance`,
    ];
    if (knnMacro !== undefined) parts.push(`kNN ${(100 * knnMacro).toFixed(0)} %`);
    return parts.join(', ');
  }

  #judge(step: number, metrics: Metrics, warmupSteps: number): void {
    const { loss = NaN, relativeLoss = NaN, standardDeviation = NaN, gradientNorm = NaN } = metrics;
    this.#history.push({ step, loss, relativeLoss, relativeDeviation: standardDeviation, gradientNorm });
    // The first ones tell where the run started from.
    if (this.#history.length > HISTORY) this.#history.splice(HISTORY / 4, 1);
    // A gradient that isn't finite spoils the weights, which the next loss shows: by then they may have been saved.
    if (step % JUDGED_STEPS !== 0 && Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
    const diagnosis = diagnose(this.#history, { warmupSteps, temperature: this.#options.settings.temperature });
    if (diagnosis === undefined || diagnosis.kind === 'no-learning') return;
    throw trainingFailed(diagnosis.message);
  }

  async #checkpoint(state: TensorMap): Promise<void> {
    await this.#options.recorder.saveCheckpoint(state, this.#step, this.#seconds);
    this.#savedAt = performance.now();
  }

  /** What the same network knows without any training: the baseline that everything is compared with. */
  async #evaluateUntrained(quality: RunQuality, state: TensorMap): Promise<void> {
    const { knn, knnMacro, testKnnMacro } = await this.#evaluate(quality, state);
    const untrained = { knnUntrained: knn, knnMacroUntrained: knnMacro, testKnnMacroUntrained: testKnnMacro };
    const measured = Object.entries(untrained).filter(([, value]) => value !== undefined);
    Object.assign(this.#metrics, Object.fromEntries(measured));
    await this.#options.recorder.saveProgress(0, 0, this.#seconds, this.#metrics);
  }

  async #evaluate(quality: RunQuality, state: TensorMap): Promise<Metrics> {
    const { monitored, heldOut } = this.#options.data;
    return {
      ...(monitored && (await quality.ofTraining(monitored, state))),
      ...(heldOut && (await quality.ofTest(heldOut, state))),
    };
  }
}

/** Whether classes are predicted after so many of a run's epochs. */
export function isEvaluated(done: number, epochs: number): boolean {
  return done < epochs && done % Math.ceil(epochs / EVALUATIONS) === 0;
}

/** The targets of a batch as the graph takes them. */
export function pairFeeds(targets: BatchTargets, samples: Uint32Array): Record<string, TensorValue> {
  const { count, positives, candidates } = targets.of(samples);
  const dims = [count, count];
  return {
    positives: { type: 'float32', dims, data: positives },
    candidates: { type: 'float32', dims, data: candidates },
  };
}
