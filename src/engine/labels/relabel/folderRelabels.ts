import { join } from 'node:path';
import { grouped } from '../../../core/grouped.ts';
import type { FileMove } from '../../../core/decisions/history.ts';
import { folderOfClass } from '../../../core/labels/relabel/classFolder.ts';
import { noFolder, sameOnDisk, targetTaken } from '../../../core/labels/relabel/relabelReasons.ts';
import type { RelabelChange, RelabelProblem } from '../../../protocol/relabels.ts';
import { isPresent } from '../../decisions/moveFiles.ts';
import { isSameFile } from '../../store/outputFile.ts';
import { readSplitTable } from '../sources/rowSources.ts';
import type { RelabelPlan, RelabelWork } from './relabelPlan.ts';

/** The images that have to move to the folder of another class. */
export async function planFolderRelabels({ dataset, paths, wanted }: RelabelWork): Promise<RelabelPlan> {
  const { root, rules, store } = dataset;
  const contents = store.readContentIds([...wanted.keys()]);
  const table = await readSplitTable(dataset, paths);
  // The table knows the image where it is now.
  const staysInSplit = (path: string, target: string) =>
    rules.splitOf(target) === rules.splitWith(path, table?.splits.get(path));
  // Case doesn't tell files apart everywhere.
  const there = grouped(paths, (path) => path.toLowerCase());
  const taken = new Set<string>();
  const isTaken = (path: string, target: string) =>
    taken.has(target.toLowerCase()) || there.get(target.toLowerCase())?.some((other) => other !== path) === true;
  const changes: RelabelChange[] = [];
  const problems: RelabelProblem[] = [];
  const moves: FileMove[] = [];
  for (const [path, relabelling] of wanted) {
    const folder = folderOfClass(path, relabelling.to);
    const target = folder === undefined ? undefined : `${folder}/${path.slice(path.lastIndexOf('/') + 1)}`;
    const isRight = target !== undefined && rules.labelOf(target) === relabelling.to && staysInSplit(path, target);
    if (!isRight) problems.push({ ...relabelling, reason: noFolder });
    else if (isTaken(path, target)) problems.push({ ...relabelling, reason: targetTaken(target) });
    else if (await isPresent(join(root, target))) {
      const isItself = await isSameFile(join(root, path), join(root, target));
      problems.push({ ...relabelling, reason: isItself ? sameOnDisk(path, target) : targetTaken(target) });
    } else {
      taken.add(target.toLowerCase());
      changes.push({ ...relabelling, where: { target } });
      moves.push({ from: path, to: target, content: contents.get(path)?.content ?? '' });
    }
  }
  return { changes, problems, files: [], moves };
}
