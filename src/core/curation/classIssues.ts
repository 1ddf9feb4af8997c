import { qualityThresholds } from './qualityIssues.ts';

/** A class is rare where it has less than this share of an equal share; Datalab's. */
export const IMBALANCE_SHARE = 0.1;
/** Images below which a class can neither be learnt nor checked. */
export const SMALL_CLASS = 10;
/** Chance that a measure orders an image of a class before another one, or the reverse, from which on it gives the class away. */
export const SPURIOUS_AREA = 0.95;
/** Images of a class from which on such a thing says something. */
const ENOUGH = 10;

export interface ClassIssue {
  readonly kind: 'class-imbalance' | 'small-class' | 'spurious-correlation';
  readonly label: string;
  readonly images: number;
  /** 0 to 1: the lower, the worse. */
  readonly score: number;
  /** Of a spurious correlation: what gives the class away, and whether it has more of it or less. */
  readonly measure?: string;
  readonly isHigher?: boolean;
}

export interface ClassedImages {
  /** Undefined for none. */
  readonly labels: readonly (string | undefined)[];
  /** By name, as people know it: a number per image, NaN for none. */
  readonly measures: Readonly<Record<string, Float64Array>>;
}

/**
 * What is wrong with classes as a whole: rare ones, ones with hardly any image, and ones that brightness or size alone gives
 * away, so that an encoder may learn that instead of what the images show.
 */
export function classIssues(
  { labels, measures }: ClassedImages,
  thresholds: Readonly<Partial<Record<string, number>>> = {},
): ClassIssue[] {
  const rowsOf = new Map<string, number[]>();
  labels.forEach((label, row) => {
    if (label !== undefined) rowsOf.set(label, [...(rowsOf.get(label) ?? []), row]);
  });
  if (rowsOf.size < 2) return [];
  const labelled = [...rowsOf.values()].reduce((sum, rows) => sum + rows.length, 0);
  const equalShare = labelled / rowsOf.size;
  const issues: ClassIssue[] = [];
  for (const [label, rows] of [...rowsOf].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const images = rows.length;
    const share = images / equalShare;
    if (share < (thresholds['class-imbalance'] ?? IMBALANCE_SHARE)) {
      issues.push({ kind: 'class-imbalance', label, images, score: share });
    }
    const small = thresholds['small-class'] ?? SMALL_CLASS;
    if (images < small) issues.push({ kind: 'small-class', label, images, score: images / small });
    if (images < ENOUGH || labelled - images < ENOUGH) continue;
    for (const [measure, values] of Object.entries(measures)) {
      const area = areaUnderCurve(values, labels, label);
      const distance = Math.max(area, 1 - area);
      if (!(distance >= (thresholds['spurious-correlation'] ?? SPURIOUS_AREA))) continue;
      const score = 2 * (1 - distance);
      issues.push({ kind: 'spurious-correlation', label, images, score, measure, isHigher: area > 0.5 });
    }
  }
  return issues;
}

/** Chance that an image of the class has more of a measure than one of another class; a half where both have the same. */
function areaUnderCurve(values: Float64Array, labels: readonly (string | undefined)[], label: string): number {
  const rows = [...values.keys()].filter((row) => labels[row] !== undefined && !Number.isNaN(values[row]!));
  rows.sort((a, b) => values[a]! - values[b]!);
  let [ranks, inside] = [0, 0];
  for (let start = 0; start < rows.length;) {
    let end = start;
    while (end < rows.length && values[rows[end]!] === values[rows[start]!]) end++;
    const rank = (start + end + 1) / 2;
    for (let i = start; i < end; i++) {
      if (labels[rows[i]!] !== label) continue;
      ranks += rank;
      inside++;
    }
    start = end;
  }
  const outside = rows.length - inside;
  return inside === 0 || outside === 0 ? 0.5 : (ranks - (inside * (inside + 1)) / 2) / (inside * outside);
}

/** What decides where the dataset's config says nothing. */
export const usualThresholds: Readonly<Record<string, number>> = {
  ...qualityThresholds,
  'class-imbalance': IMBALANCE_SHARE,
  'small-class': SMALL_CLASS,
  'spurious-correlation': SPURIOUS_AREA,
};
