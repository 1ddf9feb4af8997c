import { groupKinds, imagesOf, takesOut } from '../../core/curation/answers.ts';
import type { Finding } from '../../core/curation/findings.ts';
import { bestOf, decisionsFor, firstFocus, imagesToGo, type StepDecision } from '../../core/curation/reviewSteps.ts';
import type { DecisionStep } from '../../protocol/decisions.ts';
import type { ReviewDecision } from '../../protocol/reviewView.ts';

const noImages: ReadonlySet<string> = new Set();

/**
 * The step of one key press: what is decided of the images of one finding or of several; undefined where nothing is. Of
 * several findings it is about the images that may go, whichever is looked at, and what stays for one of them goes for none.
 *
 * @param out images that are out of the dataset already
 */
export function stepOf(
  root: string,
  findings: readonly Finding[],
  decision: ReviewDecision,
  out = noImages,
): DecisionStep | undefined {
  const isOne = findings.length === 1;
  const { action } = decision;
  const parts = findings.map((finding): Part => ({ finding, gone: imagesOf(finding).filter((path) => out.has(path)) }));
  const made = parts.flatMap(({ finding, gone }) => {
    const label = decision.label ?? finding.suggested;
    return imagesMeant({ finding, gone }, decision, isOne).flatMap((image) =>
      decisionsFor(action, finding, image, label, gone).map((made) => ({ finding, decision: made })),
    );
  });
  const decided = isOne ? made : withoutStaying(made, stayingOf(parts, action));
  if (decided.length === 0) return undefined;
  const decisions = merged(decided, action === 'keep' && !isOne);
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
    leavesOut:
      action === 'keepOne' ? [made.flatMap(({ decision: { paths } }) => paths)] : leftOutTogether(parts, action, isOne),
  };
}

/** A finding with those of its images that are out. */
interface Part {
  readonly finding: Finding;
  readonly gone: readonly string[];
}

interface Decided {
  readonly finding: Finding;
  readonly decision: StepDecision;
}

/** The images of a finding that are decided of, each by itself. */
function imagesMeant({ finding, gone }: Part, { action, focused }: ReviewDecision, isOne: boolean): string[] {
  const first = firstFocus(finding, gone);
  if (isOne) return [focused !== undefined && imagesOf(finding).includes(focused) ? focused : first];
  if (!takesOut(action)) return [first];
  // What is only excluded so far can be set aside all the same.
  return [...new Set([...imagesToGo(finding, gone), ...(action === 'quarantine' ? gone : [])])];
}

/** Of several findings, the copy of each that is kept, or that the others may go for. */
function stayingOf(parts: readonly Part[], action: ReviewDecision['action']): ReadonlySet<string> {
  if (action !== 'keepBest' && !takesOut(action)) return noImages;
  const groups = parts.filter(({ finding }) => groupKinds.has(finding.kind));
  return new Set(groups.map(({ finding, gone }) => bestOf(finding, gone)));
}

/** Otherwise one finding would take out what another one keeps, and no copy might be left. */
function withoutStaying(decided: readonly Decided[], staying: ReadonlySet<string>): Decided[] {
  return decided.flatMap(({ finding, decision }) => {
    if (!takesOut(decision.action)) return [{ finding, decision }];
    const paths = decision.paths.filter((path) => !staying.has(path));
    return paths.length === 0 ? [] : [{ finding, decision: { ...decision, paths } }];
  });
}

/** Nobody wants the rest to go where the one to keep is gone. */
function leftOutTogether(parts: readonly Part[], action: ReviewDecision['action'], isOne: boolean): string[][] {
  if (action === 'keepBest') {
    return parts.map(({ finding, gone }) => imagesOf(finding).filter((path) => !gone.includes(path)));
  }
  if (isOne || !takesOut(action)) return [];
  const groups = parts.filter(({ finding }) => groupKinds.has(finding.kind));
  // Each with the one that stays: another copy that can't be read keeps none of the others from going.
  return groups.flatMap(({ finding, gone }) => imagesToGo(finding, gone).map((path) => [bestOf(finding, gone), path]));
}

interface MergedDecision extends StepDecision {
  /** That is no issue, or that images are kept for. */
  readonly finding?: string;
}

/**
 * One decision for all images of which the same is decided.
 *
 * @param isKept whether several findings are answered by keeping all of their images
 */
function merged(decided: readonly Decided[], isKept: boolean): MergedDecision[] {
  const byMeaning = new Map<string, MergedDecision>();
  for (const { finding, decision } of decided) {
    const { action, value = '', paths } = decision;
    // What takes images out answers by itself; whatever else is said of several findings has to name each of them.
    const isNamed = action === 'ignore' || isKept;
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
