import { usage } from '../../core/errors.ts';
import { scoreClassification } from '../../core/evaluation/classificationScore.ts';
import type { LabelledSet } from '../../core/evaluation/embeddingSet.ts';
import { nearestNeighbors } from '../../core/evaluation/nearestNeighbors.ts';
import { predictByVote } from '../../core/evaluation/neighborVote.ts';
import { runInSteps } from '../../core/evaluation/steps.ts';
import type { JobContext } from '../../core/progress.ts';
import { alignMap } from '../../core/projection/alignment.ts';
import { tooFewForMap } from '../../core/projection/mapErrors.ts';
import { RandomStream } from '../../core/random.ts';
import { usualMapSettings } from '../../protocol/embeddingMap.ts';
import type { RunMap, RunMapsReport, RunSummary } from '../../protocol/training.ts';
import type { Dataset } from '../dataset.ts';
import type { EncoderRuntimeOptions, ResolvedEncoder } from '../encoders/encoder.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { openEncoder } from '../encoders/openEncoder.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { embedMissing } from '../evaluation/embedMissing.ts';
import type { LabelledImage } from '../evaluation/evaluatedImages.ts';
import { commonRows, readImageVectors, selectRows, type ImageVectors } from '../evaluation/imageVectors.ts';
import { untrainedEncoder } from '../evaluation/untrained.ts';
import { inPhase } from '../jobs/phase.ts';
import { readKnownLabelsIfAny } from '../labels/knownLabels.ts';
import { FROM_SCRATCH } from '../training/startingEncoder.ts';
import { NEIGHBORS } from '../training/runMonitor.ts';
import { layOutImages } from './mapLayout.ts';

/** Images on a map: enough to see classes come apart, and embedded twice within a minute. */
const MOST_IMAGES = 2_000;
const FEWEST_IMAGES = 4;

export interface RunMapsOptions {
  readonly dataset: Dataset;
  readonly registry: EncoderRegistry;
  readonly runtime: EncoderRuntimeOptions;
}

/** An encoder with its vectors of the images, in their order. */
interface Seen extends ImageVectors {
  readonly encoder: RunMap['encoder'];
}

/** The images that are shown, and which of them are classified by which others. */
interface Shown {
  readonly images: readonly LabelledImage[];
  readonly classes: readonly string[];
  readonly classOf: Int32Array;
  readonly bank: Uint32Array;
  readonly queries: Uint32Array;
  readonly judged: RunMapsReport['judged'];
}

/**
 * Lays out some images of a run's dataset twice, as they were seen before the run and after it. What is embedded stays in the
 * index. Rejects with usage where the run has made no encoder, encoder-not-found where one of both is gone, too-few-images, the
 * codes of encoders and of the store, or `cancelled`.
 */
export async function mapRun(run: RunSummary, options: RunMapsOptions, context: JobContext): Promise<RunMapsReport> {
  if (run.encoder === undefined) {
    throw usage(`${run.name} has made no encoder yet; the maps before and after can be drawn when it is finished.`);
  }
  const { dataset, registry, runtime } = options;
  const { images, of, notices } = await someImages(dataset);
  const encoders = [
    await encoderBefore(run, images, options, context),
    await registry.resolve(run.encoder, dataset.root),
  ];
  const seen: Seen[] = [];
  for (const encoder of encoders) seen.push(await embed(encoder, images, dataset, runtime, context));
  // What an encoder gives no vector for is on neither map.
  const rows = commonRows(seen, images.length);
  if (rows.length < FEWEST_IMAGES) throw tooFewForMap(dataset.root, rows.length);
  const shown = shownOf(Array.from(rows, (row) => images[row]!));
  const [before, after] = [
    await layOut(seen[0]!, rows, shown, runtime, context),
    await layOut(seen[1]!, rows, shown, runtime, context),
  ];
  const common = shown.images.map((_, row) => [row, row] as const);
  const { positions } = alignMap(after.positions, before.positions, { common });
  const { classes, classOf, judged } = shown;
  return {
    before: planeOf(before),
    after: planeOf({ ...after, positions }),
    ...{ classes, classOf, of, judged },
    notices: notices.map(({ code, message }) => ({ code, message })),
  };
}

function shownOf(images: readonly LabelledImage[]): Shown {
  const classes = [...new Set(images.map(({ label }) => label))].filter((label) => label !== '').sort();
  const classOf = Int32Array.from(images, ({ label }) => classes.indexOf(label));
  const labelled = Uint32Array.from(images.keys()).filter((row) => classOf[row]! >= 0);
  const tested = labelled.filter((row) => images[row]!.split === 'test');
  const rest = labelled.filter((row) => images[row]!.split !== 'test');
  const isSplit = tested.length > 0 && rest.length > 0;
  const [queries, bank] = isSplit ? [tested, rest] : [labelled, labelled];
  return { images, classes, classOf, bank, queries, judged: isSplit ? 'test' : 'all' };
}

