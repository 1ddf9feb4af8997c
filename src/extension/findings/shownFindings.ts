import path from 'node:path';
import { compareFindings, type Finding } from '../../core/curation/findings.ts';
import { formatCount } from '../../core/progressText.ts';
import type { CheckReport } from '../../protocol/check.ts';
import { imagesOf } from '../../core/curation/answers.ts';

/** Images of errors and warnings that the Problems panel lists without being asked for more. */
export const MOST_IMAGES = 500;

/** What is wrong with one image. */
export interface FlaggedImage {
  /** The worst one that it has a part in. */
  readonly finding: Finding;
  /** Whether the finding's sentence speaks of this image, rather than of one that is related to it. */
  readonly isMain: boolean;
  /** Findings that it has a part in. */
  readonly count: number;
}

/** The images that have a part in findings, by their absolute paths. */
export function flaggedImages(reports: readonly CheckReport[]): ReadonlyMap<string, FlaggedImage> {
  const byImage = new Map<string, FlaggedImage>();
  for (const { root, findings } of reports) {
    for (const finding of findings.toSorted(compareFindings)) {
      for (const image of imagesOf(finding)) {
        const file = path.join(root, image);
        const known = byImage.get(file) ?? { finding, isMain: image === finding.path, count: 0 };
        byImage.set(file, { ...known, count: known.count + 1 });
      }
    }
  }
  return byImage;
}

/**
 * The findings of a dataset that the Problems panel shows.
 *
 * @param wanted the setting; anything else than `all` and `off` counts as `visible`
 * @param isOpen whether an image is open in a tab, by its absolute path
 */
export function shownFindings(
  { root, findings }: CheckReport,
  wanted: string,
  isOpen: (file: string) => boolean,
): readonly Finding[] {
  if (wanted === 'off') return [];
  if (wanted === 'all') return findings;
  const grave = new Set<string>();
  return findings.filter((finding) => {
    if (imagesOf(finding).some((image) => isOpen(path.join(root, image)))) return true;
    if (finding.severity === 'info') return finding.path === '';
    if (!grave.has(finding.path) && grave.size >= MOST_IMAGES) return false;
    grave.add(finding.path);
    return true;
  });
}

/** The sentence of an image's worst finding, and how many more there are. */
export function badgeTooltip({ finding, isMain, count }: FlaggedImage): string {
  const others = count === 1 ? '' : ` (and ${formatCount(count - 1)} more)`;
  return `${isMain ? '' : `${finding.path}: `}${finding.message}${others}`;
}
