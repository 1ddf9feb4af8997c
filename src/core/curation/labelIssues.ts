import { LABEL_WORTH, type ClassEvidence } from './classEvidence.ts';

/** Scores below are issues: another class is three times as likely as the given one. */
export const LABEL_DOUBT = 1 / (1 + LABEL_WORTH);

export interface LabelIssue {
  readonly row: number;
  /** How likely the given class is if it is either that or the suggested one: 0 to 1, the lower the surer it is wrong. */
  readonly score: number;
  /** Of the neighbours' votes: for the given class, and for the suggested one. */
  readonly share: number;
  readonly otherShare: number;
  /** The class that the image looks like. */
  readonly suggested: number;
  /** Whether an image of the same content is labelled so. */
  readonly isCopied: boolean;
}

/**
 * Images whose label is probably wrong, the surest first: all that is known of an image without its label speaks for another class.
 *
 * Scores weigh the given class against the best other one. Of labels flipped at random, that puts more first than what speaks for the
 * given class alone does; and a limit on it finds more of them at the same number of wrong guesses than the counts of confident
 * learning do (Northcutt et al. 2021), which are too small where guesses are often wrong.
 *
 * @param classOf of each row, from 0; −1 for none
 * @param doubt scores below are issues
 */
export function labelIssues(evidence: ClassEvidence, classOf: Int32Array, doubt = LABEL_DOUBT): LabelIssue[] {
  const issues: LabelIssue[] = [];
  for (const [row, given] of classOf.entries()) {
    const suggested = evidence.other[row]!;
    // Whatever doubt is allowed, none is what its own class speaks for most.
    if (given < 0 || suggested < 0 || evidence.lead[row]! <= 0) continue;
    const score = 1 / (1 + Math.exp(evidence.lead[row]!));
    if (score >= doubt) continue;
    const { share, otherShare, copied } = evidence;
    issues.push({
      row,
      score,
      suggested,
      share: share[row]!,
      otherShare: otherShare[row]!,
      isCopied: copied[row] === 1,
    });
  }
  return issues.sort((a, b) => a.score - b.score || a.row - b.row);
}
