import { captionRecall, type CaptionRecall } from '../../core/evaluation/captionRecall.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import { RandomStream } from '../../core/random.ts';
import type { ResolvedCaptionSettings } from '../../core/training/captionSettings.ts';
import { HEAD_INPUTS, type Half, type HeadsShape } from '../../core/training/imageTextHeads.ts';
import { LOG_SCALE, MATCHES } from '../../core/training/imageTextProgram.ts';
import { scaleOf, textMatches } from '../../core/training/losses/imageTextLoss.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { OnnxProducts } from '../evaluation/onnxProducts.ts';
import { BestEpoch } from './bestEpoch.ts';
import type { CaptionData } from './captionData.ts';
import { HeadEvaluator } from './headEvaluator.ts';
import { assertFinite, type Metrics } from './runMonitor.ts';
import type { BatchLoader, StepOutcome } from './trainingLoop.ts';
import type { OtherInput, RunShape, TrainingTask } from './trainingRun.ts';
import type { ViewBatch } from './viewLoader.ts';

/** Keep what is drawn for a step apart from what else is drawn by the same seed. */
const CAPTION_STREAM = 0x63617074;
const NOISE_STREAMS: Readonly<Record<Half, number>> = { image: 0x6e6f6969, text: 0x6e6f6974 };
/** Pairs that are measured on while training goes on, at most. */
const MOST_MEASURED = 2000;
/** The same of the final figures. */
const MOST_TESTED = 10_000;
/** The validation pairs are measured this often in a run, at most. */
const MEASUREMENTS = 100;
/** What `begin` calls the validation pairs' recall@1. */
const FLOOR = 'validationRecallAt1Before';
const CUTOFFS = Array.from({ length: 10 }, (_, i) => i + 1);

export interface CaptionTaskOptions {
  readonly settings: ResolvedCaptionSettings;
  readonly shape: HeadsShape;
  readonly data: CaptionData;
  /** Names of the parameters. */
  readonly kept: ReadonlySet<string>;
  /** The heads change nothing at first: what they begin with is what the towers are worth by themselves. */
  readonly isPair: boolean;
}

/**
 * Teaches the heads over two towers; the epoch that is best on the validation pairs is kept. Towers that share a space already stay as
 * they were where no epoch is better, or where more validation pairs find each other first without the heads: few pairs can teach
 * what is near and spoil what was right.
 */
export class CaptionTask implements TrainingTask {
  readonly wanted = ['loss', 'gradientNorm'];
  readonly input: OtherInput;
  readonly #options: CaptionTaskOptions;
  readonly #best: BestEpoch;
  readonly #heads: Readonly<Record<Half, HeadEvaluator>>;
  readonly #products: OnnxProducts;
  /** Recall@1 of the validation pairs below which an epoch is no candidate. */
  #floor: number;

