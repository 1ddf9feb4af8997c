import { dirname } from 'node:path';
import { JsonSections, type JsonElement, type JsonSectionsOptions } from '../../../core/json/jsonSections.ts';
import type { LikenessError } from '../../../core/errors.ts';
import { CocoReader, cocoSections, type CocoLabels } from '../../../core/labels/cocoLabels.ts';
import { splitOfFileName } from '../../../core/labels/labelRules.ts';
import {
  contradictoryFiles,
  contradictoryRows,
  invalidLabels,
  labelsOutside,
  labelsUnmatched,
  mixedClasses,
  repeatedRows,
  someLabelsUnmatched,
  unknownNamed,
} from '../../../core/labels/labelSourceErrors.ts';
import { matchLabels, parseLabelTable, type LabelRow, type TableRow } from '../../../core/labels/labelTable.ts';
import { imageFinder, leadsOutside, type ImageFinder } from '../../../core/tables/imageFinder.ts';
import { relativeToRoot } from '../../store/findRoot.ts';
import { FileCache, imageFromRoot, labelFiles, readLabelFile, streamSections } from './labelFiles.ts';
import type { LabelledDataset } from '../knownLabels.ts';
import type { SourceLabels } from './sourceLabels.ts';

/** A table is held as one text, and engines have no longer ones. */
const LARGEST_TABLE = 400 << 20;

/** What a file says, before it is known which images there are. */
interface FileRows {
  readonly rows: readonly LabelRow[];
  readonly notices: readonly LikenessError[];
}

const kept = new FileCache<FileRows>(8);

/**
 * Labels and splits of tables, or of files of COCO's. Rejects with invalid-labels, labels-unmatched, file-not-found or
 * unreadable-file.
 *
 * @param paths of all images, relative to the root
 */
export async function readRowSource(dataset: LabelledDataset, paths: readonly string[]): Promise<SourceLabels> {
  const { root, config } = dataset;
  const column = config.labels?.column;
  const files = labelFiles(dataset);
  const labels = new Map<string, string>();
  const splits = new Map<string, string>();
  const notices: LikenessError[] = [];
  /** Of each image, the file that told of it first. */
  const toldBy = new Map<string, string>();
  for (const file of files) {
    const read = await kept.get(file, `${config.labels!.source} ${column ?? ''}`, () =>
      config.labels!.source === 'coco' ? readCoco(file) : readCsv(file, column),
    );
    const matched = matchFile(root, file, read.rows, paths);
    for (const [what, all, own] of [
      ['labels', labels, matched.labels],
      ['splits', splits, matched.splits],
    ] as const) {
      for (const [path, value] of own) {
        const other = all.get(path);
        if (other !== undefined && other !== value) {
          throw contradictoryFiles(file, toldBy.get(path)!, what, path, [other, value]);
        }
        all.set(path, value);
        if (!toldBy.has(path)) toldBy.set(path, file);
      }
    }
    notices.push(...read.notices, ...matched.notices);
  }
  return { labels, splits, notices };
}

/** How a file's images are found. */
export function finderOf(root: string, file: string, paths: readonly string[]): ImageFinder {
  const find = imageFinder(paths, folderOf(root, file));
  return (image, split) => find(imageFromRoot(root, image), split);
}

function folderOf(root: string, file: string): string {
  return relativeToRoot(root, dirname(file)) ?? '';
}

