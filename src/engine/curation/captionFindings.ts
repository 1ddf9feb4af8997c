import { captionsNotCompared, tooFewCaptions } from '../../core/captions/captionErrors.ts';
import { captionFits, captionMismatches, FEWEST_CAPTIONS } from '../../core/curation/captionFit.ts';
import { severityOf, type Finding, type FindingKind } from '../../core/curation/findings.ts';
import { captionMismatchText, duplicateCaptionText, emptyCaptionText } from '../../core/curation/findingText.ts';
import { LikenessError } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import type { JobContext } from '../../core/progress.ts';
import { captionedImages, withoutCaptions, type CaptionedImages } from '../captions/captionedImages.ts';
import { captionVectors, type CaptionEncoder } from '../captions/captionVectors.ts';
import { readCaptions, type KnownCaptions } from '../captions/knownCaptions.ts';
import { orNotice } from '../orNotice.ts';
import { searchEncoder } from '../encoders/encoderChoice.ts';
import { withProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';
import type { MappingOptions } from '../maps/mapEncoder.ts';
import { captionCopyFindings } from './captionCopyFindings.ts';
import { wordsOf } from './captionWords.ts';
import type { CuratedImages } from './curatedImages.ts';
import { idOf } from './findingId.ts';

export interface CaptionCheckOptions
  extends Pick<MappingOptions, 'dataset' | 'registry' | 'threads'>, Pick<CaptionEncoder, 'stored' | 'loadText'> {}

export interface CaptionFindings {
  readonly findings: readonly Finding[];
  readonly notices: readonly LikenessError[];
}

/**
 * What is wrong with the captions of images; nothing where the configuration names none. That captions can't be read, or not be
 * compared with images, is a notice: the images can be checked all the same. Rejects with `cancelled`.
 *
 * @param thresholds of the fit of captions and images, see `captionFits`, and of captions that say the same, see
 *   `captionCopies`; absent: they are not compared
 * @param chosen the encoder that was asked for
 */
export async function captionFindings(
  images: CuratedImages,
  thresholds: { readonly fit: number | undefined; readonly copies: number | undefined },
  options: CaptionCheckOptions,
  chosen: string | undefined,
  context: JobContext,
): Promise<CaptionFindings> {
  const { dataset } = options;
  if (dataset.config.captions === undefined) return { findings: [], notices: [] };
  const known = await orNotice(() => readCaptions(dataset, dataset.store.readImagePaths()));
  if (known === undefined) return { findings: [], notices: [] };
  if (known instanceof LikenessError) return { findings: [], notices: [known] };
  const captioned = captionedImages(known, images.paths, dataset.root);
  const findings = [...ofEmpty(images, captioned), ...ofDuplicates(images, captioned)];
  const notices: LikenessError[] = [...captioned.notices];
  const { fit: threshold, copies } = thresholds;
  if (copies !== undefined) {
    const found = await captionCopyFindings(images, captioned, { ...options, ratio: copies }, context);
    findings.push(...found.findings);
    notices.push(...untold(found.notices, notices));
  }
  if (threshold === undefined) return { findings, notices };
  const mismatches = await orNotice(() => ofMismatches(images, captioned, known, threshold, options, chosen, context));
  return mismatches instanceof LikenessError
    ? { findings, notices: [...notices, captionsNotCompared(mismatches)] }
    : {
        findings: [...findings, ...mismatches.findings],
        notices: [...notices, ...untold(mismatches.notices, notices)],
      };
}

/** What reads captions for both comparisons may be the same. */
function untold(notices: readonly LikenessError[], told: readonly LikenessError[]): LikenessError[] {
  return notices.filter(({ message }) => told.every((one) => one.message !== message));
}

function ofEmpty(images: CuratedImages, { empty }: CaptionedImages): Finding[] {
  return empty.map((row) => ({
    ...described('empty-caption', images, row, ''),
    score: 0,
    related: [],
    message: emptyCaptionText,
  }));
}

/** Copies of a picture may well have the same caption. */
function ofDuplicates(images: CuratedImages, captioned: CaptionedImages): Finding[] {
  const { captions, imageOf, captionOf } = captioned;
  const byWords = grouped(imageOf.keys(), (pair) => wordsOf(captions[captionOf[pair]!]!));
  return [...byWords].flatMap(([words = '', pairs]): Finding[] => {
    const rows = [...new Set(pairs.map((pair) => imageOf[pair]!))];
    if (new Set(rows.map((row) => images.contentKeys[row])).size < 2) return [];
    const [first, ...others] = rows as [number, ...number[]];
    return [
      {
        ...described('duplicate-caption', images, first, words),
        id: idOf('duplicate-caption', [words, ...rows.map((row) => images.facts[row]?.content ?? '')]),
        // The more images one caption is to tell apart, the worse.
        score: rounded(1 / rows.length),
        related: others.map((row) => ({ path: images.paths[row]! })),
        message: duplicateCaptionText(captions[captionOf[pairs[0]!]!]!, others.length),
      },
    ];
  });
}

async function ofMismatches(
  images: CuratedImages,
  captioned: CaptionedImages,
  { captions: known }: KnownCaptions,
  threshold: number,
  { dataset, registry, threads, stored, loadText }: CaptionCheckOptions,
  chosen: string | undefined,
  context: JobContext,
): Promise<CaptionFindings> {
  if (captioned.captions.length === 0) return { findings: [], notices: [] };
  const { resolve } = await searchEncoder(dataset, registry, chosen);
  const wanted = { captions: captioned.captions, all: [...known.values()].flat() };
  const read = await captionVectors(wanted, dataset.store, { stored, resolve, loadText }, context);
  const { notices, dim } = read;
  // Those that say nothing to the encoder are near to no image.
  const { captions, imageOf, captionOf, numbers } = withoutCaptions(captioned, read.unread);
  if (Math.min(captions.length, images.rows) < FEWEST_CAPTIONS) {
    // Where none is read, that is told already.
    const few = tooFewCaptions(captions.length, FEWEST_CAPTIONS, captioned.captions.length);
    return { findings: [], notices: captions.length === 0 ? notices : [...notices, few] };
  }
  const vectors = { vectors: gathered(read.vectors, dim, numbers), rows: captions.length, dim };
  const found = await withProducts(threads, (products) =>
    inPhase('Comparing captions with their images', images.rows + captions.length, context, (between) =>
      captionFits({ images, captions: vectors, imageOf, captionOf }, products, between),
    ),
  );
  const findings = Array.from(captionMismatches(found, threshold), (pair): Finding => {
    const row = imageOf[pair]!;
    const caption = captions[captionOf[pair]!]!;
    const better = found.betterImages[pair]!;
    const nearest = better > 0 ? images.paths[found.nearestImage[pair]!] : undefined;
    return {
      ...described('caption-mismatch', images, row, caption),
      score: rounded(Math.min(1, Math.max(0, found.fits[pair]!))),
      related: [],
      message: captionMismatchText(caption, better, nearest),
    };
  });
  return { findings, notices };
}

/** A caption that is corrected makes another finding of it, or none. */
function described(kind: FindingKind, images: CuratedImages, row: number, caption: string) {
  return {
    id: idOf(kind, [images.facts[row]?.content ?? '', caption]),
    kind,
    severity: severityOf(kind),
    path: images.paths[row]!,
  };
}

function rounded(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}
