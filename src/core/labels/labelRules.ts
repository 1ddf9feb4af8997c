import ignore from 'ignore';
import type { DatasetConfig } from '../config/datasetConfig.ts';

/** What paths tell about images: their class and the part of the dataset that they are in. */
export interface LabelRules {
  /** The class of an image by its path (relative, `/`), or undefined where its path tells none. */
  readonly labelOf: (path: string) => string | undefined;
  /** The split of an image by its path: `train`, `validation`, `test`, or a name from the configuration. */
  readonly splitOf: (path: string) => string | undefined;
}

const splitOfFolder: ReadonlyMap<string, string> = new Map([
  ['train', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
]);

/** All below such a folder has no label yet. */
const unlabelledFolders: ReadonlySet<string> = new Set(['unlabelled', 'unlabeled']);
/** Nor have images directly in such a one; what has a folder of its own in it may well have a class. */
const unknownFolder = 'unknown';

/**
 * The rules of a dataset. A label is the parent folder's name, unless that is called like a split or `unknown`, is the
 * root, or lies in or is a folder called `unlabelled` or `unlabeled`, in any case;
 * labels that come from a file, or from nowhere, aren't told by the path. A split is that of the first pattern in the
 * configuration that matches, else of the first folder from the root that is called like one, in any case.
 */
export function labelRules(config: DatasetConfig): LabelRules {
  const fromFolders = (config.labels?.source ?? 'folder') === 'folder';
  const patterns = Object.entries(config.splits ?? {}).map(([name, globs]) => ({
    split: splitOfFolder.get(name.toLowerCase()) ?? name,
    matcher: ignore().add(globs),
  }));
  return {
    labelOf: (path) => (fromFolders ? labelOfFolder(path) : undefined),
    splitOf: (path) => patterns.find(({ matcher }) => matcher.ignores(path))?.split ?? splitOfFolders(path),
  };
}

function labelOfFolder(path: string): string | undefined {
  const folders = path.split('/').slice(0, -1);
  const parent = folders.at(-1);
  if (parent === undefined || folders.some((folder) => unlabelledFolders.has(folder.toLowerCase()))) return undefined;
  const name = parent.toLowerCase();
  return name === unknownFolder || splitOfFolder.has(name) ? undefined : parent;
}

function splitOfFolders(path: string): string | undefined {
  for (const folder of path.split('/').slice(0, -1)) {
    const split = splitOfFolder.get(folder.toLowerCase());
    if (split !== undefined) return split;
  }
  return undefined;
}
