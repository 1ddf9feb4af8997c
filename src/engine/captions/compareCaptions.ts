import {
  captionsDrawn,
  imagesWithoutCaption,
  noneCaptioned,
  severalCaptions,
} from '../../core/captions/captionErrors.ts';
import { captionSimilarities, recallAmong, type CaptionSimilarities } from '../../core/evaluation/captionMatrix.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import type { JobContext } from '../../core/progress.ts';
import { RandomStream } from '../../core/random.ts';
import { CAPTION_CUTOFFS, type CaptionMatrix, type FarPair, type RecallFigures } from '../../protocol/captions.ts';
import { MOST_CELLS } from '../../protocol/matrix.ts';
import { withProducts } from '../evaluation/onnxProducts.ts';
import type { Dataset } from '../dataset.ts';
import { inPhase } from '../jobs/phase.ts';
import { captionVectors, type CaptionEncoder } from './captionVectors.ts';
import { writtenOf, type KnownCaptions } from './knownCaptions.ts';

export interface CompareCaptionsOptions {
  readonly dataset: Dataset;
  readonly known: KnownCaptions;
  readonly encoder: CaptionEncoder;
  readonly threads: number;
  /** Images that are compared at most; another number than the usual one is for tests. */
  readonly most?: number;
}

/** Pairs that are listed. */
const LISTED = 24;
const DRAWN_STREAM = 0x636d;

/**
 * Compares images with their captions, each with each: of several captions of an image the first one counts. Rejects with
 * captions-unmatched where fewer than two have one, and with the codes of `captionVectors`.
 *
 * @param paths relative to the root
 */
export async function compareCaptions(
  paths: readonly string[],
  { dataset, known, encoder, threads, most = MOST_CELLS }: CompareCaptionsOptions,
  context: JobContext,
): Promise<CaptionMatrix> {
  const { store, root } = dataset;
  const { stored } = encoder;
  const table = store.readVectors(stored.key);
  const rowOf = new Map(table.paths.map((path, row) => [path, row]));
  const indexed = paths.filter((path) => rowOf.has(path));
  const captioned = indexed.filter((path) => writtenOf(known, path).length > 0);
  if (captioned.length < 2) throw noneCaptioned(root, indexed.length, captioned.length);
  const isDrawn = captioned.length > most;
  const drawn = new Set(isDrawn ? new RandomStream(0, DRAWN_STREAM).shuffled(captioned).slice(0, most) : captioned);
  const shown = captioned.filter((path) => drawn.has(path));
  const captions = shown.map((path) => writtenOf(known, path)[0]!);
  const different = [...new Set(captions)];
  const all = [...known.captions.values()].flat();
  const vectors = await captionVectors({ captions: different, all }, store, encoder, context);
  const rows = Uint32Array.from(shown, (path) => rowOf.get(path)!);
  const images = { vectors: gathered(table.matrix, table.dim, rows), rows: rows.length, dim: table.dim };
  const numbers = new Map(different.map((caption, number) => [caption, number]));
  const captionOf = Int32Array.from(captions, (caption) => numbers.get(caption)!);
  const found = await withProducts(threads, (products) =>
    inPhase('Comparing captions with their images', rows.length, context, (between) =>
      captionSimilarities({ images, captions: vectors, captionOf }, products, between),
    ),
  );
  const recalls = CAPTION_CUTOFFS.map((cutoff) => recallAmong(found, captionOf, cutoff));
  const several = shown.filter((path) => writtenOf(known, path).length > 1).length;
  const without = indexed.filter((path) => writtenOf(known, path).length === 0);
  const { codes, low, high, meanOwn, meanOther } = found;
  return {
    ...{ root, paths: shown, captions, codes, low, high, meanOwn, meanOther },
    encoder: { id: stored.card.id },
    different: different.length,
    imageToCaption: figuresOf(recalls.map(({ imageToCaption }) => imageToCaption)),
    captionToImage: figuresOf(recalls.map(({ captionToImage }) => captionToImage)),
    farthest: farthestOf(found, shown, captions),
    notices: [
      ...known.notices,
      ...(without.length > 0 ? [imagesWithoutCaption(root, without.length, without.slice(0, 3))] : []),
      ...(several > 0 ? [severalCaptions(several)] : []),
      ...(isDrawn ? [captionsDrawn(captioned.length, most)] : []),
      ...vectors.notices,
    ].map(({ code, message }) => ({ code, message })),
  };
}

function figuresOf([recallAt1, recallAt5, recallAt10]: readonly number[]): RecallFigures {
  return { recallAt1: recallAt1!, recallAt5: recallAt5!, recallAt10: recallAt10! };
}

/** Images and captions that are not each other's nearest, those first that are farthest down in both lists. */
function farthestOf(
  { own, captionRanks, imageRanks }: CaptionSimilarities,
  paths: readonly string[],
  captions: readonly string[],
): FarPair[] {
  const apart = (row: number) => captionRanks[row]! * imageRanks[row]!;
  const rows = [...paths.keys()].filter((row) => apart(row) > 1);
  rows.sort((a, b) => apart(b) - apart(a) || own[a]! - own[b]!);
  return rows.slice(0, LISTED).map((row) => ({
    path: paths[row]!,
    caption: captions[row]!,
    similarity: Math.max(-1, Math.min(1, own[row]!)),
    captionRank: captionRanks[row]!,
    imageRank: imageRanks[row]!,
  }));
}
