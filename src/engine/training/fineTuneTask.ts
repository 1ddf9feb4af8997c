import { labelledRecipe } from '../../core/augmentation/presets.ts';
import { cancelled, trainingFailed } from '../../core/errors.ts';
import { macroAccuracyInterval, scoreClassification } from '../../core/evaluation/classificationScore.ts';
import {
  classProbabilities,
  expectedCalibrationError,
  fitTemperature,
  negativeLogLikelihood,
} from '../../core/evaluation/temperatureScaling.ts';
import { classMeans, cosineClassifierStart } from '../../core/training/classifierHeads.ts';
import type { ClassifierShape } from '../../core/training/classifierNetwork.ts';
import type { ResolvedFineTuneSettings } from '../../core/training/fineTuneSettings.ts';
import { classTargets } from '../../core/training/losses/classificationLoss.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { ClassifierEvaluator } from './classifierEvaluation.ts';
import type { EvaluationSet } from './evaluation.ts';
import type { FineTuneData } from './fineTuneData.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import type { Metrics } from './runMonitor.ts';
import type { StepOutcome } from './trainingLoop.ts';
import type { RunShape, TrainingTask } from './trainingRun.ts';

/** What the values of the best epoch are called in a checkpoint. */
const BEST = 'best/';

export interface FineTuneTaskOptions {
  readonly settings: ResolvedFineTuneSettings;
  readonly shape: ClassifierShape;
  readonly data: FineTuneData;
  /** Parameters and statistics that stay as they are. */
  readonly fixed: TensorMap;
}

/** Fine-tuning to classes: one view of each picture; the epoch that is best on the validation images is kept. */
export class FineTuneTask implements TrainingTask {
  readonly recipe = labelledRecipe;
  readonly viewsPerImage = 1;
  readonly wanted = ['loss', 'accuracy', 'gradientNorm'];
  readonly #options: FineTuneTaskOptions;
  readonly #evaluator: ClassifierEvaluator;
  readonly #signal: AbortSignal;
  #best: TensorMap | undefined;
  #bestEpoch: number;
  #bestMacro: number;

  private constructor(options: FineTuneTaskOptions, evaluator: ClassifierEvaluator, { signal, start }: RunShape) {
    this.#options = options;
    this.#evaluator = evaluator;
    this.#signal = signal;
    const kept = [...start.state].filter(([name]) => name.startsWith(BEST));
    this.#best = kept.length === 0 ? undefined : new Map(kept.map(([name, data]) => [name.slice(BEST.length), data]));
    this.#bestEpoch = start.metrics['bestEpoch'] ?? 0;
    this.#bestMacro = this.#best === undefined ? -1 : (start.metrics['bestValidationMacro'] ?? -1);
  }

  static async open(options: FineTuneTaskOptions, worker: OnnxWorker, run: RunShape): Promise<FineTuneTask> {
    const { settings, shape } = options;
    const { input } = trainedEncoderInterface(settings);
    return new FineTuneTask(options, await ClassifierEvaluator.open(worker, shape, input, settings.threads), run);
  }

  feedsOf(samples: Uint32Array): Record<string, TensorValue> {
    const { data, shape } = this.#options;
    const labels = Int32Array.from(samples, (sample) => data.labels[sample]!);
    const targets = classTargets(labels, shape.classes);
    return { targets: { type: 'float32', dims: [samples.length, shape.classes], data: targets } };
  }

  /** A cosine classifier starts with the means of the classes. */
  async prepare(state: TensorMap): Promise<TensorMap> {
    const { data, shape } = this.#options;
    if (shape.classifier !== 'cosine') return state;
    const features = await this.#run('feature', data.training, state);
    const means = classMeans(features, data.training.labels, shape.classes);
    return new Map([...state, ...cosineClassifierStart(means, shape.classes)]);
  }

  begin(): Promise<Metrics> {
    return Promise.resolve({});
  }

