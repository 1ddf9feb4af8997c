import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { DatasetConfig } from '../../core/config/datasetConfig.ts';
import { fileNotFound, LikenessError, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import {
  invalidLabels,
  labelSourceUnread,
  labelsUnmatched,
  someLabelsUnmatched,
} from '../../core/labels/labelErrors.ts';
import type { LabelRules } from '../../core/labels/labelRules.ts';
import { matchLabels, parseLabelTable } from '../../core/labels/labelTable.ts';
import { decidedLabel, decisionsByPath, isExcluded } from '../decisions/decidedOf.ts';
import { readDecisions } from '../decisions/decisionFile.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';

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
  /** Of what a person has excluded: nothing learns from it or is measured with it. */
  readonly isExcluded: (path: string) => boolean;
  readonly notices: readonly LikenessError[];
}

/** The table that a dataset's labels come from, absolute; undefined where they come from elsewhere. */
export function labelFile({ root, config }: Pick<LabelledDataset, 'root' | 'config'>): string | undefined {
  return config.labels?.file === undefined ? undefined : resolve(root, config.labels.file);
}

/**
 * What people say of the images: their folder or the dataset's table of labels, and above both what they decided in a
 * review. Rejects with invalid-config, invalid-labels, labels-unmatched, file-not-found or unreadable-file.
 *
 * @param paths of all images, relative to the root
 */
export async function readKnownLabels(dataset: LabelledDataset, paths: readonly string[]): Promise<KnownLabels> {
  const { root, config, rules, store } = dataset;
  const source = config.labels?.source ?? 'folder';
  if (source === 'coco' || source === 'yolo')
    throw labelSourceUnread(join(root, LIKENESS_FOLDER, 'config.json'), source);
  const table = source === 'csv' ? await readTable(dataset, paths) : undefined;
  const decided = decisionsByPath(await readDecisions(root), store, paths);
  return {
    labelOf: (path) =>
      decidedLabel(decided.get(path)) ?? (table === undefined ? rules.labelOf(path) : table.labels.get(path)),
    isExcluded: (path) => isExcluded(decided.get(path)),
    notices: table?.notices ?? [],
  };
}

/**
 * As `readKnownLabels`, for what can do without labels: where they can't be read, no image has one, and the
 * reason is a notice.
 *
 * @param isBearable whether a reason is; others are rejected with. All are where it's left out
 */
export async function readKnownLabelsIfAny(
  dataset: LabelledDataset,
  paths: readonly string[],
  isBearable: (reason: LikenessError) => boolean = () => true,
): Promise<KnownLabels> {
  try {
    return await readKnownLabels(dataset, paths);
  } catch (error) {
    if (!(error instanceof LikenessError) || !isBearable(error)) throw error;
    const { root, store } = dataset;
    const decided = decisionsByPath(await readDecisions(root), store, paths);
    return { labelOf: () => undefined, isExcluded: (path) => isExcluded(decided.get(path)), notices: [error] };
  }
}

async function readTable({ root, config }: LabelledDataset, paths: readonly string[]) {
  const file = resolve(root, config.labels!.file!);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
  const parsed = parseLabelTable(text, config.labels?.column);
  if ('fault' in parsed) throw invalidLabels(file, parsed.fault);
  const rows = parsed.rows.map(({ image, label }) => ({
    image: isAbsolute(image) ? (relativeToRoot(root, image) ?? image) : image,
    label,
  }));
  const folder = relativeToRoot(root, join(file, '..')) ?? '';
  const { labels, unmatched, conflict } = matchLabels(rows, paths, folder);
  if (conflict) {
    throw invalidLabels(file, `it gives ${conflict.path} two labels, "${conflict.labels.join('" and "')}"`);
  }
  if (unmatched.length === rows.length) throw labelsUnmatched(file, rows.length, rows[0]?.image);
  const notices = unmatched.length > 0 ? [someLabelsUnmatched(file, unmatched.length, unmatched[0]!)] : [];
  return { labels, notices };
}
