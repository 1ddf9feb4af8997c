import type { ImageQuality } from '../images/quality.ts';

/** Kinds of issue that an image has by itself, told from its pixels and its size. */
export const qualityKinds = [
  'dark',
  'light',
  'blurry',
  'low-information',
  'odd-aspect-ratio',
  'odd-size',
  'grayscale',
] as const;
export type QualityKind = (typeof qualityKinds)[number];

/** Scores below are issues; cleanvision's. */
export const qualityThresholds: Readonly<Record<QualityKind, number>> = {
  dark: 0.32,
  light: 0.05,
  blurry: 0.29,
  'low-information': 0.3,
  'odd-aspect-ratio': 0.35,
  'odd-size': 0.5,
  grayscale: 0.5,
};

export interface MeasuredImage {
  readonly width: number;
  readonly height: number;
  readonly quality: ImageQuality;
}

export interface QualityIssue {
  readonly row: number;
  readonly kind: QualityKind;
  /** 0 to 1; below the threshold. */
  readonly score: number;
}

/**
 * Images whose quality is off. A picture is of an odd size where the root of its area lies beyond three quartile ranges of the
 * quartiles of all, and odd by far where it is further out.
 *
 * @param images in the order of rows; undefined for those that were not measured
 */
export function qualityIssues(
  images: readonly (MeasuredImage | undefined)[],
  thresholds: Readonly<Partial<Record<string, number>>> = {},
): QualityIssue[] {
  return qualityScores(images).flatMap((scores, row) => {
    if (scores === undefined) return [];
    return qualityKinds.flatMap((kind): QualityIssue[] => {
      const score = scores[kind];
      return score < (thresholds[kind] ?? qualityThresholds[kind]) ? [{ row, kind, score }] : [];
    });
  });
}

/**
 * The scores of each image, from 0, bad, to 1; undefined for those that were not measured.
 *
 * @param images all that an odd size is told by
 */
export function qualityScores(
  images: readonly (MeasuredImage | undefined)[],
): (Record<QualityKind, number> | undefined)[] {
  const sizes = sizeScores(images);
  return images.map((image, row) => image && scoresOf(image, sizes[row]!));
}

function scoresOf({ width, height, quality }: MeasuredImage, size: number): Record<QualityKind, number> {
  return {
    dark: quality.dark,
    light: quality.light,
    blurry: quality.blurry,
    'low-information': quality.lowInformation,
    'odd-aspect-ratio': Math.min(width / height, height / width),
    'odd-size': size,
    grayscale: quality.grayscale ? 0 : 1,
  };
}

/** Beyond the quartiles by this share of the median a size is usual, however much the others are of one size. */
const USUAL_REACH = 0.5;

/**
 * 1 − |√area − middle| / the width of what is usual, 0 at the least, and 1 at the middle. As cleanvision's, but that what is usual
 * has a least width: most data sets are of one size by far, and there any other would be odd.
 */
function sizeScores(images: readonly (MeasuredImage | undefined)[]): number[] {
  const edges = images.map((image) => (image ? Math.sqrt(image.width * image.height) : Number.NaN));
  const sorted = edges.filter((edge) => !Number.isNaN(edge)).sort((a, b) => a - b);
  const [first, third] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const reach = Math.max(3 * (third - first), USUAL_REACH * quantile(sorted, 0.5));
  const [low, high] = [Math.max(0, first - reach), third + reach];
  const middle = (low + high) / 2;
  const gap = high - low;
  return edges.map((edge) => 1 - Math.min(1, Math.abs(edge - middle) / gap));
}

/** Interpolated linearly, as numpy does. @param sorted ascending */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low + (high - low) * (place - Math.floor(place));
}