  afterStep({ results, samples, seconds, learningRate, step }: StepOutcome): Metrics {
    const [loss, accuracy, gradientNorm] = this.wanted.map((name) => results[name]![0]!) as [number, number, number];
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw trainingFailed(
        `The loss is no number any more at step ${step}: training has diverged. Choose a lower learning rate than ${this.#options.settings.learningRate}.`,
      );
    }
    return { loss, accuracy, gradientNorm, learningRate, imagesPerSecond: samples.length / seconds };
  }

  async afterEpoch(done: number, _: StepOutcome, state: () => Promise<TensorMap>): Promise<Metrics> {
    const { validation } = this.#options.data;
    if (validation === undefined) return {};
    const current = await state();
    const whole = this.#whole(current);
    const logits = await this.#run('logits', validation, whole);
    const { accuracy, macroAccuracy } = this.#score(logits, validation);
    if (macroAccuracy > this.#bestMacro) {
      this.#bestMacro = macroAccuracy;
      this.#bestEpoch = done;
      // Moments are of no use to a result.
      this.#best = new Map([...current].filter(([name]) => !name.includes('/')));
    }
    return {
      validationLoss: negativeLogLikelihood({ logits, ...this.#labelled(validation) }),
      validationAccuracy: accuracy,
      validationMacro: macroAccuracy,
      bestValidationMacro: this.#bestMacro,
      bestEpoch: this.#bestEpoch,
    };
  }

  isOver(done: number): boolean {
    const { patience } = this.#options.settings;
    return patience > 0 && this.#best !== undefined && done - this.#bestEpoch >= patience;
  }

  kept(): TensorMap {
    return new Map([...(this.#best ?? [])].map(([name, data]) => [BEST + name, data]));
  }

  result(last: TensorMap): TensorMap {
    return this.#best ?? last;
  }

  /** Accuracies on the test images, and how far the probabilities can be trusted. */
  async end(state: TensorMap): Promise<Metrics> {
    const { validation, test } = this.#options.data;
    const whole = this.#whole(state);
    const calibration = validation && {
      logits: await this.#run('logits', validation, whole),
      ...this.#labelled(validation),
    };
    const temperature = calibration === undefined ? 1 : fitTemperature(calibration).temperature;
    if (test === undefined) return { temperature };
    const logits = await this.#run('logits', test, whole);
    const score = this.#score(logits, test);
    const { low, high } = macroAccuracyInterval(score);
    const { classes } = this.#options.shape;
    const probabilities = classProbabilities(logits, classes, temperature);
    return {
      temperature,
      testAccuracy: score.accuracy,
      testMacro: score.macroAccuracy,
      testMacroError: (high - low) / 2,
      testCalibrationError: expectedCalibrationError(probabilities, test.labels, classes),
    };
  }

  describe(epoch: number, { loss = NaN, validationMacro }: Readonly<Metrics>): string {
    const parts = [`epoch ${epoch} of ${this.#options.settings.epochs}`, `loss ${loss.toFixed(2)}`];
    if (validationMacro !== undefined) parts.push(`${(100 * validationMacro).toFixed(0)} % of validation images right`);
    return parts.join(', ');
  }

  /** With what is fixed, which is no part of a run's state. */
  #whole(state: TensorMap): TensorMap {
    return new Map([...this.#options.fixed, ...state]);
  }

  #labelled({ labels }: EvaluationSet) {
    return { labels, classes: this.#options.shape.classes };
  }

  #score(logits: Float32Array, { count, labels }: EvaluationSet) {
    const { classes } = this.#options.shape;
    const predicted = Int32Array.from({ length: count }, (_, row) => {
      const own = logits.subarray(row * classes, (row + 1) * classes);
      return own.indexOf(Math.max(...own));
    });
    return scoreClassification(predicted, labels, classes);
  }

  async #run(output: 'feature' | 'logits', set: EvaluationSet, state: TensorMap): Promise<Float32Array> {
    const rows = await this.#evaluator.run(output, set, state, this.#signal);
    if (this.#signal.aborted) throw cancelled();
    return rows;
  }
}
