import { setImmediate as breathe } from 'node:timers/promises';
import { cancelled, usage, type LikenessError } from '../../core/errors.ts';
import type { Neighbors, NeighborSearch } from '../../core/evaluation/nearestNeighbors.ts';
import { neighborsByProducts } from '../../core/evaluation/neighborsByProducts.ts';
import { runInSteps } from '../../core/evaluation/steps.ts';
import { classesNotShown, onlySingleLabels, precisionNotShown, singleLabels } from '../../core/labels/labelErrors.ts';
import {
  graphSearch,
  guessByNeighbors,
  guessByPropagation,
  voteSearch,
  type GuessInput,
  type LabelGuesses,
} from '../../core/labels/labelGuesses.ts';
import { proposeLabels, type LabelProposals } from '../../core/labels/labelProposals.ts';
import { thinned } from '../../core/labels/precisionCurve.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { LabelMethod, LabelReport, LabelRequest } from '../../protocol/labels.ts';
import type { Dataset } from '../dataset.ts';
import type { Encoder } from '../encoders/encoder.ts';
import { currentEncoder } from '../encoders/encoderChoice.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { duplicateGroups } from '../evaluation/duplicates.ts';
import { embedMissing } from '../evaluation/embedMissing.ts';
import { OnnxProducts } from '../evaluation/onnxProducts.ts';
import { readImageVectors, selectRows, type ImageVectors } from '../evaluation/imageVectors.ts';
import { assertLearnable, listLabelImages, type LabelImage } from './labelImages.ts';
import { assertWritable, writeProposals } from './proposalFile.ts';

const DEFAULT_PRECISION = 0.95;
/** What did best on photographs of clothing with a tenth and a half of them labelled, by two encoders. */
const DEFAULT_NEIGHBORS: Readonly<Record<LabelMethod, number>> = { neighbors: 20, propagation: 10 };
const TEMPERATURE = 0.07;
/** Less suits data with many labels, more those with few; .99 was far worse for both. */
const ALPHA = 0.8;
const FOLDS = 5;
/** Points of the curve that are told. */
const CURVE_POINTS = 50;

export interface LabellingOptions {
  /** Up to date with its folder. */
  readonly dataset: Dataset;
  /** Of products of matrices. */
  readonly threads: number;
  /** Loads an encoder by its id or file. */
  readonly load: (reference: string) => Promise<Encoder>;
}

/** Refuses what can't be done before anything is. Rejects with usage or file-exists. */
export async function checkLabelRequest(
  { precision = DEFAULT_PRECISION, neighbors = 1, cap = 1, method = 'neighbors', out }: LabelRequest,
  dataset: Pick<Dataset, 'root' | 'config'>,
): Promise<void> {
  if (!(precision > 0 && precision < 1))
    throw usage(`The precision is a number above 0 and below 1, not ${precision}.`);
  for (const count of [neighbors, cap]) {
    if (!Number.isInteger(count) || count < 1) throw usage(`${count} is not a whole number above 0.`);
  }
  const methods = Object.keys(DEFAULT_NEIGHBORS);
  if (!methods.includes(method)) throw usage(`Labels are guessed by ${methods.join(' or ')}, not "${method}".`);
  if (out) await assertWritable(out, dataset);
}

/**
 * Proposes labels for the images of a dataset that have none, by those that have one. No label changes: proposals are told,
 * and written to a file of their own where one is named.
 *
 * @param request one that `checkLabelRequest` lets pass
 *
 * Rejects with the codes of `listLabelImages`, `writeProposals`, of encoders and of the store, or with
 * `cancelled`.
 */
export async function proposeForDataset(
  request: LabelRequest,
  options: LabellingOptions,
  context: JobContext,
): Promise<LabelReport> {
  const startedAt = performance.now();
  const { root, store } = options.dataset;
  const { method = 'neighbors', precision = DEFAULT_PRECISION, cap, balanced = false, out } = request;
  const neighbors = request.neighbors ?? DEFAULT_NEIGHBORS[method];
  const listed = await listLabelImages(options.dataset, request.below);
  // In the graph, images that get no label lead labels to those that do.
  const wanted = [...listed.labelled, ...listed.targets, ...(method === 'propagation' ? listed.others : [])];
  const { encoder, images, vectors } = await embed(request, wanted, options, context);
  const labelled = images.filter(({ label }) => label !== '');
  assertLearnable(root, labelled, 0);
  const names = [...new Set(labelled.map(({ label }) => label))].sort();
  const groups = await groupDuplicates(labelled, options, context);
  const input: GuessInput = {
    ...vectors,
    rows: images.length,
    labels: Int32Array.from(images, ({ label }) => names.indexOf(label)),
    // The labelled ones come first.
    groups: Int32Array.from(images, (_, row) => groups[row] ?? images.length + row),
    classes: names.length,
  };
  const targets = new Set(listed.targets);
  const proposed = proposeLabels(
    { ...input, guesses: await guess(method, neighbors, input, options.threads, context) },
    { precision, cap, balanced, accept: (row) => targets.has(images[row]!) },
  );
  const notices = [...listed.notices, ...noticesOf(proposed, names, precision, root)];
  const proposals = Array.from(proposed.rows, (row, i) => ({
    path: images[row]!.path,
    label: names[proposed.classes[i]!]!,
    confidence: proposed.confidences[i]!,
  }));
  if (out) await writeProposals(out, proposals);
  return {
    root,
    encoder,
    method,
    neighbors,
    precision,
    proposals,
    unlabelled: listed.targets.length,
    labelled: labelled.length,
    heldOut: { images: proposed.heldOut.count, correct: proposed.heldOut.correct },
    threshold: proposed.threshold ?? null,
    cap: cap ?? null,
    balanced,
    curve: curveOf(proposed),
    classes: proposed.perClass.map(({ guessed, threshold, isOwn, proposed: count }, i) => ({
      label: names[i]!,
      labelled: labelled.filter(({ label }) => label === names[i]).length,
      guessed,
      threshold: threshold ?? null,
      ownThreshold: isOwn,
      proposed: count,
    })),
    withheld: proposed.withheld,
    out: out?.file,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    notices: [...store.notices, ...notices.map(({ code, message }) => ({ code, message }))],
  };
}

