import { imagesOf } from '../../core/curation/answers.ts';
import type { Finding } from '../../core/curation/findings.ts';
import { bestOf, decisionsFor, firstFocus, groupKinds, type StepDecision } from '../../core/curation/reviewSteps.ts';
import type { DecisionStep } from '../../protocol/decisions.ts';
import type { ReviewDecision } from '../../protocol/reviewView.ts';

/**
 * The step of one key press: what is decided of the images of one finding or of several; undefined where nothing is. Of
 * several findings it is about the images that may go, whichever is looked at.
 */
export function stepOf(
  root: string,
  findings: readonly Finding[],
  { action, focused, label }: ReviewDecision,
): DecisionStep | undefined {
  const isOne = findings.length === 1;
  const decided = findings.flatMap((finding) => {
    if (isOne) {
      const image = focused !== undefined && imagesOf(finding).includes(focused) ? focused : firstFocus(finding);
      return decisionsFor(action, finding, image, label ?? finding.suggested).map((decision) => ({
        finding,
        decision,
      }));
    }
    return imagesToGo(finding, action).flatMap((image) =>
      decisionsFor(action, finding, image, label ?? finding.suggested).map((decision) => ({ finding, decision })),
    );
  });
  if (decided.length === 0) return undefined;
  const decisions = merged(decided);
  const [first] = findings;
  return {
    root,
    decisions: decisions.map(({ action: wanted, paths, value, finding }) => {
      if (wanted === 'ignore') return { paths, decision: { action: wanted, finding: finding! } };
      if (wanted === 'relabel') return { paths, decision: { action: wanted, value: value! } };
      if (wanted === 'same' || wanted === 'different') throw new TypeError('A pair is decided by itself.');
      return { paths, decision: { action: wanted } };
    }),
    ...(isOne && { finding: first!.id }),
  };
}

/** Of a finding that is one of several: all images but the best, where it is about copies. */
function imagesToGo(finding: Finding, action: ReviewDecision['action']): string[] {
  const images = imagesOf(finding);
  const isEach = (action === 'exclude' || action === 'quarantine') && groupKinds.has(finding.kind);
  return isEach ? images.filter((image) => image !== bestOf(finding)) : [firstFocus(finding)];
}

interface MergedDecision extends StepDecision {
  /** That is no issue. */
  readonly finding?: string;
}

/** One decision for all images of which the same is decided. */
function merged(decided: readonly { readonly finding: Finding; readonly decision: StepDecision }[]): MergedDecision[] {
  const byMeaning = new Map<string, MergedDecision>();
  for (const { finding, decision } of decided) {
    const { action, value = '', paths } = decision;
    const isIgnored = action === 'ignore';
    const key = [action, value, isIgnored ? finding.id : ''].join('\n');
    const known = byMeaning.get(key);
    byMeaning.set(key, {
      ...decision,
      ...(isIgnored && { finding: finding.id }),
      paths: [...new Set([...(known?.paths ?? []), ...paths])],
    });
  }
  return [...byMeaning.values()];
}
