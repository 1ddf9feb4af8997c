import { isSwitch, mixedCurve, probeNames, probeRecipe, type ProbeName } from '../../core/augmentation/sensitivity.ts';
import { median } from '../../core/evaluation/separation.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import type { JobContext } from '../../core/progress.ts';
import type { SampleRequest, SensitivityCurve, SensitivityReport } from '../../protocol/augmentations.ts';
import type { Encoder } from '../encoders/encoder.ts';
import type { SimilarContext } from '../search/similar.ts';
import type { SearchTable } from '../search/vectorSearch.ts';
import { embedThrough } from './comparison.ts';
import { forSample, openVectors, type SampledImage } from './imageSample.ts';
import { nearestOther } from './otherImages.ts';
import { ViewMaker } from './viewMaker.ts';
import { checkViewSettings } from './views.ts';

/** Strengths from nothing to the greatest, evenly spaced. */
const STRENGTHS = 6;

/** A view that is looked at of every image: one augmentation at one strength. */
interface Probe {
  readonly name: ProbeName;
  readonly share: number;
}

/**
 * How much each augmentation by itself moves images of a dataset in the eyes of its encoder. Rejects with the codes of the index
 * and of encoders, too-few-images, usage, or `cancelled`.
 */
export async function measureSensitivity(
  request: SampleRequest,
  options: SimilarContext,
  job: JobContext,
): Promise<SensitivityReport> {
  const { viewSize, seed, images } = request;
  checkViewSettings(request, images);
  const { dataset, stored, labelOf } = options;
  const table = openVectors(options);
  const encoder = await options.load(job.signal);
  const classes = new ClassVotes(table, table.paths.map(labelOf));
  const shares = Float64Array.from({ length: STRENGTHS }, (_, i) => i / (STRENGTHS - 1));
  const probes = probeNames.flatMap((name): Probe[] =>
    isSwitch(name) ? [{ name, share: 1 }] : Array.from(shares.subarray(1), (share) => ({ name, share })),
  );
  const sums = new ProbeSums(probes.length);
  const maker = new ViewMaker(viewSize);
  const nearest: number[] = [];
  const sample = { phase: 'Measuring sensitivity', images, viewSize, seed };
  const taken = await forSample(table, encoder, options, sample, job, async (image, pixels) => {
    const views = viewsOf(maker, pixels, probes, image, seed);
    await addImage(sums, { encoder, classes, row: image.row }, views, job.signal);
    nearest.push(await nearestOther(table, image.row));
  });
  return {
    root: dataset.root,
    encoder: { id: stored.card.id, dim: stored.card.output.dim },
    images: taken,
    shares,
    curves: probeNames.map((name) => curveOf(name, probes, sums, shares)),
    nearest: median(Float32Array.from(nearest)),
    labelled: classes.areSeveral,
  };
}

/** The original first. All strengths of one augmentation draw the same random numbers, so that curves are smooth. */
function viewsOf(
  maker: ViewMaker,
  pixels: RgbImage,
  probes: readonly Probe[],
  { number }: SampledImage,
  seed: number,
): RgbImage[] {
  const key = { seed, epoch: 0, sample: number, view: 0 };
  return [
    maker.original(pixels),
    ...probes.map(({ name, share }) => maker.draw(pixels, probeRecipe(name, share), key)),
  ];
}

interface ImageOptions {
  readonly encoder: Encoder;
  readonly classes: ClassVotes;
  readonly row: number;
}

async function addImage(
  sums: ProbeSums,
  { encoder, classes, row }: ImageOptions,
  views: readonly RgbImage[],
  signal: AbortSignal,
): Promise<void> {
  const { vectors, invalid } = await embedThrough(encoder, views, signal);
  if (invalid.includes(0)) return;
  const { dim } = encoder.card.output;
  const vectorOf = (view: number): Float32Array => vectors.slice(view * dim, (view + 1) * dim);
  const original = vectorOf(0);
  const own = await classes.nearest(original, row);
  for (let view = 1; view < views.length; view++) {
    if (invalid.includes(view)) continue;
    const vector = vectorOf(view);
    const other = own === undefined ? undefined : await classes.nearest(vector, row);
    sums.add(view - 1, product(original, vector), other === undefined ? undefined : other !== own);
  }
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Means over images, per probe. */
class ProbeSums {
  readonly #similarity: Float64Array;
  readonly #images: Float64Array;
  readonly #flips: Float64Array;
  readonly #voted: Float64Array;

  constructor(probes: number) {
    this.#similarity = new Float64Array(probes);
    this.#images = new Float64Array(probes);
    this.#flips = new Float64Array(probes);
    this.#voted = new Float64Array(probes);
  }

  add(probe: number, similarity: number, flipped: boolean | undefined): void {
    this.#similarity[probe]! += similarity;
    this.#images[probe]!++;
    if (flipped === undefined) return;
    this.#voted[probe]!++;
    if (flipped) this.#flips[probe]!++;
  }

  similarity(probe: number): number {
    return this.#similarity[probe]! / this.#images[probe]!;
  }

  flips(probe: number): number {
    return this.#flips[probe]! / this.#voted[probe]!;
  }
}

function curveOf(name: ProbeName, probes: readonly Probe[], sums: ProbeSums, shares: Float64Array): SensitivityCurve {
  const own = probes.flatMap((probe, index) => (probe.name === name ? [index] : []));
  const last = own.at(-1)!;
  // Nobody knows the share of flips where no image has a neighbour with a class.
  const none = Number.isNaN(sums.flips(last)) ? Number.NaN : 0;
  if (isSwitch(name)) {
    return {
      name,
      similarities: mixedCurve(shares, 1, sums.similarity(last)),
      flips: mixedCurve(shares, none, sums.flips(last)),
    };
  }
  return {
    name,
    similarities: Float32Array.of(1, ...own.map((probe) => sums.similarity(probe))),
    flips: Float32Array.of(none, ...own.map((probe) => sums.flips(probe))),
  };
}

/** The class of the nearest labelled image. */
class ClassVotes {
  readonly #table: SearchTable;
  readonly #labels: readonly (string | undefined)[];
  /** With a single class, or none, nothing can change. */
  readonly areSeveral: boolean;

  constructor(table: SearchTable, labels: readonly (string | undefined)[]) {
    this.#table = table;
    this.#labels = labels;
    this.areSeveral = new Set(labels.filter((label) => label !== undefined)).size > 1;
  }

  /** Undefined where there is none. @param row the image itself, which doesn't vote, and neither do its copies */
  async nearest(vector: Float32Array, row: number): Promise<string | undefined> {
    if (!this.areSeveral) return undefined;
    const isVoter = (other: number) => this.#labels[other] !== undefined && !this.#table.sameContent(row, other);
    const { rows } = await this.#table.nearest(vector, 1, isVoter);
    return rows[0] === undefined ? undefined : this.#labels[rows[0]];
  }
}
