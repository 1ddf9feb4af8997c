import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baselineOf, formatBaseline, parseBaseline } from '../../core/curation/baseline.ts';
import type { Finding } from '../../core/curation/findings.ts';
import { fileNotFound, systemCodeOf, unreadableFile, usage } from '../../core/errors.ts';
import { readDecisions } from '../decisions/decisionFile.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { LIKENESS_FOLDER, makeLikenessFolder } from '../store/locations.ts';
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
  const ids = new Set(await readBaseline(named ?? baselineFile(root), named !== undefined));
  for (const { finding } of await readDecisions(root)) {
    if (finding !== undefined) ids.add(finding);
  }
  return ids;
}

/** Accepts all of these, and nothing else. Rejects with read-only or disk-full. */
export async function writeBaseline(
  root: string,
  named: string | undefined,
  findings: readonly Finding[],
): Promise<string> {
  const file = named ?? baselineFile(root);
  try {
    if (named === undefined) makeLikenessFolder(root);
    await replaceFile(file, [formatBaseline(baselineOf(findings))]);
    return file;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw fileNotFound(file);
    throw writeFailure(file, error) ?? error;
  }
}

async function readBaseline(file: string, isNeeded: boolean): Promise<ReadonlySet<string>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw unreadableFile(file, error);
    if (isNeeded) throw fileNotFound(file);
    return new Set();
  }
  const ids = parseBaseline(text);
  if (ids === undefined) {
    throw usage(
      `${file} is not a baseline; write one with "likeness check --write-baseline", or solve its merge conflict.`,
    );
  }
  return ids;
}
