import type { DatasetConfig } from '../../core/config/datasetConfig.ts';
import { LikenessError } from '../../core/errors.ts';
import type { LabelRules } from '../../core/labels/labelRules.ts';
import { splitPatternNotices } from '../../core/labels/splitPatternNotices.ts';
import { decidedLabel, decisionsByPath, isExcluded } from '../decisions/decidedOf.ts';
import { readDecisions } from '../decisions/decisionFile.ts';
import type { ContentStore } from '../decisions/formerContents.ts';
import { readLabelSource } from './sources/readSource.ts';
import { readSplitTable } from './sources/rowSources.ts';
import type { SourceLabels } from './sources/sourceLabels.ts';

/** What labels are read of: an open dataset, or a folder without an index. */
export interface LabelledDataset {
  readonly root: string;
  readonly config: DatasetConfig;
  readonly rules: LabelRules;
  /** Knows the images' contents. Without it, what people decided holds for the path that they decided it of. */
  readonly store?: ContentStore;
}

export interface KnownLabels {
  readonly labelOf: (path: string) => string | undefined;
  /** What the folder or file says, whatever was decided. */
  readonly statedLabelOf: (path: string) => string | undefined;
  /** By the configuration's patterns, by the table of splits, by the file of labels, or by folders. */
  readonly splitOf: (path: string) => string | undefined;
  /** What the file of labels says of splits alone. */
  readonly statedSplitOf: (path: string) => string | undefined;
  /** What the table of splits says alone. */
  readonly tableSplitOf: (path: string) => string | undefined;
  /** Of what a person has excluded: nothing learns from it or is measured with it. */
  readonly isExcluded: (path: string) => boolean;
  /** Of the notices those of what can't be read or contradicts itself, without which some image would have a label or split. */
  readonly faults: readonly LikenessError[];
  /** Of the faults those that a label may be missing for; the others are of the table of splits. */
  readonly labelFaults: readonly LikenessError[];
  readonly notices: readonly LikenessError[];
}

/**
 * What people say of the images: their folder or the dataset's file of labels, and above both what they decided in a
 * review. Rejects with invalid-config, invalid-labels, labels-unmatched, path-outside-root, file-not-found or unreadable-file.
 *
 * @param paths of all images, relative to the root
 */
export async function readKnownLabels(dataset: LabelledDataset, paths: readonly string[]): Promise<KnownLabels> {
  const { failures, ...known } = await readAll(dataset, paths);
  if (failures[0]) throw failures[0];
  return known;
}

/**
 * As `readKnownLabels`, for what can do without labels: where they can't be read, no image has one, and what tells two
 * things of an image tells nothing of it; the reason is a notice.
 */
export async function readKnownLabelsIfAny(dataset: LabelledDataset, paths: readonly string[]): Promise<KnownLabels> {
  const { failures: _, ...known } = await readAll(dataset, paths);
  return known;
}

/** With what who needs all of the labels fails of. */
async function readAll(
  dataset: LabelledDataset,
  paths: readonly string[],
): Promise<KnownLabels & { readonly failures: readonly LikenessError[] }> {
  const { root, config, rules, store } = dataset;
  const [source, table] = [
    await orFault(readLabelSource(dataset, paths)),
    await orFault(readSplitTable(dataset, paths)),
  ];
  const decided = decisionsByPath(await readDecisions(root), store, paths);
  const isRead = source === undefined || source.labels !== undefined;
  const statedLabelOf = (path: string) => (source === undefined ? rules.labelOf(path) : source.labels?.get(path));
  const statedSplitOf = (path: string) => source?.splits?.get(path);
  const tableSplitOf = (path: string) => table?.splits?.get(path);
  const faults = [...(source?.faults ?? []), ...(table?.faults ?? [])];
  return {
    labelOf: (path) => (isRead ? decidedLabel(decided.get(path)) : undefined) ?? statedLabelOf(path),
    statedLabelOf,
    splitOf: (path) => rules.splitWith(path, tableSplitOf(path) ?? statedSplitOf(path)),
    statedSplitOf,
    tableSplitOf,
    isExcluded: (path) => isExcluded(decided.get(path)),
    faults: faults.map(({ notice }) => notice),
    labelFaults: (source?.faults ?? []).map(({ notice }) => notice),
    failures: faults.map(({ failure }) => failure),
    notices: [
      ...faults.map(({ notice }) => notice),
      ...(source?.notices ?? []),
      ...(table?.notices ?? []),
      ...splitPatternNotices(root, config.splits, rules, paths),
    ],
  };
}

/** Where nothing can be read, there is only what is wrong. */
async function orFault(
  reading: Promise<SourceLabels | undefined>,
): Promise<(Partial<Omit<SourceLabels, 'faults'>> & Pick<SourceLabels, 'faults'>) | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof LikenessError)) throw error;
    return { faults: [{ failure: error, notice: error }] };
  }
}
