import { labelledRecipe } from '../../core/augmentation/presets.ts';
import { autoencoderEvaluationModel } from '../../core/training/autoencoderProgram.ts';
import type { ResolvedAutoencoderSettings } from '../../core/training/autoencoderSettings.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { EncoderMonitor, isEvaluated } from './encoderMonitor.ts';
import { GraphEvaluator } from './graphEvaluation.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { writeReconstructions, type ExamplePictures } from './reconstructions.ts';
import { assertFinite, type Metrics } from './runMonitor.ts';
import type { TrainingData } from './trainingData.ts';
import type { StepOutcome } from './trainingLoop.ts';
import type { RunShape, TrainingTask } from './trainingRun.ts';

export interface AutoencoderTaskOptions {
  readonly settings: ResolvedAutoencoderSettings;
  readonly data: Pick<TrainingData, 'monitored' | 'heldOut'>;
  /** Pictures whose reconstructions are shown. */
  readonly examples: ExamplePictures;
  /** Where they are written to. */
  readonly folder: string;
}

/** Learns to reconstruct pictures from their vectors: what contrastive pretraining has to be better than. */
export class AutoencoderTask implements TrainingTask {
  /** Crops and mirror images: changed colours would only have to be reconstructed too. */
  readonly recipe = labelledRecipe;
  readonly viewsPerImage = 1;
  readonly wanted = ['loss', 'gradientNorm'];
  readonly #options: AutoencoderTaskOptions;
  readonly #monitor: EncoderMonitor;
  readonly #evaluator: GraphEvaluator;
  readonly #signal: AbortSignal;

  private constructor(
    options: AutoencoderTaskOptions,
    monitor: EncoderMonitor,
    evaluator: GraphEvaluator,
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#monitor = monitor;
    this.#evaluator = evaluator;
    this.#signal = signal;
  }

  static async open(
    options: AutoencoderTaskOptions,
    worker: OnnxWorker,
    { signal }: Pick<RunShape, 'signal'>,
  ): Promise<AutoencoderTask> {
    const { settings, data } = options;
    const { input } = trainedEncoderInterface(settings);
    const model = autoencoderEvaluationModel(settings);
    const evaluator = await GraphEvaluator.open(worker, model, input, settings.threads);
    return new AutoencoderTask(options, await EncoderMonitor.open(worker, settings, data, signal), evaluator, signal);
  }

  begin(state: TensorMap): Promise<Metrics> {
    return this.#monitor.begin(state);
  }

  afterStep({ results, samples, seconds, learningRate, step }: StepOutcome): Metrics {
    const [loss, gradientNorm] = this.wanted.map((name) => results[name]![0]!) as [number, number];
    assertFinite(loss, gradientNorm, step, this.#options.settings.learningRate);
    const peakSignalToNoise = -10 * Math.log10(loss);
    return { loss, peakSignalToNoise, gradientNorm, learningRate, imagesPerSecond: samples.length / seconds };
  }

  async afterEpoch(done: number, _: StepOutcome, state: () => Promise<TensorMap>): Promise<Metrics> {
    if (isEvaluated(done, this.#options.settings.epochs)) await this.#show(await state());
    return this.#monitor.afterEpoch(done, state);
  }

  async end(state: TensorMap): Promise<Metrics> {
    const reconstructionError = await this.#show(state);
    const metrics = await this.#monitor.end(state);
    return reconstructionError === undefined ? metrics : { ...metrics, reconstructionError };
  }

  describe(epoch: number, { loss = NaN, knnMacro }: Readonly<Metrics>): string {
    const parts = [`epoch ${epoch} of ${this.#options.settings.epochs}`, `squared error ${loss.toFixed(4)}`];
    if (knnMacro !== undefined) parts.push(`kNN ${(100 * knnMacro).toFixed(0)} %`);
    return parts.join(', ');
  }

  /** @returns mean squared error of the examples, of pixels from 0 to 1; undefined where somebody stops the run */
  async #show(state: TensorMap): Promise<number | undefined> {
    const { examples, folder, settings } = this.#options;
    const reconstructions = await this.#evaluator.run('reconstruction', examples, state, this.#signal);
    if (this.#signal.aborted) return undefined;
    return writeReconstructions(folder, examples, reconstructions, settings.size);
  }
}
