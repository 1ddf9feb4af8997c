import type { Decision, DecisionAction } from '../../core/decisions/decisions.ts';
import type { Dataset } from '../dataset.ts';
import { decidedLabel, decisionsByPath, isExcluded, tagsOf } from '../decisions/decidedOf.ts';
import { readDecisions } from '../decisions/decisionFile.ts';

/** What people decided of images, by their paths. */
export interface ImageOpinions {
  /** Sorted. */
  readonly tagsOf: (path: string) => readonly string[];
  readonly isExcluded: (path: string) => boolean;
  /** What was done to an image, also together with another one; sorted. */
  readonly actionsOf: (path: string) => readonly DecisionAction[];
}

/** @param paths of all images that are asked about */
export async function readOpinions({ root, store }: Dataset, paths: readonly string[]): Promise<ImageOpinions> {
  const decided = decisionsByPath(withPartners(await readDecisions(root)), store, paths);
  return {
    tagsOf: (path) => tagsOf(decided.get(path)),
    isExcluded: (path) => isExcluded(decided.get(path)),
    actionsOf: (path) => actionsOf(decided.get(path) ?? []),
  };
}

/** A decision about two images is one about the other, too. */
function withPartners(decisions: readonly Decision[]): Decision[] {
  return decisions.flatMap((decision) => {
    const { path, content, with: partner } = decision;
    return partner ? [decision, { ...decision, ...partner, with: { path, content } }] : [decision];
  });
}

function actionsOf(decisions: readonly Decision[]): DecisionAction[] {
  const found = new Set<DecisionAction>();
  for (const { action } of decisions) {
    if (['quarantine', 'same', 'different', 'ignore'].includes(action)) found.add(action);
  }
  const last = decisions.findLast(({ action }) => action === 'exclude' || action === 'keep');
  if (last) found.add(last.action);
  if (decidedLabel(decisions) !== undefined) found.add('relabel');
  if (tagsOf(decisions).length > 0) found.add('tag');
  return [...found].sort();
}
