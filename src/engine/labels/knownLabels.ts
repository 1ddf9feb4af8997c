import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { DatasetConfig } from '../../core/config/datasetConfig.ts';
import { fileNotFound, LikenessError, messageOf, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import {
  invalidLabels,
  labelSourceUnread,
  labelsUnmatched,
  someLabelsUnmatched,
} from '../../core/labels/labelErrors.ts';
import type { LabelRules } from '../../core/labels/labelRules.ts';
import { matchLabels, parseLabelTable } from '../../core/labels/labelTable.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';

/** What labels are read of: an open dataset, or a folder without an index. */
export interface LabelledDataset {
  readonly root: string;
  readonly config: DatasetConfig;
  readonly rules: LabelRules;
  /** Knows the images' contents. Without it, what people decided holds for the path that they decided it of. */
  readonly store?: Pick<IndexStore, 'readFiles' | 'findContent'>;
}

export interface KnownLabels {
  readonly labelOf: (path: string) => string | undefined;
  readonly notices: readonly LikenessError[];
}

/** The table that a dataset's labels come from, absolute; undefined where they come from elsewhere. */
export function labelFile({ root, config }: Pick<LabelledDataset, 'root' | 'config'>): string | undefined {
  return config.labels?.file === undefined ? undefined : resolve(root, config.labels.file);
}

/** What people decided in reviews. */
export function decisionsFile(root: string): string {
  return join(root, LIKENESS_FOLDER, 'decisions.jsonl');
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
  const decided = await readDecidedLabels(root, store, paths);
  return {
    labelOf: (path) => decided.get(path) ?? (table === undefined ? rules.labelOf(path) : table.labels.get(path)),
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
    return { labelOf: () => undefined, notices: [error] };
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

interface DecisionLine {
  readonly path?: unknown;
  readonly content?: unknown;
  readonly action?: unknown;
  readonly value?: unknown;
}

/**
 * Labels that people gave images in `decisions.jsonl`: to all images of the same content, or by path where the content isn't
 * known. Lines about something else, or of another form, are passed over.
 */
async function readDecidedLabels(
  root: string,
  store: LabelledDataset['store'],
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const file = decisionsFile(root);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return new Map();
    throw unreadableFile(file, error);
  }
  const decided = text.split('\n').flatMap((line): { path: string; content: string; label: string }[] => {
    const { path, content, action, value } = parseLine(line);
    if (action !== 'relabel' || typeof value !== 'string' || value === '') return [];
    return [{ path: String(path), content: String(content), label: value }];
  });
  if (decided.length === 0) return new Map();
  const byPath = new Map(decided.map(({ path, label }) => [path, label]));
  if (store === undefined) return byPath;
  const files = store.readFiles();
  const byContent = new Map<number, string>();
  for (const { content, label } of decided) {
    const key = store.findContent(content)?.key;
    if (key !== undefined) byContent.set(key, label);
  }
  return new Map(
    paths.flatMap((path): [string, string][] => {
      const label = byContent.get(files.get(path)?.contentKey ?? -1) ?? byPath.get(path);
      return label === undefined ? [] : [[path, label]];
    }),
  );
}

function parseLine(line: string): DecisionLine {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    // A half-written line, or a conflict's marker.
    if (error instanceof SyntaxError) return {};
    throw new Error(messageOf(error), { cause: error });
  }
}