interface LaidOutRun {
  readonly positions: Float32Array;
  readonly knn: number | undefined;
  readonly encoder: RunMap['encoder'];
}

function planeOf({ positions, knn, encoder }: LaidOutRun): RunMap {
  return { encoder, x: positions.filter((_, i) => i % 2 === 0), y: positions.filter((_, i) => i % 2 === 1), knn };
}

async function layOut(
  seen: Seen,
  rows: Uint32Array,
  shown: Shown,
  { threads }: EncoderRuntimeOptions,
  context: JobContext,
): Promise<LaidOutRun> {
  const { dim, encoder } = seen;
  const vectors = { ...seen, vectors: selectRows(seen, rows) };
  const images = {
    ...{ vectors: vectors.vectors, rows: rows.length, dim },
    paths: shown.images.map(({ path }) => path),
    contentKeys: Float64Array.from(shown.images, ({ contentKey }) => contentKey),
    labels: shown.images.map(({ label }) => (label === '' ? undefined : label)),
    splits: shown.images.map(({ split }) => split),
    notices: [],
  };
  const { positions } = await layOutImages(
    { images, choice: { ...usualMapSettings, layout: 'likeness' }, threads },
    context,
  );
  const setOf = (some: Uint32Array): LabelledSet => ({
    vectors: selectRows(vectors, some),
    rows: some.length,
    dim,
    labels: Int32Array.from(some, (row) => shown.classOf[row]!),
    groups: Int32Array.from(some, (row) => shown.images[row]!.contentKey),
  });
  const { classes, bank, queries } = shown;
  const knn = classes.length < 2 ? undefined : await accuracyOf(setOf(bank), setOf(queries), classes.length, context);
  return { positions, knn, encoder };
}

/** Some of all images, the same ones each time, in the order of their paths. */
async function someImages(dataset: Dataset) {
  const { store, root } = dataset;
  const files = store.readFiles();
  const all = store.readImagePaths();
  const { labelOf, splitOf, notices } = await readKnownLabelsIfAny(dataset, all);
  const known = all.flatMap((path): LabelledImage[] => {
    const contentKey = files.get(path)?.contentKey;
    return contentKey === undefined ? [] : [{ path, label: labelOf(path) ?? '', split: splitOf(path), contentKey }];
  });
  if (known.length < FEWEST_IMAGES) throw tooFewForMap(root, known.length);
  const chosen = known.length <= MOST_IMAGES ? known : new RandomStream(0).shuffled(known).slice(0, MOST_IMAGES);
  return { images: chosen.sort((a, b) => (a.path < b.path ? -1 : 1)), of: known.length, notices };
}

/** The encoder that the run started from; the network with its first weights where it started from none. */
async function encoderBefore(
  { settings }: RunSummary,
  images: readonly LabelledImage[],
  { dataset, registry, runtime }: RunMapsOptions,
  context: JobContext,
): Promise<ResolvedEncoder> {
  if (!('network' in settings)) return registry.resolve(settings.imageEncoder, dataset.root);
  const from = 'from' in settings ? settings.from : '';
  if (from !== '' && from !== FROM_SCRATCH) return registry.resolve(from, dataset.root);
  const { network, size, seed } = settings;
  const worker = new OnnxWorker();
  try {
    const work = { worker, threads: runtime.threads };
    return await untrainedEncoder({ network, size, seed }, images, dataset.root, work, context);
  } finally {
    await worker.dispose();
  }
}

async function embed(
  resolved: ResolvedEncoder,
  images: readonly LabelledImage[],
  { store }: Dataset,
  runtime: EncoderRuntimeOptions,
  context: JobContext,
): Promise<Seen> {
  const encoder = await openEncoder(resolved, runtime, context);
  try {
    const key = await embedMissing(store, encoder, images, context);
    const { id, name } = encoder.card;
    return { encoder: { id, name }, ...readImageVectors(store, key, images) };
  } finally {
    await encoder.dispose();
  }
}

/** Mean over the classes. No image is its own neighbour, nor is one of its duplicates. */
async function accuracyOf(bank: LabelledSet, queries: LabelledSet, classes: number, context: JobContext) {
  const neighbors = await inPhase('Classifying by neighbours', queries.rows, context, (between) =>
    runInSteps(nearestNeighbors({ bank, queries, count: NEIGHBORS }), between),
  );
  const { classes: predicted } = predictByVote(neighbors, bank.labels, classes, { count: NEIGHBORS });
  return scoreClassification(predicted, queries.labels, classes).macroAccuracy;
}
