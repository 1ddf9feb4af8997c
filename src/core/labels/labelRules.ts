import type { DatasetConfig } from '../config/datasetConfig.ts';
import { patternMatcher } from '../config/exactPatterns.ts';
import { splitPatternsOf } from '../config/splitRules.ts';

/** What paths tell about images: their class and the part of the dataset that they are in. */
export interface LabelRules {
  /** The class of an image by its path (relative, `/`), or undefined where its path tells none. */
  readonly labelOf: (path: string) => string | undefined;
  /** The split of an image by its path: `train`, `validation`, `test`, or a name from the configuration. */
  readonly splitOf: (path: string) => string | undefined;
  /** The same, where a table may say it too, which counts more than folders and less than the configuration. */
  readonly splitWith: (path: string, stated: string | undefined) => string | undefined;
  /** Of the splits that the configuration has patterns for, those whose patterns match, in its order: the first counts. */
  readonly patternSplitsOf: (path: string) => readonly string[];
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
  const patterns = splitPatternsOf(config.splits).map(([name, globs]) => ({
    split: splitNamed(name),
    isMatched: patternMatcher(globs),
  }));
  const configured = (path: string) => patterns.find(({ isMatched }) => isMatched(path))?.split;
  return {
    labelOf: (path) => (fromFolders ? labelOfFolder(path) : undefined),
    splitOf: (path) => configured(path) ?? splitOfFolders(path),
    splitWith: (path, stated) => configured(path) ?? stated ?? splitOfFolders(path),
    patternSplitsOf: (path) => [
      ...new Set(patterns.filter(({ isMatched }) => isMatched(path)).map(({ split }) => split)),
    ],
  };
}

/** What we call a split that others call `val`, `valid`, …; other names stay as they are. */
export function splitNamed(name: string): string {
  return splitOfFolder.get(name.toLowerCase()) ?? name;
}

/** The split that a file of labels is of, as `instances_val2017.json` or `train.csv` say it. */
export function splitOfFileName(file: string): string | undefined {
  const words = file.slice(file.lastIndexOf('/') + 1).split(/[^a-z]+/i);
  return words.map((word) => splitOfFolder.get(word.toLowerCase())).find((split) => split !== undefined);
}

/** Whether nothing below a folder of this name has a label. */
export function isUnlabelledFolder(name: string): boolean {
  return unlabelledFolders.has(name.toLowerCase());
}

function labelOfFolder(path: string): string | undefined {
  const folders = path.split('/').slice(0, -1);
  const parent = folders.at(-1);
  if (parent === undefined || folders.some(isUnlabelledFolder)) return undefined;
  const name = parent.toLowerCase();
  return name === unknownFolder || splitOfFolder.has(name) ? undefined : parent;
}

/** Of the first folder from the root that is called like a split. */
export function splitOfFolders(path: string): string | undefined {
  for (const folder of path.split('/').slice(0, -1)) {
    const split = splitOfFolder.get(folder.toLowerCase());
    if (split !== undefined) return split;
  }
  return undefined;
}
