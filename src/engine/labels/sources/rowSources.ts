import { isUtf8 } from 'node:buffer';
import { dirname } from 'node:path';
import { splitTableOf } from '../../../core/config/splitRules.ts';
import { SPLIT_TABLE, type AssignedSplit } from '../../../core/curation/splitting/splitPatterns.ts';
import { JsonSections, type JsonElement, type JsonSectionsOptions } from '../../../core/json/jsonSections.ts';
import type { LikenessError } from '../../../core/errors.ts';
import { CocoReader, cocoSections, idJson, type CocoLabels } from '../../../core/labels/cocoLabels.ts';
import { splitOfFileName } from '../../../core/labels/labelRules.ts';
import {
  contradictoryFiles,
  contradictoryFilesDropped,
  contradictoryRows,
  contradictoryRowsDropped,
  invalidLabels,
  invalidSplits,
  labelsOutside,
  labelsUnmatched,
  mixedClasses,
  repeatedRows,
  someLabelsUnmatched,
  splitsByPart,
  unknownNamed,
} from '../../../core/labels/labelSourceErrors.ts';
import {
  matchLabels,
  parseLabelTable,
  parseSplitTable,
  type LabelRow,
  type MatchedLabels,
  type TableRow,
} from '../../../core/labels/labelTable.ts';
import { imageFinder, leadsOutside, type ImageFinder } from '../../../core/tables/imageFinder.ts';
import { statIfPresent } from '../../fileStatus.ts';
import { relativeToRoot } from '../../store/findRoot.ts';
import {
  assertInside,
  FileCache,
  imageFromRoot,
  labelFiles,
  readLabelFile,
  splitFiles,
  streamSections,
} from './labelFiles.ts';
import type { LabelledDataset } from '../knownLabels.ts';
import type { SourceFault, SourceLabels } from './sourceLabels.ts';

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
  const faults: SourceFault[] = [];
  const disputed = new Disputed();
  const torn = { labels: new Set<string>(), splits: new Set<string>() };
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
          disputed.note(what, path, file, toldBy.get(path)!, [other, value]);
        }
        all.set(path, value);
        if (!toldBy.has(path)) toldBy.set(path, file);
      }
    }
    // What a file tells two things of has neither, whatever the others say.
    for (const path of matched.torn.labels) torn.labels.add(path);
    for (const path of matched.torn.splits) torn.splits.add(path);
    notices.push(...read.notices, ...matched.notices);
    faults.push(...matched.faults);
  }
  for (const path of [...torn.labels, ...disputed.labels]) labels.delete(path);
  for (const path of [...torn.splits, ...disputed.splits]) splits.delete(path);
  return { labels, splits, faults: [...faults, ...disputed.faults()], notices };
}

/** Images of which one file says otherwise than another. */
class Disputed {
  readonly labels = new Set<string>();
  readonly splits = new Set<string>();
  #first: Parameters<typeof contradictoryFiles> | undefined;

  note(what: 'labels' | 'splits', path: string, file: string, other: string, told: readonly [string, string]): void {
    this[what].add(path);
    this.#first ??= [file, other, what, path, told];
  }

