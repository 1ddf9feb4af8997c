import { stat, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileNotFound, systemCodeOf, usage } from '../../core/errors.ts';
import { fileExists, wouldReplaceLabels } from '../../core/labels/labelErrors.ts';
import { formatProposals } from '../../core/labels/labelTable.ts';
import type { LabelProposal, LabelRequest } from '../../protocol/labels.ts';
import type { Dataset } from '../dataset.ts';
import { statIfPresent } from '../fileStatus.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';
import { replaceFile } from '../training/replaceFile.ts';
import { labelFile } from './knownLabels.ts';

type Target = NonNullable<LabelRequest['out']>;

/**
 * Refuses a file that must not be written, before any work is done: one that is there, unless it may be replaced, and in
 * any case what people wrote: the table of labels, and all in `.likeness`. Throws usage or file-exists.
 */
export async function assertWritable(
  { file, replace }: Target,
  dataset: Pick<Dataset, 'root' | 'config'>,
): Promise<void> {
  if (extname(file).toLowerCase() !== '.csv') throw usage(`${file} has to end in .csv, as that is what is written.`);
  const labels = labelFile(dataset);
  const inside = relativeToRoot(dataset.root, file);
  if (inside?.split('/')[0] === LIKENESS_FOLDER || (labels !== undefined && (await isSameFile(file, labels)))) {
    throw wouldReplaceLabels(file);
  }
  if (!replace && statIfPresent(file) !== undefined) throw fileExists(file);
}

/** Writes a table of proposals. Rejects with file-exists, read-only, disk-full or file-not-found. */
export async function writeProposals({ file, replace }: Target, proposals: readonly LabelProposal[]): Promise<void> {
  const text = formatProposals(proposals);
  try {
    // One that was written meanwhile is somebody's too.
    if (replace) await replaceFile(file, [text]);
    else await writeFile(file, text, { flag: 'wx', flush: true });
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EEXIST') throw fileExists(file);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw fileNotFound(file);
    throw writeFailure(file, error) ?? error;
  }
}

/** Also where links, or another case, lead to the same file. */
async function isSameFile(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const [first, second] = await Promise.all([a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  return first !== undefined && second !== undefined && first.ino === second.ino && first.dev === second.dev;
}