function matchFile(root: string, file: string, rows: readonly LabelRow[], paths: readonly string[]): SourceLabels {
  const { labels, splits, unmatched, repeated, conflict } = matchLabels(rows, finderOf(root, file, paths));
  if (conflict) {
    const { path, what, told } = conflict;
    const [first, second] = conflict.rows;
    throw contradictoryRows(file, what, path, told, [first.line, second.line]);
  }
  if (unmatched.length === rows.length) throw labelsUnmatched(file, rows.length, rows[0]?.image);
  const isOutside = ({ image }: LabelRow) => leadsOutside(imageFromRoot(root, image), folderOf(root, file));
  const outside = unmatched.filter(isOutside);
  const missing = unmatched.filter((row) => !isOutside(row));
  const named = (some: readonly LabelRow[]) => some.slice(0, 3).map(({ image }) => image);
  const [example] = repeated;
  const notices = [
    ...(missing.length > 0 ? [someLabelsUnmatched(file, missing.length, named(missing))] : []),
    ...(outside.length > 0 ? [labelsOutside(file, outside.length, named(outside))] : []),
    ...(example === undefined ? [] : [repeatedRows(file, repeated.size, example)]),
  ];
  return { labels, splits, notices };
}

/** The rows of a table, with where they stand in its text, a character for each byte. Rejects as `readRowSource` does. */
export async function readTableRows(
  file: string,
  column: string | undefined,
): Promise<{ readonly text: string; readonly bytes: Buffer; readonly rows: readonly TableRow[] }> {
  const bytes = await readLabelFile(file, LARGEST_TABLE);
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw invalidLabels(file, 'it is written in UTF-16, and UTF-8 is needed');
  }
  const text = bytes.toString('latin1');
  const parsed = parseLabelTable(text, column, utf8);
  if ('fault' in parsed) throw invalidLabels(file, parsed.fault);
  return { text, bytes, rows: parsed.rows };
}

/** What bytes say that were read as a character each. */
function utf8(field: string): string {
  return /[\u0080-\u00FF]/.test(field) ? Buffer.from(field, 'latin1').toString('utf8') : field;
}

async function readCsv(file: string, column: string | undefined): Promise<FileRows> {
  const { rows } = await readTableRows(file, column);
  const split = rows.some((row) => row.split !== undefined) ? undefined : splitOfFileName(file);
  const labels = new Map<string, string>();
  const labelOf = (label: string) => labels.get(label) ?? labels.set(copied(label), copied(label)).get(label)!;
  // Without the places, which only who writes needs.
  return {
    rows: rows.map(({ image, label, split: own, line }) => ({
      image: copied(image),
      label: labelOf(label),
      split: own ?? split,
      line,
    })),
    notices: [],
  };
}

/** A text of its own: a part of a large one would keep all of that in memory. */
function copied(text: string): string {
  return Buffer.from(text).toString();
}

async function readCoco(file: string): Promise<FileRows> {
  const { mixed, rows, unknownCategories, unknownImages } = (await goThroughCoco(file)).labels(splitOfFileName(file));
  return { rows, notices: cocoNotices(file, { mixed, unknownCategories, unknownImages }) };
}

function cocoNotices(file: string, { mixed, unknownCategories, unknownImages }: Omit<CocoLabels, 'rows'>) {
  return [
    ...(mixed.count > 0 ? [mixedClasses(file, mixed.count, mixed.first!)] : []),
    ...(unknownCategories.count > 0
      ? [unknownNamed(file, unknownCategories.count, `the category ${unknownCategories.first}`)]
      : []),
    ...(unknownImages.count > 0 ? [unknownNamed(file, unknownImages.count, `the image ${unknownImages.first}`)] : []),
  ];
}

/**
 * All of a file, an element at a time. Rejects as `readRowSource` does.
 *
 * @param also what else is told of the elements and lists
 */
export async function goThroughCoco(
  file: string,
  also: Partial<Pick<JsonSectionsOptions, 'onElement' | 'onList'>> = {},
): Promise<CocoReader> {
  const reader = new CocoReader();
  const onElement = (element: JsonElement) => {
    reader.take(element);
    also.onElement?.(element);
  };
  await streamSections(
    file,
    new JsonSections({ wanted: cocoSections, onElement, ...(also.onList && { onList: also.onList }) }),
    (fault) => invalidLabels(file, fault),
  );
  return reader;
}
