import type { Dataset } from '../dataset.ts';
import { batchTooSmall } from '../../core/augmentation/augmentationErrors.ts';
import { parseAugmentationRecipe } from '../../core/augmentation/recipeRules.ts';
import { histogram, separation } from '../../core/evaluation/separation.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import type { JobContext } from '../../core/progress.ts';
import type { BatchReport, BatchRequest, NegativePair, PositivePair } from '../../protocol/augmentations.ts';
import type { Encoder } from '../encoders/encoder.ts';
import type { SimilarContext } from '../search/similar.ts';
import { readPairDecisions } from '../training/pairDecisions.ts';
import { embedThrough, similarityMatrix } from './comparison.ts';
import { forSample, openVectors, type SampledImage } from './imageSample.ts';
import { ViewMaker } from './viewMaker.ts';
import { checkViewSettings, encoded, stopIf } from './views.ts';

const BINS = 40;
/** Pairs that are listed. */
const HARDEST = 8;

/** Two views of an image that the encoder has vectors for. */
interface ViewedImage extends SampledImage {
  readonly views: readonly [RgbImage, RgbImage];
}

interface Views {
  readonly images: readonly ViewedImage[];
  /** `2 images × 2 images`: the first views, then the second ones. */
  readonly matrix: Float32Array;
}

/**
 * What a batch of contrastive training looks like to the dataset's encoder. Rejects with the codes of the index and of
 * encoders, invalid-augmentation, too-few-images, usage, or `cancelled`.
 */
export async function measureBatch(
  request: BatchRequest,
  options: SimilarContext,
  job: JobContext,
): Promise<BatchReport> {
  checkViewSettings(request, request.images);
  const { dataset, stored } = options;
  const views = await viewImages(request, options, job);
  if (views.images.length < 2) throw batchTooSmall(dataset.root);
  stopIf(job.signal);
  const { positives, negatives } = similaritiesOf(views);
  const low = lowestOf(positives, negatives);
  return {
    root: dataset.root,
    encoder: { id: stored.card.id, dim: stored.card.output.dim },
    images: views.images.length,
    positives: histogram(positives, low, 1, BINS),
    negatives: histogram(negatives, low, 1, BINS),
    meanPositive: mean(positives),
    meanNegative: mean(negatives),
    separation: separation(positives, negatives),
    hardestPositives: await hardestPositives(views, positives),
    hardestNegatives: await hardestNegatives(views, dataset),
    sameClassNegatives: sameClassShare(views.images),
  };
}

async function viewImages(request: BatchRequest, options: SimilarContext, job: JobContext): Promise<Views> {
  const { viewSize, seed, images: count } = request;
  const recipe = parseAugmentationRecipe(request.recipe);
  const table = openVectors(options);
  const encoder = await options.load(job.signal);
  const embedder = new PairEmbedder(encoder, job.signal);
  const maker = new ViewMaker(viewSize);
  const sample = { phase: 'Comparing views', images: count, viewSize, seed };
  await forSample(table, encoder, options, sample, job, async (image, pixels) => {
    const draw = (view: number) => maker.draw(pixels, recipe, { seed, epoch: 0, sample: image.number, view });
    await embedder.add({ ...image, views: [draw(0), draw(1)] });
  });
  return embedder.finish();
}

/** Embeds pairs of views, as many at once as the encoder takes. */
class PairEmbedder {
  readonly #encoder: Encoder;
  readonly #signal: AbortSignal;
  readonly #images: ViewedImage[] = [];
  /** Of first and second views. */
  readonly #vectors: [Float32Array[], Float32Array[]] = [[], []];
  #waiting: ViewedImage[] = [];

  constructor(encoder: Encoder, signal: AbortSignal) {
    this.#encoder = encoder;
    this.#signal = signal;
  }

  async add(image: ViewedImage): Promise<void> {
    this.#waiting.push(image);
    if (2 * this.#waiting.length >= this.#encoder.batchSize) await this.#embed();
  }

  async finish(): Promise<Views> {
    await this.#embed();
    const { dim } = this.#encoder.card.output;
    const rows = 2 * this.#images.length;
    const vectors = new Float32Array(rows * dim);
    this.#vectors.flat().forEach((vector, row) => {
      vectors.set(vector, row * dim);
    });
    return { images: this.#images, matrix: similarityMatrix({ vectors, invalid: [] }, rows, dim) };
  }