/** The vectors of one encoder, and those of the images that it has one of. */
async function embed(
  { encoder: reference }: LabelRequest,
  wanted: readonly LabelImage[],
  { dataset, load }: LabellingOptions,
  context: JobContext,
) {
  const { store } = dataset;
  const loaded = reference === undefined ? undefined : await load(reference);
  const { key, card } = loaded
    ? { key: await embedMissing(store, loaded, wanted, context), card: loaded.card }
    : currentEncoder(dataset)!;
  const all = readImageVectors(store, key, wanted);
  const rows = Uint32Array.from(wanted.keys()).filter((row) => all.present[row] === 1);
  return {
    encoder: { id: card.id, dim: all.dim },
    images: Array.from(rows, (row) => wanted[row]!),
    vectors: { vectors: selectRows(all, rows), dim: all.dim },
  };
}

/** A number per image, equal for duplicates: a copy must not show what its original is. */
async function groupDuplicates(
  images: readonly LabelImage[],
  { dataset, load }: LabellingOptions,
  context: JobContext,
): Promise<Int32Array> {
  const { store } = dataset;
  const vectorsOf = async (id: string): Promise<ImageVectors> =>
    readImageVectors(store, await embedMissing(store, await load(id), images, context), images);
  const pixels = await vectorsOf('pixels');
  const handcrafted = await vectorsOf('handcrafted');
  return duplicateGroups(
    {
      pixels: pixels.vectors,
      handcrafted: handcrafted.vectors,
      dim: handcrafted.dim,
      contentKeys: images.map(({ contentKey }) => contentKey),
    },
    context.signal,
  );
}

/** A further method is a further case here; `LabelGuesses` tells what it owes. */
async function guess(
  method: LabelMethod,
  count: number,
  input: GuessInput,
  threads: number,
  context: JobContext,
): Promise<LabelGuesses> {
  switch (method) {
    case 'neighbors':
      return guessByNeighbors(input, await search(voteSearch(input, count), threads, context), TEMPERATURE);
    case 'propagation': {
      const neighbors = await search(graphSearch(input, count), threads, context);
      const spreading = guessByPropagation(input, neighbors, { temperature: TEMPERATURE, alpha: ALPHA, folds: FOLDS });
      return inPhase('Spreading labels', input.classes * (FOLDS + 1), context, (between) =>
        runInSteps(spreading, between),
      );
    }
  }
}

async function search(options: NeighborSearch, threads: number, context: JobContext): Promise<Neighbors> {
  const worker = new OnnxWorker();
  try {
    return await inPhase('Comparing images', options.queries.rows, context, (between) =>
      neighborsByProducts(options, new OnnxProducts(worker, threads), between),
    );
  } finally {
    await worker.dispose();
  }
}

/** @param work calls `between` with what is done of the total, which rejects with `cancelled` */
async function inPhase<T>(
  phase: string,
  total: number,
  { signal, report }: JobContext,
  work: (between: (done: number) => Promise<void>) => Promise<T>,
): Promise<T> {
  const meter = new ProgressMeter(report, () => performance.now());
  meter.start(phase, total);
  const result = await work(async (done) => {
    meter.update(done);
    await breathe();
    if (signal.aborted) throw cancelled();
  });
  meter.update(total);
  meter.finish();
  return result;
}

function curveOf({ curve }: LabelProposals): LabelReport['curve'] {
  return thinned(curve, CURVE_POINTS).map(({ threshold, coverage, precision, precisionBound }) => ({
    threshold,
    coverage,
    precision,
    precisionBound,
  }));
}

/** What a person should know of classes that nothing is proposed for. Throws not-enough-labels where no class can be. */
function noticesOf(
  { perClass, curve, heldOut }: LabelProposals,
  names: readonly string[],
  precision: number,
  root: string,
): LikenessError[] {
  const namesOf = (isMeant: (which: (typeof perClass)[number]) => boolean) =>
    names.filter((_, label) => isMeant(perClass[label]!));
  const single = namesOf(({ pictures }) => pictures === 1);
  if (single.length === names.length) throw onlySingleLabels(root);
  const notices = single.length > 0 ? [singleLabels(single)] : [];
  const unshown = namesOf(({ pictures, threshold }) => pictures > 1 && threshold === undefined);
  if (unshown.length === 0) return notices;
  if (unshown.length + single.length < names.length) return [...notices, classesNotShown(unshown, precision)];
  const best = curve.reduce((most, { precisionBound }) => Math.max(most, precisionBound), 0);
  return [...notices, precisionNotShown(heldOut.count, precision, best)];
}
