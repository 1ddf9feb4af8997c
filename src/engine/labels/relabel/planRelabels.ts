import { createHash } from 'node:crypto';
import { imageChanged, imageGone, noSource, spacesAround } from '../../../core/labels/relabel/relabelReasons.ts';
import type { LikenessError } from '../../../core/errors.ts';
import type { Relabelling, RelabelProblem } from '../../../protocol/relabels.ts';
import type { Dataset } from '../../dataset.ts';
import { decidedLabel, decisionsByPath } from '../../decisions/decidedOf.ts';
import { readDecisions } from '../../decisions/decisionFile.ts';
import { decisionNotices } from '../../decisions/problemsOfDecisions.ts';
import { readKnownLabels } from '../knownLabels.ts';
import { planCocoRelabels } from './cocoRelabels.ts';
import { planFolderRelabels } from './folderRelabels.ts';
import type { RelabelPlan, RelabelWork } from './relabelPlan.ts';
import { planTableRelabels } from './tableRelabels.ts';
import { planYoloRelabels } from './yoloRelabels.ts';

export interface PlannedRelabels extends RelabelPlan {
  /** Changes with all that would be written. */
  readonly id: string;
  readonly notices: readonly LikenessError[];
}

/**
 * What has to be written so that the labels of a dataset say what was decided. Nothing is written. Rejects with the codes of
 * `readKnownLabels`.
 */
export async function planRelabels(dataset: Dataset): Promise<PlannedRelabels> {
  const { root, store } = dataset;
  const paths = store.readImagePaths();
  const decisions = await readDecisions(root);
  const known = await readKnownLabels(dataset, paths);
  const decided = decisionsByPath(decisions, store, paths);
  const wanted = new Map<string, Relabelling>();
  const problems: RelabelProblem[] = [];
  for (const path of paths) {
    const to = decidedLabel(decided.get(path));
    const from = known.statedLabelOf(path);
    if (to === undefined || to === from) continue;
    if (to === to.trim()) wanted.set(path, { path, from, to });
    else problems.push({ path, from, to, reason: spacesAround });
  }
  const answered = new Set([...decided.values()].flat());
  const present = new Set(paths);
  for (const decision of decisions) {
    const { action, path, value = '' } = decision;
    if (action !== 'relabel' || value === '' || answered.has(decision)) continue;
    // Of a picture that was decided anew, what was said of the former one is over.
    if (decidedLabel(decided.get(path)) !== undefined) continue;
    const reason = present.has(path) ? imageChanged : imageGone;
    problems.push({ path, from: known.statedLabelOf(path), to: value, reason });
  }
  const plan = await planOf({ dataset, paths, wanted });
  const inOrder = <Item extends Relabelling>(items: readonly Item[]) =>
    items.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const { files, moves } = plan;
  return {
    changes: inOrder(plan.changes),
    problems: inOrder([...problems, ...plan.problems]),
    files,
    moves,
    id: createHash('sha256')
      .update(JSON.stringify([files, moves]))
      .digest('hex')
      .slice(0, 16),
    notices: [...known.notices, ...(await decisionNotices(root, store))],
  };
}

function planOf(work: RelabelWork): Promise<RelabelPlan> {
  switch (work.dataset.config.labels?.source ?? 'folder') {
    case 'folder':
      return planFolderRelabels(work);
    case 'csv':
      return planTableRelabels(work);
    case 'coco':
      return planCocoRelabels(work);
    case 'yolo':
      return planYoloRelabels(work);
    case 'none': {
      const problems = [...work.wanted.values()].map((relabelling) => ({ ...relabelling, reason: noSource }));
      return Promise.resolve({ changes: [], problems, files: [], moves: [] });
    }
  }
}
