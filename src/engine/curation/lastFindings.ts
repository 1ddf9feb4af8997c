import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareFindings, type Finding, type FindingKind } from '../../core/curation/findings.ts';
import { systemCodeOf } from '../../core/errors.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { replaceFile } from '../training/replaceFile.ts';

/** What is kept of the last check of a whole dataset, for who colours images by it. Derived: safe to delete. */
interface KeptFindings {
  /** The worst kind of each image that has a part in a finding. */
  readonly worst: Readonly<Record<string, FindingKind>>;
  /** All kinds of each image that has a part in a finding. */
  readonly kinds: Readonly<Record<string, readonly FindingKind[]>>;
  /** The path of each finding by its id. */
  readonly paths: Readonly<Record<string, string>>;
}

/** Beside the index, wherever that lies. */
export function findingsFile({ location }: Pick<IndexStore, 'location'>): string {
  return join(dirname(location), 'findings.json');
}

/** Findings are told anyway; that they can't be kept stops nobody. */
export async function keepFindings(store: Pick<IndexStore, 'location'>, findings: readonly Finding[]): Promise<void> {
  const worst = new Map<string, FindingKind>();
  const kinds = new Map<string, Set<FindingKind>>();
  for (const { kind, path, related } of findings.toSorted(compareFindings)) {
    for (const image of [path, ...related.map((other) => other.path)]) {
      if (image === '') continue;
      if (!worst.has(image)) worst.set(image, kind);
      kinds.set(image, (kinds.get(image) ?? new Set()).add(kind));
    }
  }
  const paths = Object.fromEntries(findings.map(({ id, path }) => [id, path]));
  const kindsOf = Object.fromEntries([...kinds].map(([image, own]) => [image, [...own]]));
  const kept: KeptFindings = { worst: Object.fromEntries(worst), kinds: kindsOf, paths };
  await replaceFile(findingsFile(store), [JSON.stringify(kept)]).catch(() => undefined);
}

/** The worst kind by path, as the last check found it; empty where there was none. */
export async function readKeptFindings(store: Pick<IndexStore, 'location'>): Promise<ReadonlyMap<string, string>> {
  return new Map(Object.entries((await readKept(store)).worst ?? {}));
}

/** All kinds by path, as the last check found them; empty where there was none. */
export async function readFindingKinds(
  store: Pick<IndexStore, 'location'>,
): Promise<ReadonlyMap<string, readonly FindingKind[]>> {
  return new Map(Object.entries((await readKept(store)).kinds ?? {}));
}

/** Where the findings of the last check are, by their ids; '' for those about the whole dataset. */
export async function readFindingPaths(store: Pick<IndexStore, 'location'>): Promise<ReadonlyMap<string, string>> {
  return new Map(Object.entries((await readKept(store)).paths ?? {}));
}

async function readKept(store: Pick<IndexStore, 'location'>): Promise<Partial<KeptFindings>> {
  try {
    return (JSON.parse(await readFile(findingsFile(store), 'utf8')) as Partial<KeptFindings> | null) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError || systemCodeOf(error) !== undefined) return {};
    throw error;
  }
}
