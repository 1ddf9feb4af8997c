import { usage } from '../../core/errors.ts';
import type { Neighbors, NeighborSearch } from '../../core/evaluation/nearestNeighbors.ts';
import { neighborsByProducts } from '../../core/evaluation/neighborsByProducts.ts';
import { runInSteps } from '../../core/evaluation/steps.ts';
import { labelVote } from '../../core/evidence/weighedEvidence.ts';
import { guessByEvidence } from '../../core/labels/evidenceGuesses.ts';
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
import type { LabelMethod, LabelReport, LabelRequest } from '../../protocol/labels.ts';
import type { Dataset } from '../dataset.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { currentEncoder, searchEncoder } from '../encoders/encoderChoice.ts';
import type { LoadEncoder } from '../encoders/encoderPool.ts';
import type { TextEncoder } from '../encoders/text/textEncoder.ts';
import { importedEncoder } from '../encoders/importedEncoders.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { duplicateGroups } from '../evaluation/duplicates.ts';
import { embedMissing } from '../evaluation/embedMissing.ts';
import { withProducts } from '../evaluation/onnxProducts.ts';
import { readImageVectors, selectRows, type ImageVectors } from '../evaluation/imageVectors.ts';
import { inPhase } from '../jobs/phase.ts';
import {
  classify,
  heldOutBy,
  openLabelClassifier,
  seenWithoutLabel,
  type LabelClassifier,
} from './classifierMethod.ts';
import { assertLearnable, listLabelImages, type LabelImage } from './labelImages.ts';
import { classifierNotices, noticesOf } from './labelNotices.ts';
import { assertWritable, writeProposals } from './proposalFile.ts';
import {
  checkWords,
  guessByClassNames,
  uncheckedProposals,
  wordClasses,
  wordNotices,
  type WordClasses,
} from './wordLabels.ts';

const DEFAULT_METHOD: LabelMethod = 'linear';
const DEFAULT_PRECISION = 0.95;
/**
 * What did best on photographs of clothing with a tenth and a half of them labelled, by two encoders. A classifier's guesses
 * need one, which tells how familiar an image is.
 */
const DEFAULT_NEIGHBORS: Readonly<Record<LabelMethod, number>> = {
  linear: labelVote.count,
  neighbors: 20,
  propagation: 10,
  classifier: 1,
  words: 0,
};
const TEMPERATURE = 0.07;
/** Less suits data with many labels, more those with few; .99 was far worse for both. */
const ALPHA = 0.8;
const FOLDS = 5;
/** Points of the curve that are told. */
const CURVE_POINTS = 50;

export interface LabellingOptions {
  /** Up to date with its folder. */
  readonly dataset: Dataset;
  readonly registry: EncoderRegistry;
  /** Of products of matrices and of the classifier. */
  readonly threads: number;
  readonly load: LoadEncoder;
  /** Loads the text half of an encoder. */
  readonly loadText: (encoder: ResolvedEncoder) => Promise<TextEncoder>;
}

/** Refuses what can't be done before anything is. Rejects with usage or file-exists. */
export async function checkLabelRequest(
  { precision = DEFAULT_PRECISION, neighbors, cap = 1, method = DEFAULT_METHOD, words, out }: LabelRequest,
  dataset: Pick<Dataset, 'root' | 'config'>,
): Promise<void> {
  if (!(precision > 0 && precision < 1))
    throw usage(`The precision is a number above 0 and below 1, not ${precision}.`);
  for (const count of [neighbors ?? 1, cap]) {
    if (!Number.isInteger(count) || count < 1) throw usage(`${count} is not a whole number above 0.`);
  }
  const methods = Object.keys(DEFAULT_NEIGHBORS);
  if (!methods.includes(method)) throw usage(`Labels are guessed by ${methods.join(', ')}, not by "${method}".`);
  if (method === 'classifier' && neighbors !== undefined) {
    throw usage('A classifier asks no neighbours; leave their number out (-k), or choose another method.');
  }
  if (method === 'words') checkWords(words);
  else if (words !== undefined)
    throw usage('Words are for the method words; leave them out, or choose it (--method words).');
  if (out) await assertWritable(out, dataset);
}

