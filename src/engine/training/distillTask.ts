import type { AugmentationRecipe } from '../../core/augmentation/recipe.ts';
import { macroAccuracyInterval, scoreOutputs } from '../../core/evaluation/classificationScore.ts';
import { classProbabilities, expectedCalibrationError } from '../../core/evaluation/temperatureScaling.ts';
import { RandomStream } from '../../core/random.ts';
import { classifierEvaluationModel, type ClassifierShape } from '../../core/training/classifierNetwork.ts';
import { recipeOf } from '../../core/training/augmentationChoice.ts';
import type { ResolvedDistillSettings } from '../../core/training/distillSettings.ts';
import { classTargets } from '../../core/training/losses/classificationLoss.ts';
import type { NetworkShape } from '../../core/training/networkShape.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import type { DistillData } from './distillData.ts';
import { EncoderMonitor } from './encoderMonitor.ts';
import { GraphEvaluator } from './graphEvaluation.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { assertFinite, type Metrics } from './runMonitor.ts';
import { TeacherViews } from './teacherViews.ts';
import type { StepOutcome } from './trainingLoop.ts';
import type { RunShape, TrainingTask } from './trainingRun.ts';

/** Keeps the choice of the other pictures apart from what else is drawn by the same seed. */
const OTHERS = 0x6f746872;

export interface DistillTaskOptions {
  readonly settings: ResolvedDistillSettings;
  readonly data: DistillData;
  /** Numbers that the teacher gives for a picture. */
  readonly teacherDim: number;
  /** Pictures that similarities are told to; 0 where they are not what is learnt. */
  readonly others: number;
  readonly student: NetworkShape;
  /** Of the student with its classifier; undefined where it learns no classes. */
  readonly shape: ClassifierShape | undefined;
}

/** Learns what a teacher says of the same views; judged by what the student knows of classes. */
export class DistillTask implements TrainingTask {
  readonly recipe: AugmentationRecipe;
  readonly mixup: number;
  readonly viewsPerImage = 1;
  readonly wanted: readonly string[];
  readonly viewEpoch: (epoch: number) => number;
  readonly #options: DistillTaskOptions;
  readonly #views: TeacherViews;
  readonly #monitor: EncoderMonitor;
  readonly #classifier: GraphEvaluator | undefined;
  readonly #signal: AbortSignal;
  /** Pictures that similarities are told to. */
  readonly #others: Uint32Array;

  private constructor(
    options: DistillTaskOptions,
    views: TeacherViews,
    monitor: EncoderMonitor,
    classifier: GraphEvaluator | undefined,
    signal: AbortSignal,
  ) {
    const { settings, data, others } = options;
    this.recipe = recipeOf(settings, settings.size);
    this.mixup = settings.mixup;
    this.#options = options;
    this.#views = views;
    this.#monitor = monitor;
    this.#classifier = classifier;
    this.#signal = signal;
    this.viewEpoch = views.viewEpoch;
    this.wanted = [
      ...['loss', 'gradientNorm'],
      ...(settings.lesson === 'classes' ? ['agreement'] : []),
      ...(settings.teacherShare < 1 ? ['accuracy'] : []),
    ];
    const all = Array.from({ length: data.images.length }, (_, i) => i);
    this.#others = Uint32Array.from(new RandomStream(settings.seed, OTHERS).shuffled(all).slice(0, others));
  }

  static async open(options: DistillTaskOptions, worker: OnnxWorker, run: RunShape): Promise<DistillTask> {
    const { settings, data, teacherDim, student, shape } = options;
    const { teacher, pixels, images } = data;
    const { seed, teacherViews: views, mixup, centredTeacher, lesson, threads } = settings;
    const centred = centredTeacher && lesson !== 'classes';
    const teacherViews = new TeacherViews(
      {
        teacher,
        dim: teacherDim,
        pixels,
        count: images.length,
        recipe: recipeOf(settings, settings.size),
        seed,
        views,
        mixup,
        centred,
      },
      run,
    );
    const monitor = await EncoderMonitor.open(worker, { ...settings, ...student }, data, run.signal);
    const { input } = trainedEncoderInterface(student);
    const classifier = shape && (await GraphEvaluator.open(worker, classifierEvaluationModel(shape), input, threads));
    return new DistillTask(options, teacherViews, monitor, classifier, run.signal);
  }