  faults(): SourceFault[] {
    if (this.#first === undefined) return [];
    const images = new Set([...this.labels, ...this.splits]).size;
    return [{ failure: contradictoryFiles(...this.#first), notice: contradictoryFilesDropped(...this.#first, images) }];
  }
}

/** How a file's images are found. */
export function finderOf(root: string, file: string, paths: readonly string[]): ImageFinder {
  const find = imageFinder(paths, folderOf(root, file));
  return (image, split) => find(imageFromRoot(root, image), split);
}

function folderOf(root: string, file: string): string {
  return relativeToRoot(root, dirname(file)) ?? '';
}

/** Which images rows are of, and what is told of the others. Throws labels-unmatched where no row is of any. */
function matchFile(
  root: string,
  file: string,
  rows: readonly LabelRow[],
  paths: readonly string[],
): SourceLabels & Pick<MatchedLabels, 'torn'> {
  const matched = matchLabels(rows, finderOf(root, file, paths));
  const { labels, splits, unmatched, repeated, torn } = matched;
  if (unmatched.length === rows.length) throw labelsUnmatched(file, rows.length, rows[0]?.image);
  const [example] = repeated;
  const notices = [
    ...unmatchedNotices(
      root,
      file,
      unmatched.map(({ image }) => image),
    ),
    ...(example === undefined ? [] : [repeatedRows(file, repeated.size, example)]),
  ];
  return { labels, splits, torn, faults: faultsOf(file, matched), notices };
}

/** What is to be told of images that a file names and that are none of the dataset. @param images as it names them */
export function unmatchedNotices(root: string, file: string, images: readonly string[]): LikenessError[] {
  const isOutside = (image: string) => leadsOutside(imageFromRoot(root, image), folderOf(root, file));
  const outside = images.filter(isOutside);
  const missing = images.filter((image) => !isOutside(image));
  return [
    ...(missing.length > 0 ? [someLabelsUnmatched(file, missing.length, missing.slice(0, 3))] : []),
    ...(outside.length > 0 ? [labelsOutside(file, outside.length, outside.slice(0, 3))] : []),
  ];
}

function faultsOf(file: string, { conflict, torn }: MatchedLabels): SourceFault[] {
  if (conflict === undefined) return [];
  const images = new Set([...torn.labels, ...torn.splits]).size;
  const { path, what, told, rows } = conflict;
  const lines = [rows[0].line, rows[1].line] as const;
  return [
    {
      failure: contradictoryRows(file, what, path, told, lines),
      notice: contradictoryRowsDropped(file, what, path, told, lines, images),
    },
  ];
}

/** The rows of a table, with where they stand in its text, a character for each byte. Rejects as `readRowSource` does. */
export async function readTableRows(
  file: string,
  column: string | undefined,
): Promise<{ readonly text: string; readonly bytes: Buffer; readonly rows: readonly TableRow[] }> {
  const { text, bytes } = await readTable(file, invalidLabels);
  const parsed = parseLabelTable(text, column, utf8);
  if ('fault' in parsed) throw invalidLabels(file, parsed.fault);
  return { text, bytes, rows: parsed.rows };
}

/**
 * What the table of splits says; undefined where the configuration names none. Rejects with path-outside-root and the codes of
 * `readRowSource`.
 *
 * @param paths of all images, relative to the root
 */
export async function readSplitTable(
  dataset: Pick<LabelledDataset, 'root' | 'config'>,
  paths: readonly string[],
): Promise<SourceLabels | undefined> {
  const [file] = splitFiles(dataset);
  const rows = file === undefined ? [] : await splitRows(dataset, file);
  if (file === undefined || rows.length === 0) return undefined;
  return (isOurs(dataset) ? matchOurTable : matchFile)(dataset.root, file, rows, paths);
}

/**
 * All that the table of splits says where it is the one that we write, of images that are set aside as well; nothing where there
 * is none. Rejects as `readSplitTable` does.
 */
export async function readOurSplits(dataset: Pick<LabelledDataset, 'root' | 'config'>): Promise<AssignedSplit[]> {
  const [file] = splitFiles(dataset);
  if (file === undefined || !isOurs(dataset) || statIfPresent(file) === undefined) return [];
  const rows = await splitRows(dataset, file);
  return rows.flatMap(({ image, split }) => (split === undefined ? [] : [{ path: image, split }]));
}

function isOurs({ config }: Pick<LabelledDataset, 'config'>): boolean {
  return splitTableOf(config.splits) === SPLIT_TABLE;
}

async function splitRows(
  dataset: Pick<LabelledDataset, 'root' | 'config'>,
  file: string,
): Promise<readonly LabelRow[]> {
  assertInside(dataset.root, [file], 'splits.file');
  const ours = isOurs(dataset);
  const { rows } = await kept.get(file, ours ? 'our splits' : 'splits', async () => {
    const { text } = await readTable(file, invalidSplits);
    // A path in ours is the one that the image has, with its spaces and backslashes.
    const parsed = ours ? parseSplitTable(text, utf8, (path) => path) : parseSplitTable(text, utf8);
    if ('fault' in parsed) throw invalidSplits(file, parsed.fault);
    return { rows: withoutPlaces(parsed.rows), notices: [] };
  });
  return rows;
}

/**
 * Rows of the table that we write are of just the path that they name: that of an image which is set aside waits for it, and is
 * no other image's, whose path may end in the same way.
 */
function matchOurTable(root: string, file: string, rows: readonly LabelRow[], paths: readonly string[]): SourceLabels {
  const known = new Set(paths);
  const matched = matchLabels(rows, (image) => (known.has(image) ? image : undefined));
  const { labels, splits, unmatched, repeated } = matched;
  const notices: LikenessError[] = [];
  const [example] = repeated;
  if (example !== undefined) notices.push(repeatedRows(file, repeated.size, example));
  if (unmatched.length === rows.length) {
    // A person's own table under our name, unless one whose images are all set aside.
    const find = finderOf(root, file, paths);
    const meant = rows.find(({ image, split }) => find(image, split) !== undefined);
    if (meant) notices.push(splitsByPart(file, rows.length, meant.image));
  }
  return { labels, splits, faults: faultsOf(file, matched), notices };
}

/** The text has a character for each byte. @param fault makes an error of the end of a sentence */
async function readTable(
  file: string,
  fault: (file: string, detail: string) => LikenessError,
): Promise<{ readonly text: string; readonly bytes: Buffer }> {
  const bytes = await readLabelFile(file, LARGEST_TABLE);
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw fault(file, 'it is written in UTF-16, and UTF-8 is needed');
  }
  return { text: bytes.toString('latin1'), bytes };
}

/** What bytes say that were read as a character each; undefined where they aren't UTF-8. */
function utf8(field: string): string | undefined {
  if (!/[\u0080-\u00FF]/.test(field)) return field;
  const bytes = Buffer.from(field, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

async function readCsv(file: string, column: string | undefined): Promise<FileRows> {
  const { rows } = await readTableRows(file, column);
  const split = rows.some((row) => row.split !== undefined) ? undefined : splitOfFileName(file);
  return { rows: withoutPlaces(rows, split), notices: [] };
}

/** Without where they stand, which only who writes needs. @param split of those that tell none */
function withoutPlaces(rows: readonly LabelRow[], split?: string): LabelRow[] {
  const names = new Map<string, string>();
  const known = (name: string) => names.get(name) ?? names.set(copied(name), copied(name)).get(name)!;
  return rows.map(({ image, label, split: own, line }) => ({
    image: copied(image),
    label: known(label),
    split: own === undefined ? split : known(own),
    line,
  }));
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
      ? [unknownNamed(file, unknownCategories.count, 'category', [...unknownCategories.ids].map(idJson))]
      : []),
    ...(unknownImages.count > 0
      ? [unknownNamed(file, unknownImages.count, 'image', [...unknownImages.ids].map(idJson))]
      : []),
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