/**
 * Proposes labels for the images of a dataset that have none, by those that have one. No label changes: proposals are told,
 * and written to a file of their own where one is named.
 *
 * @param request one that `checkLabelRequest` lets pass
 *
 * Rejects with the codes of `listLabelImages`, `openLabelClassifier`, `writeProposals`, of encoders and of the store, or
 * with `cancelled`.
 */
export async function proposeForDataset(
  request: LabelRequest,
  options: LabellingOptions,
  context: JobContext,
): Promise<LabelReport> {
  const startedAt = performance.now();
  const { dataset, registry } = options;
  const { root, store } = dataset;
  const { method = DEFAULT_METHOD, precision = DEFAULT_PRECISION, cap, balanced = false, out } = request;
  const neighbors = request.neighbors ?? DEFAULT_NEIGHBORS[method];
  const listed = await listLabelImages(dataset, request.below, request.images, method !== 'words');
  const classifier =
    method === 'classifier'
      ? await openLabelClassifier(request.encoder, listed.labelled, dataset, registry)
      : undefined;
  const words = method === 'words' ? await readWords(request, options) : undefined;
  // In the graph, images that get no label lead labels to those that do.
  const wanted = [...listed.labelled, ...listed.targets, ...(method === 'propagation' ? listed.others : [])];
  const { encoder, images, vectors } = await embed(classifier?.encoder ?? request.encoder, wanted, options, context);
  const labelled = images.filter(({ label }) => label !== '');
  if (words === undefined) assertLearnable(root, labelled, 0);
  const known = [...labelled.map(({ label }) => label), ...(classifier?.encoder.classes ?? [])];
  const names = words?.names ?? [...new Set(known)].sort();
  const grouped = [...labelled, ...(classifier ? seenWithoutLabel(classifier, listed) : [])];
  const groups = await groupDuplicates(grouped, options, context);
  // Words have learnt from no label at all.
  const isHeldOut = classifier ? heldOutBy(classifier, grouped, labelled.length, groups) : words && (() => true);
  const input: GuessInput = {
    ...vectors,
    rows: images.length,
    labels: Int32Array.from(images, ({ label }) => names.indexOf(label)),
    // The labelled ones come first; each of the others is a group of its own.
    groups: Int32Array.from(images, (_, row) => (row < labelled.length ? groups[row]! : grouped.length + row)),
    classes: names.length,
  };
  const targets = new Set(listed.targets);
  const work = { method, neighbors, images, names, classifier, words };
  const guesses = await guess(work, input, options, context);
  const accept = (row: number) => targets.has(images[row]!);
  const isUnchecked = words !== undefined && !input.labels.some((label) => label >= 0);
  const proposed = isUnchecked
    ? uncheckedProposals(guesses, [...images.keys()].filter(accept), names.length, cap)
    : proposeLabels({ ...input, guesses, ...(isHeldOut && { isHeldOut }) }, { precision, cap, balanced, accept });
  const own = words
    ? wordNotices(proposed, names, labelled, precision)
    : classifier
      ? classifierNotices(proposed, names, { id: encoder.id, classes: classifier.encoder.classes }, precision)
      : noticesOf(proposed, names, precision, root);
  const notices = [...listed.notices, ...own];
  const learntFrom = classifier ? labelled.filter(classifier.hasSeen) : labelled;
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
    labelled: learntFrom.length,
    heldOut: { images: proposed.heldOut.count, correct: proposed.heldOut.correct },
    threshold: proposed.threshold ?? null,
    cap: cap ?? null,
    balanced,
    curve: curveOf(proposed),
    classes: proposed.perClass.map(({ guessed, threshold, isOwn, proposed: count }, i) => ({
      label: names[i]!,
      labelled: learntFrom.filter(({ label }) => label === names[i]).length,
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

/**
 * The vectors of one encoder, and those of the images that it has one of.
 *
 * @param chosen an encoder, or how it is named; absent: the dataset's own
 */
async function embed(
  chosen: ResolvedEncoder | string | undefined,
  wanted: readonly LabelImage[],
  { dataset, registry, load }: LabellingOptions,
  context: JobContext,
) {
  const { root, store } = dataset;
  const imported = typeof chosen === 'string' ? importedEncoder(store, chosen) : undefined;
  const resolved = typeof chosen === 'string' && imported === undefined ? await registry.resolve(chosen, root) : chosen;
  const { key, card } = imported
    ? imported
    : typeof resolved === 'object'
      ? { key: await embedMissing(store, await load(resolved, context), wanted, context), card: resolved.card }
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
  { dataset, registry, load }: LabellingOptions,
  context: JobContext,
): Promise<Int32Array> {
  const { store } = dataset;
  // Words need no labels.
  if (images.length === 0) return new Int32Array(0);
  const vectorsOf = async (id: string): Promise<ImageVectors> => {
    const encoder = await load(await registry.resolve(id), context);
    return readImageVectors(store, await embedMissing(store, encoder, images, context), images);
  };
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

/** The classes that are known by words, as the encoder of the images reads them. */
async function readWords({ words, encoder }: LabelRequest, { dataset, registry, loadText }: LabellingOptions) {
  checkWords(words);
  const resolved =
    encoder === undefined
      ? await (await searchEncoder(dataset, registry, undefined)).resolve()
      : await registry.resolve(encoder, dataset.root);
  return wordClasses(words, await loadText(resolved));
}

interface GuessWork {
  readonly method: LabelMethod;
  readonly neighbors: number;
  readonly images: readonly LabelImage[];
  readonly names: readonly string[];
  /** Of the method `classifier`. */
  readonly classifier: LabelClassifier | undefined;
  /** Of the method `words`. */
  readonly words: WordClasses | undefined;
}

/** A further method is a further case here; `LabelGuesses` tells what it owes. */
async function guess(
  { method, neighbors: count, images, names, classifier, words }: GuessWork,
  input: GuessInput,
  { dataset, threads }: LabellingOptions,
  context: JobContext,
): Promise<LabelGuesses> {
  switch (method) {
    case 'linear': {
      const nearest = await search(voteSearch(input, count), threads, context);
      return withProducts(threads, (products) =>
        inPhase('Learning the classes', 2 * input.rows, context, (between) =>
          guessByEvidence(input, nearest, products, between),
        ),
      );
    }
    case 'neighbors':
      return guessByNeighbors(input, await search(voteSearch(input, count), threads, context), TEMPERATURE);
    case 'propagation': {
      const neighbors = await search(graphSearch(input, count), threads, context);
      const spreading = guessByPropagation(input, neighbors, { temperature: TEMPERATURE, alpha: ALPHA, folds: FOLDS });
      return inPhase('Spreading labels', input.classes * (FOLDS + 1), context, (between) =>
        runInSteps(spreading, between),
      );
    }
    case 'words':
      return guessByClassNames(words!, input);
    case 'classifier': {
      const nearest = await search(voteSearch(input, count), threads, context);
      return classify(classifier!, images, names, nearest, { root: dataset.root, threads }, context);
    }
  }
}

function search(options: NeighborSearch, threads: number, context: JobContext): Promise<Neighbors> {
  return withProducts(threads, (products) =>
    inPhase('Comparing images', options.queries.rows, context, (between) =>
      neighborsByProducts(options, products, between),
    ),
  );
}

function curveOf({ curve }: LabelProposals): LabelReport['curve'] {
  return thinned(curve, CURVE_POINTS).map(({ threshold, coverage, precision, precisionBound }) => ({
    threshold,
    coverage,
    precision,
    precisionBound,
  }));
}
