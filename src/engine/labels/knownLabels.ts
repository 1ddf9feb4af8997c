import type { DatasetConfig } from '../../core/config/datasetConfig.ts';
import { LikenessError } from '../../core/errors.ts';
import type { LabelRules } from '../../core/labels/labelRules.ts';
import { decidedLabel, decisionsByPath, isExcluded } from '../decisions/decidedOf.ts';
import { readDecisions } from '../decisions/decisionFile.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { readLabelSource } from './sources/readSource.ts';

/** What labels are read of: an open dataset, or a folder without an index. */
export interface LabelledDataset {
  readonly root: string;
  readonly config: DatasetConfig;
  readonly rules: LabelRules;
  /** Knows the images' contents. Without it, what people decided holds for the path that they decided it of. */
  readonly store?: Pick<IndexStore, 'readFiles' | 'findContentKey'>;
}

export interface KnownLabels {
  readonly labelOf: (path: string) => string | undefined;
  /** What the folder or file says, whatever was decided. */
  readonly statedLabelOf: (path: string) => string | undefined;
  /** By the configuration, by the file of labels, or by folders. */
  readonly splitOf: (path: string) => string | undefined;
  /** What the file of labels says of splits alone. */
  readonly statedSplitOf: (path: string) => string | undefined;
  /** Of what a person has excluded: nothing learns from it or is measured with it. */
  readonly isExcluded: (path: string) => boolean;
  readonly notices: readonly LikenessError[];
}

/**
 * What people say of the images: their folder or the dataset's file of labels, and above both what they decided in a
 * review. Rejects with invalid-config, invalid-labels, labels-unmatched, file-not-found or unreadable-file.
 *
 * @param paths of all images, relative to the root
 */
export async function readKnownLabels(dataset: LabelledDataset, paths: readonly string[]): Promise<KnownLabels> {
  const { root, rules, store } = dataset;
  const source = await readLabelSource(dataset, paths);
  const decided = decisionsByPath(await readDecisions(root), store, paths);
  const statedLabelOf = (path: string) => (source === undefined ? rules.labelOf(path) : source.labels.get(path));
  const statedSplitOf = (path: string) => source?.splits.get(path);
  return {
    labelOf: (path) => decidedLabel(decided.get(path)) ?? statedLabelOf(path),
    statedLabelOf,
    splitOf: (path) => rules.splitWith(path, statedSplitOf(path)),
    statedSplitOf,
    isExcluded: (path) => isExcluded(decided.get(path)),
    notices: source?.notices ?? [],
  };
}

/**
 * As `readKnownLabels`, for what can do without labels: where they can't be read, no image has one, and the
 * reason is a notice.
 */
export async function readKnownLabelsIfAny(dataset: LabelledDataset, paths: readonly string[]): Promise<KnownLabels> {
  try {
    return await readKnownLabels(dataset, paths);
  } catch (error) {
    if (!(error instanceof LikenessError)) throw error;
    const { root, store, rules } = dataset;
    const decided = decisionsByPath(await readDecisions(root), store, paths);
    return {
      labelOf: () => undefined,
      statedLabelOf: () => undefined,
      splitOf: (path) => rules.splitOf(path),
      statedSplitOf: () => undefined,
      isExcluded: (path) => isExcluded(decided.get(path)),
      notices: [error],
    };
  }
}