  async #embed(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const pictures = waiting.flatMap(({ views }) => views);
    const { vectors, invalid } = await embedThrough(this.#encoder, pictures, this.#signal);
    const { dim } = this.#encoder.card.output;
    waiting.forEach((image, i) => {
      // Pictures that the encoder makes nothing of say nothing about augmentations.
      if (invalid.includes(2 * i) || invalid.includes(2 * i + 1)) return;
      this.#images.push(image);
      for (const view of [0, 1] as const) {
        this.#vectors[view].push(vectors.subarray((2 * i + view) * dim, (2 * i + view + 1) * dim));
      }
    });
  }
}

function similaritiesOf({ images, matrix }: Views): { positives: Float32Array; negatives: Float32Array } {
  const count = images.length;
  const positives = Float32Array.from({ length: count }, (_, i) => matrix[i * 2 * count + count + i]!);
  const negatives = new Float32Array(2 * count * (count - 1));
  let next = 0;
  for (let i = 0; i < 2 * count; i++) {
    for (let j = i + 1; j < 2 * count; j++) {
      if (j !== i + count) negatives[next++] = matrix[i * 2 * count + j]!;
    }
  }
  return { positives, negatives };
}

function hardestPositives({ images }: Views, positives: Float32Array): Promise<PositivePair[]> {
  const order = [...positives.keys()].sort((a, b) => positives[a]! - positives[b]!).slice(0, HARDEST);
  return Promise.all(
    order.map(async (index) => {
      const { path, label, views } = images[index]!;
      return { path, label, similarity: positives[index]!, views: [await encoded(views[0]), await encoded(views[1])] };
    }),
  );
}

/** Two images by their numbers, and those of their views that are the most alike. */
interface AlikeViews {
  readonly first: number;
  readonly second: number;
  readonly views: readonly [0 | 1, 0 | 1];
  readonly similarity: number;
}

async function hardestNegatives({ images, matrix }: Views, { root, store }: Dataset): Promise<NegativePair[]> {
  const count = images.length;
  const pairs: AlikeViews[] = [];
  for (let first = 0; first < count; first++) {
    for (let second = first + 1; second < count; second++) {
      pairs.push(mostAlike(matrix, count, first, second));
    }
  }
  const hardest = pairs.sort((a, b) => b.similarity - a.similarity).slice(0, HARDEST);
  const paths = images.map(({ path }) => path);
  const decisions = new Map(
    (await readPairDecisions(root, paths, store)).map(({ first, second, kind }) => [
      `${Math.min(first, second)} ${Math.max(first, second)}`,
      kind,
    ]),
  );
  return Promise.all(
    hardest.map(async ({ first, second, views, similarity }) => {
      const [one, other] = [images[first]!, images[second]!];
      return {
        paths: [one.path, other.path],
        labels: [one.label, other.label],
        similarity,
        sameClass: one.label === undefined || other.label === undefined ? undefined : one.label === other.label,
        decided: decisions.get(`${first} ${second}`),
        views: [await encoded(one.views[views[0]]), await encoded(other.views[views[1]])],
      };
    }),
  );
}

function mostAlike(matrix: Float32Array, count: number, first: number, second: number): AlikeViews {
  let best: AlikeViews | undefined;
  for (const one of [0, 1] as const) {
    for (const other of [0, 1] as const) {
      const similarity = matrix[(one * count + first) * 2 * count + other * count + second]!;
      if (best === undefined || similarity > best.similarity) best = { first, second, views: [one, other], similarity };
    }
  }
  return best!;
}

function sameClassShare(images: readonly ViewedImage[]): number {
  const labels = images.flatMap(({ label }) => label ?? []);
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const same = [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  return same / ((labels.length * (labels.length - 1)) / 2);
}

/** Where the histograms begin: below all values, at a round number. */
function lowestOf(...sets: readonly Float32Array[]): number {
  const lowest = sets.flatMap((values) => values.reduce((least, value) => Math.min(least, value), 1));
  return Math.max(-1, Math.min(0.9, Math.floor(Math.min(...lowest) * 10) / 10));
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
