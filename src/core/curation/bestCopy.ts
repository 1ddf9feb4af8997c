/** Which of several copies of a picture is the one to keep, and why. */

/** Splits that figures are measured on, the one to protect first; all others are trained on. */
export const heldOutSplits: readonly string[] = ['test', 'validation'];

/** What is known of a copy. Size and bytes are 0 where they are unknown. */
export interface CopyFacts {
  /** Relative to the root. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** Of the file. */
  readonly bytes: number;
  /** `jpeg`, `png`, `webp`, …; '' where unknown. */
  readonly format: string;
  readonly split: string | undefined;
  /** Whether a label issue says that its class is another one. */
  readonly isDoubted?: boolean;
}

/** What makes one copy better than another, the most important first. */
type Merit = 'label' | 'size' | 'format' | 'compression' | 'split';

const phrases: Readonly<Record<Merit, string>> = {
  label: 'the one whose label is not in doubt',
  size: 'the largest',
  format: 'stored without loss',
  compression: 'the least compressed',
  split: 'not held out for testing',
};

const lossless: ReadonlySet<string> = new Set(['png', 'bmp', 'tiff', 'svg']);
/** What a byte of a format is worth, as compared with one of JPEG: newer formats say the same with fewer. */
const worthOfByte: Readonly<Record<string, number>> = { webp: 1.3, avif: 2, gif: 0.5 };
/** Bytes per pixel count in steps of this factor: files within one are equally compressed. Steps, so that there is an order. */
const NOTABLE = 1.05;

/**
 * The better copy first: one whose label is not in doubt, then the larger one, then one that is stored without loss, then the less
 * compressed one, then one that is trained on; by path where all that is equal.
 */
export function compareCopies(a: CopyFacts, b: CopyFacts): number {
  const merit = decidingMerit(a, b);
  if (merit !== undefined) return worth[merit](b) - worth[merit](a);
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/**
 * What can be said for the best of several copies, as the end of a sentence: "is the largest"; undefined where it is as good as
 * another one.
 */
export function reasonToKeep(kept: CopyFacts, others: readonly CopyFacts[]): string | undefined {
  const merits = others.map((other) => decidingMerit(kept, other));
  if (merits.includes(undefined) || merits.length === 0) return undefined;
  const deciding = order.filter((merit) => merits.includes(merit));
  return `is ${deciding.map((merit) => phrases[merit]).join(' and ')}`;
}

const order: readonly Merit[] = ['label', 'size', 'format', 'compression', 'split'];

/** The higher, the better. */
const worth: Readonly<Record<Merit, (copy: CopyFacts) => number>> = {
  label: ({ isDoubted }) => (isDoubted === true ? 0 : 1),
  size: ({ width, height }) => width * height,
  format: ({ format }) => (lossless.has(format) ? 1 : 0),
  compression: ({ bytes, width, height, format }) => {
    if (bytes === 0 || width * height === 0) return 0;
    const weight = (bytes / (width * height)) * (worthOfByte[format] ?? 1);
    // In steps, so that what is hardly different is equal; from a power low enough that every file has a positive one.
    return Math.round(Math.log(weight) / Math.log(NOTABLE)) + 1000;
  },
  split: ({ split }) => (split !== undefined && heldOutSplits.includes(split) ? 0 : 1),
};

function decidingMerit(a: CopyFacts, b: CopyFacts): Merit | undefined {
  return order.find((merit) => worth[merit](a) !== worth[merit](b));
}
