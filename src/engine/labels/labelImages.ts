import type { LikenessError } from '../../core/errors.ts';
import {
  noImagesBelow,
  nothingLabelled,
  nothingUnlabelled,
  oneLabelledClass,
  testLabelsLeftOut,
} from '../../core/labels/labelErrors.ts';
import type { Dataset } from '../dataset.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { readKnownLabels } from './knownLabels.ts';

export interface LabelImage {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly contentKey: number;
  /** '' for none. */
  readonly label: string;
  readonly split: string | undefined;
}

/** The images of a dataset by what is known of them, each in the order of their paths. */
export interface LabelImages {
  /** Those that are learnt from: labelled ones that are not of the test split. */
  readonly labelled: readonly LabelImage[];
  /** Those that have no label and are to get one. */
  readonly targets: readonly LabelImage[];
  /** Those that have none and are to get none. */
  readonly others: readonly LabelImage[];
  /** Labelled ones of the test split, which are neither learnt from nor checked with. */
  readonly test: readonly LabelImage[];
  readonly notices: readonly LikenessError[];
}

/**
 * Rejects with not-enough-labels, nothing-unlabelled and the codes of `readKnownLabels`.
 *
 * @param below absolute; only images below it get a label
 * @param only relative to the root; only these do
 * @param needsLabels false where nothing is learnt from labels
 */
export async function listLabelImages(
  dataset: Dataset,
  below: string | undefined,
  only?: readonly string[],
  needsLabels = true,
): Promise<LabelImages> {
  const { root, store } = dataset;
  const files = store.readFiles();
  const paths = store.readImagePaths();
  const known = await readKnownLabels(dataset, paths);
  const included = paths.filter((path) => !known.isExcluded(path));
  const images = included.map((path): LabelImage => {
    // A readable image has a content.
    const contentKey = files.get(path)?.contentKey ?? -1;
    return { path, contentKey, label: known.labelOf(path) ?? '', split: known.splitOf(path) };
  });
  const withLabel = images.filter(({ label }) => label !== '');
  const labelled = withLabel.filter(({ split }) => split !== 'test');
  const test = withLabel.filter(({ split }) => split === 'test');
  if (needsLabels) assertLearnable(root, labelled, test.length);

  const folder = below === undefined ? '' : relativeToRoot(root, below);
  const named = only && new Set(only);
  const isBelow = (path: string) =>
    (named?.has(path) ?? true) && (folder === '' || (folder !== undefined && path.startsWith(`${folder}/`)));
  const unlabelled = images.filter(({ label }) => label === '');
  const targets = unlabelled.filter(({ path }) => isBelow(path));
  if (targets.length === 0) {
    throw included.some(isBelow) ? nothingUnlabelled(below ?? root) : noImagesBelow(below ?? root, root);
  }
  return {
    labelled,
    targets,
    others: unlabelled.filter(({ path }) => !isBelow(path)),
    test,
    notices: [...known.notices, ...(test.length > 0 && needsLabels ? [testLabelsLeftOut(test.length)] : [])],
  };
}

/** Throws not-enough-labels unless there are two classes. @param inTest labels that are not used */
export function assertLearnable(root: string, labelled: readonly LabelImage[], inTest: number): void {
  const [first, second] = new Set(labelled.map(({ label }) => label));
  if (first === undefined) throw nothingLabelled(root, inTest);
  if (second === undefined) throw oneLabelledClass(root, first);
}
