import { grouped } from '../grouped.ts';

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
  const rowsOf = grouped(labels.keys(), (row) => labels[row]) as ReadonlyMap<string, readonly number[]>;
  if (rowsOf.size < 2) return [];
  const labelled = [...rowsOf.values()].reduce((sum, rows) => sum + rows.length, 0);
  const equalShare = labelled / rowsOf.size;
  const ranks = Object.entries(measures).map(([measure, values]) => ({ measure, ...ranked(values, labels) }));
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
    for (const { measure, rankOf, count } of ranks) {
      const area = areaUnderCurve(rankOf, count, rows);
      const distance = Math.max(area, 1 - area);
      if (!(distance >= (thresholds['spurious-correlation'] ?? SPURIOUS_AREA))) continue;
      const score = 2 * (1 - distance);
      issues.push({ kind: 'spurious-correlation', label, images, score, measure, isHigher: area > 0.5 });
    }
  }
  return issues;
}

/** Ranks of the labelled images by a measure, from 1, equal ones at the middle of theirs; NaN for the others. */
function ranked(values: Float64Array, labels: readonly (string | undefined)[]) {
  const rows = [...values.keys()].filter((row) => labels[row] !== undefined && !Number.isNaN(values[row]!));
  rows.sort((a, b) => values[a]! - values[b]!);
  const rankOf = new Float64Array(values.length).fill(Number.NaN);
  for (let start = 0; start < rows.length;) {
    let end = start;
    while (end < rows.length && values[rows[end]!] === values[rows[start]!]) end++;
    for (let i = start; i < end; i++) rankOf[rows[i]!] = (start + end + 1) / 2;
    start = end;
  }
  return { rankOf, count: rows.length };
}

/**
 * Chance that an image of a class has more of a measure than one of another class, by Mann and Whitney's sum of ranks; a half
 * where both have the same.
 *
 * @param count images that have a rank
 * @param rows of the class
 */
function areaUnderCurve(rankOf: Float64Array, count: number, rows: readonly number[]): number {
  const own = rows.map((row) => rankOf[row]!).filter((rank) => !Number.isNaN(rank));
  const outside = count - own.length;
  const sum = own.reduce((total, rank) => total + rank, 0);
  return own.length === 0 || outside === 0 ? 0.5 : (sum - (own.length * (own.length + 1)) / 2) / (own.length * outside);
}
