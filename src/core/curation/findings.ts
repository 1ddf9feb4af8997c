import { formatCount, formatQuantity } from '../progressText.ts';
import { qualityKinds } from './qualityIssues.ts';

/** What is worth a person's look, and how badly. */
export const findingKinds = [
  'unreadable',
  'exact-duplicate',
  'near-duplicate',
  'same-scene',
  'leak',
  'label-issue',
  'outlier',
  'caption-mismatch',
  'duplicate-caption',
  'empty-caption',
  ...qualityKinds,
  'class-imbalance',
  'small-class',
  'spurious-correlation',
  'noisy-cluster',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** From the mildest on. */
export const severities = ['info', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

export interface RelatedImage {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Cosine similarity in the eyes of the encoder; absent where none was computed. */
  readonly similarity?: number;
}

export interface Finding {
  /** The same as long as kind and images are: a hash of the kind and of what the images contain. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** The image to look at, of duplicates the one to keep; '' where it is about the whole dataset. */
  readonly path: string;
  /** 0 to 1: the lower, the worse. */
  readonly score: number;
  readonly related: readonly RelatedImage[];
  /** What is wrong, in a sentence, and what can be done. */
  readonly message: string;
  /** The copy to keep, of several images. */
  readonly best?: BestCopy;
  /** The class that the image looks like, of a label issue. */
  readonly suggested?: string;
  /** The images of a leak that are measured on; the others are trained on. */
  readonly measured?: readonly string[];
}

export interface BestCopy {
  readonly path: string;
  /** What can be said for it, as the end of a sentence: "is the largest". */
  readonly reason?: string;
}

const usual: Readonly<Record<FindingKind, Severity>> = {
  unreadable: 'error',
  'exact-duplicate': 'warning',
  'near-duplicate': 'warning',
  'same-scene': 'info',
  leak: 'error',
  'label-issue': 'warning',
  outlier: 'info',
  'caption-mismatch': 'warning',
  'duplicate-caption': 'info',
  'empty-caption': 'warning',
  dark: 'info',
  light: 'info',
  blurry: 'info',
  'low-information': 'info',
  'odd-aspect-ratio': 'info',
  'odd-size': 'info',
  grayscale: 'info',
  'class-imbalance': 'info',
  'small-class': 'info',
  'spurious-correlation': 'info',
  'noisy-cluster': 'info',
};

/** @param labelsDiffer of exact duplicates: one of the labels must be wrong */
export function severityOf(kind: FindingKind, labelsDiffer = false): Severity {
  return kind === 'exact-duplicate' && labelsDiffer ? 'error' : usual[kind];
}

/** How bad findings are together: "warning" where all are, else "1 error, 23 warnings". */
export function severitiesText(findings: readonly Pick<Finding, 'severity'>[]): string {
  const counts = severities
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .reverse();
  if (counts.length === 1) return counts[0]!.severity;
  return counts
    .map(({ severity, count }) =>
      severity === 'info' ? `${formatCount(count)} info` : formatQuantity(count, severity),
    )
    .join(', ');
}

/** The worst first; equally bad ones by kind and path, so that the order is the same every time. */
export function compareFindings(a: Finding, b: Finding): number {
  const rank = ({ severity }: Finding) => -severities.indexOf(severity);
  const kind = (finding: Finding) => findingKinds.indexOf(finding.kind);
  const order = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0);
  return rank(a) - rank(b) || kind(a) - kind(b) || a.score - b.score || order(a.path, b.path) || order(a.id, b.id);
}
