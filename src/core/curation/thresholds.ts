import { CAPTION_RATIO } from './captionCopies.ts';
import { CAPTION_FIT } from './captionFit.ts';
import { IMBALANCE_SHARE, SMALL_CLASS, SPURIOUS_AREA } from './classIssues.ts';
import type { FindingKind } from './findings.ts';
import { LABEL_DOUBT } from './labelIssues.ts';
import { NOISE_RATIO } from './noisyClusters.ts';
import { OUTLIER_REACH } from './outliers.ts';
import { qualityThresholds } from './qualityIssues.ts';
import { SCENE_RATIO } from './scenes.ts';
import { CROP_RATIO } from './usualDistances.ts';

/**
 * What decides where the dataset's config says nothing, by kind; other kinds have no number. Those of near
 * duplicates (for parts of pictures and pictures with something laid upon them; others are told by their pixels alone), scenes, outliers
 * and captions are relative to how similar the encoder finds what is in the dataset.
 */
export const usualThresholds: Readonly<Partial<Record<FindingKind, number>>> = {
  'near-duplicate': CROP_RATIO,
  'same-scene': SCENE_RATIO,
  'label-issue': LABEL_DOUBT,
  outlier: OUTLIER_REACH,
  'caption-mismatch': CAPTION_FIT,
  'duplicate-caption': CAPTION_RATIO,
  ...qualityThresholds,
  'class-imbalance': IMBALANCE_SHARE,
  'small-class': SMALL_CLASS,
  'spurious-correlation': SPURIOUS_AREA,
  'noisy-cluster': NOISE_RATIO,
};

/** Kinds whose number is a share, a likelihood, or a score, which are all from 0 to 1; most others are ratios and counts, from 0. */
const UP_TO_ONE: ReadonlySet<string> = new Set<FindingKind>([
  ...(Object.keys(qualityThresholds) as FindingKind[]),
  ...(['label-issue', 'class-imbalance', 'spurious-correlation'] as const),
]);

/**
 * From where to where a threshold tells images apart, where the value lies outside of it: it finds nothing or everything then, which
 * somebody may want. How well a caption fits may be any number.
 */
export function usefulRange(kind: string, value: number): string | undefined {
  if (UP_TO_ONE.has(kind)) return value >= 0 && value <= 1 ? undefined : 'from 0 to 1';
  return value >= 0 || kind === 'caption-mismatch' ? undefined : 'from 0 on';
}