  async feedsOf(samples: Uint32Array, epoch: number): Promise<Record<string, TensorValue>> {
    const { teacherDim: dim, settings, data } = this.#options;
    const said = await this.#views.of(epoch);
    const feeds: Record<string, TensorValue> = { teacher: rowsOf(said, samples, dim) };
    if (settings.lesson === 'similarities') {
      const others = rowsOf(said, this.#others, dim);
      const present = new Set(samples);
      // To itself a picture is compared anyway.
      this.#others.forEach((other, row) => {
        if (present.has(other)) others.data.fill(0, row * dim, (row + 1) * dim);
      });
      feeds['others'] = others;
    }
    if (settings.teacherShare < 1) {
      const labels = Int32Array.from(samples, (sample) => data.labels[sample]!);
      feeds['targets'] = { type: 'float32', dims: [samples.length, dim], data: classTargets(labels, dim) };
    }
    return feeds;
  }

  async begin(state: TensorMap): Promise<Metrics> {
    const { data, shape } = this.#options;
    const metrics: Metrics = { ...data.multiplications, ...(await this.#monitor.begin(state)) };
    if (shape === undefined || data.test === undefined) return metrics;
    const { accuracy, macroAccuracy } = scoreOutputs(data.test.teacher, data.test.labels, shape.classes);
    return { ...metrics, teacherTestAccuracy: accuracy, teacherTestMacro: macroAccuracy };
  }

  afterStep({ results, samples, seconds, learningRate, step }: StepOutcome): Metrics {
    const values = Object.fromEntries(this.wanted.map((name) => [name, results[name]![0]!]));
    assertFinite(values['loss']!, values['gradientNorm']!, step, this.#options.settings.learningRate);
    return { ...values, learningRate, imagesPerSecond: samples.length / seconds };
  }

  afterEpoch(done: number, _: StepOutcome, state: () => Promise<TensorMap>): Promise<Metrics> {
    return this.#monitor.afterEpoch(done, state);
  }

  async end(state: TensorMap): Promise<Metrics> {
    const metrics = await this.#monitor.end(state);
    const { data, shape } = this.#options;
    if (shape === undefined || data.test === undefined || this.#classifier === undefined) return metrics;
    const { classes } = shape;
    const logits = await this.#classifier.run('logits', data.test, state, this.#signal);
    if (this.#signal.aborted) return metrics;
    const result = scoreOutputs(logits, data.test.labels, classes);
    const { low, high } = macroAccuracyInterval(result);
    return {
      ...metrics,
      testAccuracy: result.accuracy,
      testMacro: result.macroAccuracy,
      testMacroError: (high - low) / 2,
      testCalibrationError: expectedCalibrationError(classProbabilities(logits, classes), data.test.labels, classes),
    };
  }

  describe(epoch: number, { loss = NaN, agreement, knnMacro }: Readonly<Metrics>): string {
    const parts = [`epoch ${epoch} of ${this.#options.settings.epochs}`, `loss ${loss.toFixed(3)}`];
    if (agreement !== undefined) parts.push(`${(100 * agreement).toFixed(0)} % as the teacher`);
    if (knnMacro !== undefined) parts.push(`kNN ${(100 * knnMacro).toFixed(0)} %`);
    return parts.join(', ');
  }

  async dispose(): Promise<void> {
    await this.#views.dispose();
  }
}

function rowsOf(rows: Float32Array, which: Uint32Array, dim: number) {
  const data = new Float32Array(which.length * dim);
  which.forEach((row, i) => {
    data.set(rows.subarray(row * dim, (row + 1) * dim), i * dim);
  });
  return { type: 'float32', dims: [which.length, dim], data } as const;
}