  private constructor(
    options: CaptionTaskOptions,
    heads: Record<Half, HeadEvaluator>,
    worker: OnnxWorker,
    run: RunShape,
  ) {
    const { settings, shape } = options;
    this.#options = options;
    this.#heads = heads;
    this.#products = new OnnxProducts(worker, settings.threads);
    this.#best = new BestEpoch(run.start);
    // Where the run goes on, as it was when it began.
    this.#floor = options.isPair ? (run.start.metrics[FLOOR] ?? 0) : 0;
    this.input = { dims: [settings.batchImages, shape.image], loader: this.#imageLoader() };
  }

  static async open(options: CaptionTaskOptions, worker: OnnxWorker, run: RunShape): Promise<CaptionTask> {
    const { shape, settings } = options;
    const heads = {
      image: await HeadEvaluator.open(worker, 'image', shape, settings.threads),
      text: await HeadEvaluator.open(worker, 'text', shape, settings.threads),
    };
    return new CaptionTask(options, heads, worker, run);
  }

  /** One of the captions of each image, drawn anew in every epoch. */
  feedsOf(samples: Uint32Array, epoch: number): Record<string, TensorValue> {
    const { captionsOf } = this.#options.data;
    const { seed } = this.#options.settings;
    const captions = Array.from(samples, (image) => {
      const own = captionsOf[image]!;
      return own.length === 1 ? own[0]! : new RandomStream(seed, epoch, image, CAPTION_STREAM).pick(own);
    });
    const count = samples.length;
    return {
      [HEAD_INPUTS.text]: {
        type: 'float32',
        dims: [count, this.#options.shape.text],
        data: this.#noisy('text', captions, epoch),
      },
      [MATCHES]: { type: 'float32', dims: [count, count], data: textMatches(captions) },
    };
  }

  /** What the towers are worth before anything is learnt; names end in `Before`. */
  async begin(state: TensorMap): Promise<Metrics> {
    const { data, kept, isPair } = this.#options;
    const measured: Metrics = await this.#tested(state);
    if (data.validation.length > 0) {
      const { validationRecall, validationRecallAt1 } = await this.#validated(state);
      // What the towers know already may be more than what a few pairs can teach.
      this.#best.offer(0, { score: validationRecall }, state, kept);
      if (isPair) this.#floor = validationRecallAt1;
      Object.assign(measured, { validationRecall, validationRecallAt1 });
    }
    return Object.fromEntries(Object.entries(measured).map(([name, value]) => [`${name}Before`, value]));
  }

  afterStep({ results, samples, seconds, learningRate, step }: StepOutcome): Metrics {
    const [loss, gradientNorm] = this.wanted.map((name) => results[name]![0]!) as [number, number];
    assertFinite(loss, gradientNorm, step, this.#options.settings.learningRate);
    return { loss, gradientNorm, learningRate, imagesPerSecond: samples.length / seconds };
  }

  async afterEpoch(done: number, _: StepOutcome, state: () => Promise<TensorMap>): Promise<Metrics> {
    const { data, settings, kept } = this.#options;
    if (data.validation.length === 0 || !isMeasured(done, settings.epochs)) return {};
    const current = await state();
    const { validationRecall, validationRecallAt1 } = await this.#validated(current);
    if (validationRecallAt1 >= this.#floor) this.#best.offer(done, { score: validationRecall }, current, kept);
    return {
      validationRecall,
      validationRecallAt1,
      temperature: 1 / scaleOf(current.get(LOG_SCALE)![0]!),
      bestValidationRecall: this.#best.score,
      bestEpoch: this.#best.epoch,
    };
  }

  isOver(done: number): boolean {
    const { patience, epochs } = this.#options.settings;
    return isMeasured(done, epochs) && this.#best.isPast(done, patience);
  }

  kept(): TensorMap {
    return this.#best.kept();
  }

  result(last: TensorMap): TensorMap {
    return this.#best.state ?? last;
  }

  async end(state: TensorMap): Promise<Metrics> {
    return { temperature: 1 / scaleOf(state.get(LOG_SCALE)![0]!), ...(await this.#tested(state)) };
  }

  describe(epoch: number, { loss = NaN, validationRecallAt1 }: Readonly<Metrics>): string {
    const parts = [`epoch ${epoch} of ${this.#options.settings.epochs}`, `loss ${loss.toFixed(2)}`];
    if (validationRecallAt1 !== undefined) {
      parts.push(`${(100 * validationRecallAt1).toFixed(0)} % of validation pairs find each other`);
    }
    return parts.join(', ');
  }

  async #validated(state: TensorMap) {
    const recall = meanRecall(await this.#recall(this.#options.data.validation, MOST_MEASURED, state));
    // At one cutoff alone it is coarse where few pairs are held out.
    const validationRecall = recall.reduce((sum, value) => sum + value, 0) / CUTOFFS.length;
    return { validationRecall, validationRecallAt1: recall[0]! };
  }

  async #tested(state: TensorMap): Promise<Metrics> {
    const { test } = this.#options.data;
    if (test.length === 0) return {};
    const { imageToCaption, captionToImage } = await this.#recall(test, MOST_TESTED, state);
    const recall = meanRecall({ imageToCaption, captionToImage });
    return {
      testRecallAt1: recall[0]!,
      testRecallAt5: recall[4]!,
      testRecallAt10: recall[9]!,
      testImageToCaption: imageToCaption[0]!,
      testCaptionToImage: captionToImage[0]!,
    };
  }

  async #recall(rows: Uint32Array, most: number, state: TensorMap) {
    const { data, shape, settings } = this.#options;
    const drawn = rows.length <= most ? rows : new RandomStream(settings.seed).shuffled([...rows]).slice(0, most);
    const images = [...drawn];
    const captions = [...new Set(images.flatMap((image) => data.captionsOf[image]!))];
    const numbers = new Map(captions.map((caption, number) => [caption, number]));
    const pairs = images.flatMap((image, row) =>
      data.captionsOf[image]!.map((caption) => ({ row, caption: numbers.get(caption)! })),
    );
    const project = async (half: Half, wanted: readonly number[]) => {
      const taken = gathered(data.vectors[half], shape[half], Uint32Array.from(wanted));
      const vectors = await this.#heads[half].run(taken, state);
      return { vectors, rows: wanted.length, dim: shape.outputs };
    };
    const sides = {
      images: await project('image', images),
      captions: await project('text', captions),
      imageOf: Int32Array.from(pairs, ({ row }) => row),
      captionOf: Int32Array.from(pairs, ({ caption }) => caption),
    };
    return captionRecall(sides, CUTOFFS, this.#products, () => Promise.resolve());
  }

  #imageLoader(): BatchLoader {
    return {
      depth: 1,
      load: ({ epoch, samples }): Promise<ViewBatch> => {
        const start = performance.now();
        const views = this.#noisy('image', [...samples], epoch);
        return Promise.resolve({ views, milliseconds: performance.now() - start });
      },
      recycle: () => undefined,
      dispose: () => Promise.resolve(),
    };
  }

  /** Vectors of the tower, moved about at random: no two epochs see the same ones. */
  #noisy(half: Half, rows: readonly number[], epoch: number): Float32Array<ArrayBuffer> {
    const { data, shape, settings } = this.#options;
    const dim = shape[half];
    const vectors = gathered(data.vectors[half], dim, Uint32Array.from(rows));
    if (settings.noise === 0) return vectors;
    const deviation = settings.noise / Math.sqrt(dim);
    rows.forEach((row, i) => {
      const random = new RandomStream(settings.seed, epoch, row, NOISE_STREAMS[half]);
      for (let d = 0; d < dim; d++) vectors[i * dim + d]! += deviation * random.normal();
    });
    return vectors;
  }
}

/** Per cutoff, over both directions. */
function meanRecall({ imageToCaption, captionToImage }: CaptionRecall): number[] {
  return Array.from(imageToCaption, (recall, i) => (recall + captionToImage[i]!) / 2);
}

/** Whether the validation pairs are measured after so many of a run's epochs. */
function isMeasured(done: number, epochs: number): boolean {
  return done >= epochs || done % Math.ceil(epochs / MEASUREMENTS) === 0;
}
