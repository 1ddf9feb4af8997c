import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { baselineOf, formatBaseline, parseBaselineFindings, type Baseline } from '../../core/curation/baseline.ts';
import { findingKinds, type Finding, type FindingKind } from '../../core/curation/findings.ts';
import { fileNotFound, systemCodeOf, unreadableFile, usage } from '../../core/errors.ts';
import { takesOut } from '../../core/curation/answers.ts';
import { outInLikeness } from '../../core/labels/labelErrors.ts';
import type { Dataset } from '../dataset.ts';
import { statIfPresent } from '../fileStatus.ts';
import { readDecisions } from '../decisions/decisionFile.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { LIKENESS_FOLDER, makeLikenessFolder } from '../store/locations.ts';
import { assertOutputFile } from '../store/outputFile.ts';
import { replaceFile } from '../training/replaceFile.ts';

/** The dataset's own baseline. */
export function baselineFile(root: string): string {
  return join(root, LIKENESS_FOLDER, 'baseline.json');
}

/**
 * Ids of findings that are closed: those of the baseline, which a team has accepted, and those that a person has
 * answered by a decision. Rejects with file-not-found, unreadable-file or usage where the baseline is none.
 *
 * @param named a baseline other than the dataset's own, absolute; that one needn't be there
 */
export async function acceptedFindings(root: string, named: string | undefined): Promise<ReadonlySet<string>> {
  const { findings } = await readBaseline(named ?? baselineFile(root), named !== undefined);
  const ids = new Set(findings.map(({ id }) => id));
  for (const { finding, action } of await readDecisions(root)) {
    // What was taken out isn't found any more; that its copies are found is no mistake.
    if (finding !== undefined && !takesOut(action)) ids.add(finding);
  }
  return ids;
}

/**
 * Refuses a file that a baseline must not take the place of, before any work is done: as `assertOutputFile`, but that a baseline
 * may be in `.likeness`. Rejects with file-exists or file-not-found.
 */
export async function assertBaselineFile(file: string, dataset: Pick<Dataset, 'root' | 'config'>): Promise<void> {
  if (relativeToRoot(dataset.root, dirname(file)) !== LIKENESS_FOLDER) {
    await assertOutputFile({ file, replace: true }, dataset);
    return;
  }
  // One that a merge has broken is still the baseline.
  if (relativeToRoot(dataset.root, file) === relativeToRoot(dataset.root, baselineFile(dataset.root))) return;
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const isOther = text === undefined ? statIfPresent(file) !== undefined : parseBaselineFindings(text) === undefined;
  if (isOther || !file.endsWith('.json')) throw outInLikeness(file);
}

/**
 * Accepts all of these, and of their kinds nothing else. Rejects with read-only or disk-full, and where there is something else in
 * the place of the baseline, with unreadable-file or usage.
 *
 * @param isLookedFor of other kinds stays accepted what was
 */
export async function writeBaseline(
  root: string,
  named: string | undefined,
  findings: readonly Finding[],
  isLookedFor: (kind: FindingKind) => boolean,
): Promise<string> {
  const file = named ?? baselineFile(root);
  const areAllLookedFor = findingKinds.every(isLookedFor);
  // Where all is replaced, what was there needn't make sense.
  const before = areAllLookedFor ? [] : (await readBaseline(file, false)).findings;
  const kept = before.filter(({ kind }) => !findingKinds.some((known) => known === kind && isLookedFor(known)));
  try {
    if (named === undefined) makeLikenessFolder(root);
    await replaceFile(file, [formatBaseline(baselineOf([...kept, ...findings]))]);
    return file;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw fileNotFound(file);
    throw writeFailure(file, error) ?? error;
  }
}

async function readBaseline(file: string, isNeeded: boolean): Promise<Baseline> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw unreadableFile(file, error);
    if (isNeeded) throw fileNotFound(file);
    return { findings: [] };
  }
  const baseline = parseBaselineFindings(text);
  if (baseline === undefined) {
    throw usage(
      `${file} is not a baseline; write one with "likeness check --write-baseline", or solve its merge conflict.`,
    );
  }
  return baseline;
}
