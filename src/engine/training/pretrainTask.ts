import { trainingFailed } from '../../core/errors.ts';
import { pairHistograms, type PairHistograms } from '../../core/evaluation/pairHistograms.ts';
import type { BatchTargets } from '../../core/training/batchTargets.ts';
import { diagnose, type TrainingRecord } from '../../core/training/diagnosis.ts';
import type { NetworkShape } from '../../core/training/networkShape.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { recipeOf } from '../../core/training/augmentationChoice.ts';
import type { ResolvedPretrainSettings } from '../../core/training/pretrainSettings.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { EncoderMonitor } from './encoderMonitor.ts';
import { epochMetrics, stepMetrics, type Metrics } from './runMonitor.ts';
import type { TrainingData } from './trainingData.ts';
import type { StepOutcome } from './trainingLoop.ts';
import type { RunShape, TrainingTask } from './trainingRun.ts';

/** Steps whose metrics are judged; more would tell nothing new. */
const HISTORY = 1000;
/** Numbers are looked at this often; those that aren't finite at once. */
const JUDGED_STEPS = 10;

/** Results of a step of pretraining that tell how it goes. */
export const PRETRAIN_RESULTS: readonly string[] = ['loss', 'gradientNorm', 'z', 'representation'];
export const VIEWS_PER_IMAGE = 2;

export interface PretrainTaskOptions {
  readonly settings: ResolvedPretrainSettings;
  readonly shape: NetworkShape;
  readonly data: Pick<TrainingData, 'monitored' | 'heldOut'>;
  readonly targets: BatchTargets;
}

/** Contrastive pretraining: two views of each picture, judged by the loss and by how well neighbours agree on classes. */
export class PretrainTask implements TrainingTask {
  readonly viewsPerImage = VIEWS_PER_IMAGE;
  readonly wanted = PRETRAIN_RESULTS;
  readonly #options: PretrainTaskOptions;
  readonly #monitor: EncoderMonitor;
  readonly #warmupSteps: number;
  readonly #history: TrainingRecord[] = [];

  private constructor(options: PretrainTaskOptions, monitor: EncoderMonitor, warmupSteps: number) {
    this.#options = options;
    this.#monitor = monitor;
    this.#warmupSteps = warmupSteps;
  }

  static async open(
    options: PretrainTaskOptions,
    worker: OnnxWorker,
    { signal, warmupSteps }: Pick<RunShape, 'signal' | 'warmupSteps'>,
  ): Promise<PretrainTask> {
    const { settings, shape, data } = options;
    const monitor = await EncoderMonitor.open(worker, { ...settings, ...shape }, data, signal);
    return new PretrainTask(options, monitor, warmupSteps);
  }

  get recipe() {
    const { settings } = this.#options;
    return recipeOf(settings, settings.size);
  }

  feedsOf(samples: Uint32Array): Record<string, TensorValue> {
    return pairFeeds(this.#options.targets, samples);
  }

  begin(state: TensorMap): Promise<Metrics> {
    return this.#monitor.begin(state);
  }

  afterStep(outcome: StepOutcome): Metrics {
    const metrics = stepMetrics(outcome, this.#options.settings);
    this.#judge(outcome.step, metrics);
    return metrics;
  }

  async afterEpoch(done: number, outcome: StepOutcome, state: () => Promise<TensorMap>): Promise<Metrics> {
    return { ...epochMetrics(outcome), ...(await this.#monitor.afterEpoch(done, state)) };
  }

  /** Of z, which the loss looks at. */
  histograms({ results, samples }: StepOutcome): PairHistograms {
    const z = results['z']!;
    return pairHistograms(z, samples.length, z.length / (2 * samples.length));
  }

  end(state: TensorMap): Promise<Metrics> {
    return this.#monitor.end(state);
  }

  describe(epoch: number, { relativeLoss = 1, knnMacro }: Readonly<Metrics>): string {
    const parts = [
      `epoch ${epoch} of ${this.#options.settings.epochs}`,
      `loss ${Math.round(100 * relativeLoss)} % of chance`,
    ];
    if (knnMacro !== undefined) parts.push(`kNN ${(100 * knnMacro).toFixed(0)} %`);
    return parts.join(', ');
  }

  #judge(step: number, metrics: Metrics): void {
    const { loss = NaN, relativeLoss = NaN, standardDeviation = NaN, gradientNorm = NaN } = metrics;
    this.#history.push({ step, loss, relativeLoss, relativeDeviation: standardDeviation, gradientNorm });
    // The first ones tell where the run started from.
    if (this.#history.length > HISTORY) this.#history.splice(HISTORY / 4, 1);
    // A gradient that isn't finite spoils the weights, which the next loss shows: by then they may have been saved.
    if (step % JUDGED_STEPS !== 0 && Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
    const { temperature } = this.#options.settings;
    const diagnosis = diagnose(this.#history, { warmupSteps: this.#warmupSteps, temperature });
    if (diagnosis === undefined || diagnosis.kind === 'no-learning') return;
    throw trainingFailed(diagnosis.message);
  }
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
