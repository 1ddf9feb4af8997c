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

/**
 * The rules of a dataset. A label is the parent folder's name, unless that is called like a split or is the root;
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
  const parent = path.split('/').at(-2);
  return parent === undefined || splitOfFolder.has(parent.toLowerCase()) ? undefined : parent;
}

function splitOfFolders(path: string): string | undefined {
  for (const folder of path.split('/').slice(0, -1)) {
    const split = splitOfFolder.get(folder.toLowerCase());
    if (split !== undefined) return split;
  }
  return undefined;
}
