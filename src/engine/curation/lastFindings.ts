import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareFindings, type FindingKind } from '../../core/curation/findings.ts';
import { digestOfDecisions } from '../../core/decisions/decisionDigest.ts';
import { systemCodeOf } from '../../core/errors.ts';
import type { CheckReport, LastCheck } from '../../protocol/check.ts';
import { readHoldingDecisions, type ContentStore } from '../decisions/formerContents.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { replaceFile } from '../training/replaceFile.ts';

/** Raised when what is kept changes, so that what a former version kept is passed over. */
const VERSION = 2;

/** What is kept of the last check of a whole dataset. Derived: safe to delete. */
interface KeptReport {
  readonly version: typeof VERSION;
  readonly checkedAt: number;
  /** Of the index, as it was checked: where it is the same, nothing has changed. */
  readonly revision: number;
  /** Of the images, as they were checked: an index changes in other ways too. */
  readonly images: string;
  /** Of the decisions that it went by; see `digestOfDecisions`. Absent from what a former version kept. */
  readonly decided?: string;
  readonly report: CheckReport;
}

type CheckedStore = Pick<IndexStore, 'location' | 'revision' | 'readImageContents'>;

/** Which images there are, and what they contain. */
function imagesOf(store: Pick<IndexStore, 'readImageContents'>): string {
  const digest = createHash('sha256');
  for (const [path, content] of store.readImageContents()) digest.update(`${content} ${path}\n`);
  return digest.digest('hex');
}

/** Beside the index, wherever that lies. */
export function findingsFile({ location }: Pick<IndexStore, 'location'>): string {
  return join(dirname(location), 'findings.json');
}

/**
 * Keeps what a check of a whole dataset found. Findings are told anyway; that they can't be kept stops nobody.
 *
 * @param checkedAt milliseconds since the epoch
 */
export async function keepReport(
  store: CheckedStore & ContentStore,
  report: CheckReport,
  checkedAt: number,
): Promise<void> {
  // Those that a review reads: whoever opens it later compares with them.
  const decisions = await readHoldingDecisions(report.root, store).catch(() => []);
  const decided = digestOfDecisions(decisions, checkedAt);
  const known = { revision: store.revision(), images: imagesOf(store), decided };
  const kept: KeptReport = { version: VERSION, checkedAt, ...known, report };
  await replaceFile(findingsFile(store), [JSON.stringify(kept)]).catch(() => undefined);
}

/** What the last check of a whole dataset found; undefined where there was none. */
export async function readLastCheck(store: CheckedStore & Pick<IndexStore, 'root'>): Promise<LastCheck | undefined> {
  const kept = await readKept(store);
  if (kept === undefined) return undefined;
  const { report, checkedAt, revision, images, decided } = kept;
  const outdated = revision !== store.revision() && images !== imagesOf(store);
  // The folder may have been moved since.
  return {
    report: { ...report, root: store.root },
    checkedAt,
    outdated,
    ...(decided !== undefined && { decisions: decided }),
  };
}

/** The worst kind by path, as the last check found it; empty where there was none. */
export async function readKeptFindings(store: Pick<IndexStore, 'location'>): Promise<ReadonlyMap<string, string>> {
  const worst = new Map<string, string>();
  const findings = (await readKept(store))?.report.findings ?? [];
  for (const { kind, path, related } of findings.toSorted(compareFindings)) {
    for (const image of [path, ...related.map((other) => other.path)]) {
      if (image !== '' && !worst.has(image)) worst.set(image, kind);
    }
  }
  return worst;
}

/** All kinds by path, as the last check found them; empty where there was none. */
export async function readFindingKinds(
  store: Pick<IndexStore, 'location'>,
): Promise<ReadonlyMap<string, readonly FindingKind[]>> {
  const kinds = new Map<string, Set<FindingKind>>();
  for (const { kind, path, related } of (await readKept(store))?.report.findings ?? []) {
    for (const image of [path, ...related.map((other) => other.path)]) {
      if (image !== '') kinds.set(image, (kinds.get(image) ?? new Set()).add(kind));
    }
  }
  return new Map([...kinds].map(([image, own]) => [image, [...own]]));
}

/** Where the findings of the last check are, by their ids; '' for those about the whole dataset. */
export async function readFindingPaths(store: Pick<IndexStore, 'location'>): Promise<ReadonlyMap<string, string>> {
  return new Map((await readKept(store))?.report.findings.map(({ id, path }) => [id, path]) ?? []);
}

async function readKept(store: Pick<IndexStore, 'location'>): Promise<KeptReport | undefined> {
  try {
    const kept = JSON.parse(await readFile(findingsFile(store), 'utf8')) as KeptReport | null;
    return kept?.version === VERSION ? kept : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || systemCodeOf(error) !== undefined) return undefined;
    throw error;
  }
}
