import { imagesOf } from '../../core/curation/answers.ts';
import type { Finding } from '../../core/curation/findings.ts';
import { decisionsFor, firstFocus, imagesToGo, type StepDecision } from '../../core/curation/reviewSteps.ts';
import type { DecisionStep } from '../../protocol/decisions.ts';
import type { ReviewDecision } from '../../protocol/reviewView.ts';

/**
 * The step of one key press: what is decided of the images of one finding or of several; undefined where nothing is. Of
 * several findings it is about the images that may go, whichever is looked at.
 */
export function stepOf(root: string, findings: readonly Finding[], decision: ReviewDecision): DecisionStep | undefined {
  const isOne = findings.length === 1;
  const decided = findings.flatMap((finding) => {
    const label = decision.label ?? finding.suggested;
    return imagesMeant(finding, decision, isOne).flatMap((image) =>
      decisionsFor(decision.action, finding, image, label).map((made) => ({ finding, decision: made })),
    );
  });
  if (decided.length === 0) return undefined;
  const decisions = merged(decided, isOne);
  const [first] = findings;
  return {
    root,
    decisions: decisions.map(({ action: wanted, paths, value, finding }) => {
      if (wanted === 'ignore') return { paths, decision: { action: wanted, finding: finding! } };
      if (wanted === 'relabel') return { paths, decision: { action: wanted, value: value! } };
      if (wanted === 'same' || wanted === 'different') throw new TypeError('A pair is decided by itself.');
      return { paths, decision: { action: wanted }, ...(finding !== undefined && { finding }) };
    }),
    ...(isOne && { finding: first!.id }),
    // Nobody wants the rest to go where the one to keep is gone.
    leavesOut: decision.action === 'keepBest' || decision.action === 'keepOne' ? findings.map(imagesOf) : [],
  };
}

/** The images of a finding that are decided of, each by itself. */
function imagesMeant(finding: Finding, { action, focused }: ReviewDecision, isOne: boolean): string[] {
  if (isOne) return [focused !== undefined && imagesOf(finding).includes(focused) ? focused : firstFocus(finding)];
  return action === 'exclude' || action === 'quarantine' ? imagesToGo(finding) : [firstFocus(finding)];
}

interface MergedDecision extends StepDecision {
  /** That is no issue, or that images are kept for. */
  readonly finding?: string;
}

/** One decision for all images of which the same is decided. */
function merged(
  decided: readonly { readonly finding: Finding; readonly decision: StepDecision }[],
  isOne: boolean,
): MergedDecision[] {
  const byMeaning = new Map<string, MergedDecision>();
  // What takes images out answers by itself; whatever else is said of several findings has to name each of them.
  const isKeptOnly = decided.every(({ decision }) => decision.action === 'keep');
  for (const { finding, decision } of decided) {
    const { action, value = '', paths } = decision;
    const isNamed = action === 'ignore' || (isKeptOnly && !isOne);
    const key = [action, value, isNamed ? finding.id : ''].join('\n');
    const known = byMeaning.get(key);
    byMeaning.set(key, {
      ...decision,
      ...(isNamed && { finding: finding.id }),
      paths: [...new Set([...(known?.paths ?? []), ...paths])],
    });
  }
  return [...byMeaning.values()];
}
