import { labelledRecipe } from '../../core/augmentation/presets.ts';
import { cancelled } from '../../core/errors.ts';
import { macroAccuracyInterval, scoreOutputs } from '../../core/evaluation/classificationScore.ts';
import {
  classProbabilities,
  expectedCalibrationError,
  fitTemperature,
  negativeLogLikelihood,
} from '../../core/evaluation/temperatureScaling.ts';
import { plainProducts } from '../../core/linearAlgebra/products.ts';
import { classMeans, cosineClassifierStart } from '../../core/training/classifierHeads.ts';
import { classifierEvaluationModel, type ClassifierShape } from '../../core/training/classifierNetwork.ts';
import type { ResolvedFineTuneSettings } from '../../core/training/fineTuneSettings.ts';
import { classTargets } from '../../core/training/losses/classificationLoss.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { probeClassifierStart } from '../../core/training/probeStart.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { BestEpoch } from './bestEpoch.ts';
import { GraphEvaluator } from './graphEvaluation.ts';
import type { EvaluationSet } from './evaluation.ts';
import type { FineTuneData } from './fineTuneData.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { assertFinite, type Metrics } from './runMonitor.ts';
import type { StepOutcome } from './trainingLoop.ts';
import type { RunShape, TrainingTask } from './trainingRun.ts';

export interface FineTuneTaskOptions {
  readonly settings: ResolvedFineTuneSettings;
  readonly shape: ClassifierShape;
  readonly data: FineTuneData;
  /** Parameters and statistics that stay as they are. */
  readonly fixed: TensorMap;
  /** Names of the parameters and statistics that change. */
  readonly kept: ReadonlySet<string>;
  /** What the encoder's parameters began with, by their names, where the result is a mean with it. */
  readonly first: TensorMap;
}

/** Fine-tuning to classes: one view of each picture; the epoch that is best on the validation images is kept. */
export class FineTuneTask implements TrainingTask {
  readonly recipe = labelledRecipe;
  readonly viewsPerImage = 1;
  readonly wanted = ['loss', 'accuracy', 'gradientNorm'];
  readonly #options: FineTuneTaskOptions;
  readonly #evaluator: GraphEvaluator;
  readonly #signal: AbortSignal;
  readonly #best: BestEpoch;

  private constructor(options: FineTuneTaskOptions, evaluator: GraphEvaluator, { signal, start }: RunShape) {
    this.#options = options;
    this.#evaluator = evaluator;
    this.#signal = signal;
    this.#best = new BestEpoch(start);
  }

  static async open(options: FineTuneTaskOptions, worker: OnnxWorker, run: RunShape): Promise<FineTuneTask> {
    const { settings, shape } = options;
    const { input } = trainedEncoderInterface(shape);
    const model = classifierEvaluationModel(shape);
    return new FineTuneTask(options, await GraphEvaluator.open(worker, model, input, settings.threads), run);
  }

  feedsOf(samples: Uint32Array): Record<string, TensorValue> {
    const { data, shape } = this.#options;
    const labels = Int32Array.from(samples, (sample) => data.labels[sample]!);
    const targets = classTargets(labels, shape.classes);
    return { targets: { type: 'float32', dims: [samples.length, shape.classes], data: targets } };
  }

  /** A cosine classifier starts with the means of the classes, a linear one with a probe where that is wanted. */
  async prepare(state: TensorMap): Promise<TensorMap> {
    const { data, shape, settings } = this.#options;
    const { classifier, classes } = shape;
    if (classifier === 'linear' && settings.classifierStart === 'zero') return state;
    const features = await this.#run('feature', data.training, this.#whole(state));
    const { labels } = data.training;
    if (classifier === 'cosine') {
      return new Map([...state, ...cosineClassifierStart(classMeans(features, labels, classes), classes)]);
    }
    const between = () => {
      if (this.#signal.aborted) throw cancelled();
    };
    const start = await probeClassifierStart(features, labels, classes, { products: plainProducts, between });
    return new Map([...state, ...start]);
  }

  /** What begins as the linear probe stays it where no epoch is better on the validation images. */
  async begin(state: TensorMap): Promise<Metrics> {
    if (this.#options.settings.classifierStart !== 'probe') return {};
    return this.#validate(0, state);
  }

  afterStep({ results, samples, seconds, learningRate, step }: StepOutcome): Metrics {
    const [loss, accuracy, gradientNorm] = this.wanted.map((name) => results[name]![0]!) as [number, number, number];
    assertFinite(loss, gradientNorm, step, this.#options.settings.learningRate);
    return { loss, accuracy, gradientNorm, learningRate, imagesPerSecond: samples.length / seconds };
  }

  async afterEpoch(done: number, _: StepOutcome, state: () => Promise<TensorMap>): Promise<Metrics> {
    return this.#options.data.validation === undefined ? {} : this.#validate(done, await state());
  }

  async #validate(done: number, last: TensorMap): Promise<Metrics> {
    const { validation } = this.#options.data;
    if (validation === undefined) return {};
    const current = this.#averaged(last);
    const whole = this.#whole(current);
    const logits = await this.#run('logits', validation, whole);
    const { accuracy, macroAccuracy } = scoreOutputs(logits, validation.labels, this.#options.shape.classes);
    const loss = negativeLogLikelihood({ logits, ...this.#labelled(validation) });
    this.#best.offer(done, { score: macroAccuracy, loss }, current, this.#options.kept);
    return {
      validationLoss: loss,
      validationAccuracy: accuracy,
      validationMacro: macroAccuracy,
      bestValidationMacro: this.#best.score,
      bestEpoch: this.#best.epoch,
    };
  }

  isOver(done: number): boolean {
    return this.#best.isPast(done, this.#options.settings.patience);
  }

  kept(): TensorMap {
    return this.#best.kept();
  }

  result(last: TensorMap): TensorMap {
    return this.#best.state ?? this.#averaged(last);
  }

  /**
   * The mean of what was learnt and what it began with: M. Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022,
   * https://arxiv.org/abs/2109.01903.
   */
  #averaged(state: TensorMap): TensorMap {
    const { first, settings } = this.#options;
    const { startShare } = settings;
    if (startShare === 0) return state;
    return new Map(
      [...state].map(([name, values]) => {
        const start = first.get(name);
        return [name, start ? values.map((value, i) => value + startShare * (start[i]! - value)) : values];
      }),
    );
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
    const score = scoreOutputs(logits, test.labels, this.#options.shape.classes);
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

  async #run(output: 'feature' | 'logits', set: EvaluationSet, state: TensorMap): Promise<Float32Array> {
    const rows = await this.#evaluator.run(output, set, state, this.#signal);
    if (this.#signal.aborted) throw cancelled();
    return rows;
  }
}
