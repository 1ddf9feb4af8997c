import { captionsComparedByWords, tooFewForMeaning } from '../../core/captions/captionErrors.ts';
import { captionCopies, FEWEST_COMPARED } from '../../core/curation/captionCopies.ts';
import { severityOf, type Finding } from '../../core/curation/findings.ts';
import { sameMeaningText } from '../../core/curation/findingText.ts';
import { groupsAround } from '../../core/curation/groups.ts';
import { LikenessError } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import type { JobContext } from '../../core/progress.ts';
import { withoutCaptions, type CaptionedImages } from '../captions/captionedImages.ts';
import { captionIndex, type CaptionIndexOptions } from '../captions/captionIndex.ts';
import { orNotice } from '../orNotice.ts';
import { wordsOf } from './captionWords.ts';
import type { CuratedImages } from './curatedImages.ts';
import { idOf } from './findingId.ts';
import { imageNeighbors } from './imageNeighbors.ts';

export interface CaptionCopyOptions extends CaptionIndexOptions {
  readonly threads: number;
  /** See `captionCopies`. */
  readonly ratio: number;
}

export interface CaptionCopyFindings {
  readonly findings: readonly Finding[];
  readonly notices: readonly LikenessError[];
}

/**
 * Images whose captions say the same in other words, in the eyes of the encoder of captions. Where there is none, or where there are
 * too few captions, they are compared word by word alone, which a notice says. Several captions of one image are to say the same.
 * Rejects with `cancelled`.
 */
export async function captionCopyFindings(
  images: CuratedImages,
  all: CaptionedImages,
  options: CaptionCopyOptions,
  context: JobContext,
): Promise<CaptionCopyFindings> {
  if (all.captions.length < 2) return { findings: [], notices: [] };
  if (all.captions.length < FEWEST_COMPARED)
    return { findings: [], notices: [tooFewForMeaning(all.captions.length, FEWEST_COMPARED)] };
  const index = await orNotice(() => captionIndex(options, context));
  if (index instanceof LikenessError) return { findings: [], notices: [captionsComparedByWords(index)] };
  // Those that say nothing to the encoder are all the same to it.
  const read = withoutCaptions(all, index.unread);
  const { captions, imageOf, captionOf } = read;
  if (captions.length < FEWEST_COMPARED) {
    // Where none is read, that is told already.
    const few = captions.length === 0 ? [] : [tooFewForMeaning(captions.length, FEWEST_COMPARED, all.captions.length)];
    return { findings: [], notices: [...index.notices, ...few] };
  }
  const vectors = index.vectorsOf(captions);
  const texts = { ...vectors, paths: captions, contentKeys: Float64Array.from(captions.keys()) };
  const { neighbors } = await imageNeighbors(texts, options.threads, context);
  const pairsOf = grouped(imageOf.keys(), (pair) => captionOf[pair]!);
  const rowsOf = (caption: number) => [...new Set(pairsOf.get(caption)!.map((pair) => imageOf[pair]!))];
  const isOfOneImage = (first: number, second: number) => {
    const contents = new Set(rowsOf(first).map((row) => images.contentKeys[row]));
    return rowsOf(second).some((row) => contents.has(images.contentKeys[row]));
  };
  const copies = captionCopies(neighbors, options.ratio).filter(
    ({ first, second }) => wordsOf(captions[first]!) !== wordsOf(captions[second]!) && !isOfOneImage(first, second),
  );
  const pairKey = (first: number, second: number) =>
    Math.min(first, second) * captions.length + Math.max(first, second);
  const ratioOf = new Map(copies.map(({ first, second, ratio }) => [pairKey(first, second), ratio]));
  const findings = groupsAround(copies, (a, b) => a - b).map(({ kept, others }): Finding => {
    const [path, ...more] = [kept, ...others].flatMap(rowsOf).map((row) => images.paths[row]!);
    const least = others.reduce((so, other) => Math.min(so, ratioOf.get(pairKey(kept, other)) ?? 1), 1);
    return {
      id: idOf('duplicate-caption', ['in other words', ...[kept, ...others].map((caption) => captions[caption]!)]),
      kind: 'duplicate-caption',
      severity: severityOf('duplicate-caption'),
      path: path!,
      // Behind those that are the same word by word.
      score: Math.round((0.5 + least / 2) * 1e6) / 1e6,
      related: [...new Set(more)].filter((other) => other !== path).map((other) => ({ path: other })),
      message: sameMeaningText(captions[kept]!, captions[others[0]!]!, others.length),
    };
  });
  return { findings, notices: index.notices };
}
