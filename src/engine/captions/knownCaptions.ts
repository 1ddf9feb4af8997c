import { resolve } from 'node:path';
import { captionsUnmatched, captionsWithoutImage, invalidCaptions } from '../../core/captions/captionErrors.ts';
import {
  captionColumnsOf,
  captionsOfRow,
  CocoCaptions,
  cocoCaptionSections,
  type CaptionColumns,
  type CaptionRow,
} from '../../core/captions/captionRows.ts';
import type { DatasetConfig } from '../../core/config/datasetConfig.ts';
import type { LikenessError } from '../../core/errors.ts';
import { JsonSections } from '../../core/json/jsonSections.ts';
import { splitOfFileName } from '../../core/labels/labelRules.ts';
import { csvReader, jsonLinesReader, namesIn } from '../imports/textReaders.ts';
import { assertInside, streamSections } from '../labels/sources/labelFiles.ts';
import { finderOf } from '../labels/sources/rowSources.ts';
import { readCaptionFiles } from './captionFiles.ts';

/** What is written about the images of a dataset. */
export interface KnownCaptions {
  /** By path: different captions of an image, on one line each; '' of an empty one. Images of which nothing is told are missing. */
  readonly captions: ReadonlyMap<string, readonly string[]>;
  readonly notices: readonly LikenessError[];
}

/** Captions of an image, none of them empty. */
export function writtenOf({ captions }: Pick<KnownCaptions, 'captions'>, path: string): readonly string[] {
  return captions.get(path)?.filter((caption) => caption !== '') ?? [];
}

/**
 * The captions that the configuration names; undefined where it names none. Rejects with invalid-captions, captions-unmatched,
 * path-outside-root, file-not-found or unreadable-file.
 *
 * @param paths of all images, relative to the root
 */
export async function readCaptions(
  { root, config }: { readonly root: string; readonly config: DatasetConfig },
  paths: readonly string[],
): Promise<KnownCaptions | undefined> {
  if (config.captions === undefined) return undefined;
  const { source, file = [], column } = config.captions;
  if (source === 'txt') return readCaptionFiles(root, paths);
  const captions = new Map<string, string[]>();
  const notices: LikenessError[] = [];
  const files = (typeof file === 'string' ? [file] : file).map((one) => resolve(root, one));
  assertInside(root, files, 'captions.file');
  for (const path of files) {
    const rows = source === 'coco' ? await readCoco(path) : await readTable(path, source, column);
    const unmatched = addRows(captions, rows, root, path, paths);
    if (unmatched.length === rows.length) throw captionsUnmatched(path, rows.length, rows[0]?.image);
    if (unmatched.length > 0) notices.push(captionsWithoutImage(path, unmatched.length, unmatched.slice(0, 3)));
  }
  return { captions, notices };
}

/** Returns what the rows name that is no image. */
function addRows(
  captions: Map<string, string[]>,
  rows: readonly CaptionRow[],
  root: string,
  file: string,
  paths: readonly string[],
): string[] {
  const find = finderOf(root, file, paths);
  const split = splitOfFileName(file);
  const unmatched: string[] = [];
  for (const { image, caption } of rows) {
    const path = find(image, split);
    if (path === undefined) {
      unmatched.push(image);
      continue;
    }
    const own = captions.get(path) ?? [];
    if (!own.includes(caption)) own.push(caption);
    captions.set(path, own);
  }
  return unmatched;
}

async function readTable(file: string, source: 'csv' | 'jsonl', column: string | undefined): Promise<CaptionRow[]> {
  const reader = await (source === 'csv' ? csvReader : jsonLinesReader)(file, invalidCaptions);
  const rows: CaptionRow[] = [];
  let columns: CaptionColumns | undefined;
  for await (const batch of reader.batches) {
    if (columns === undefined && batch.length > 0) {
      const found = captionColumnsOf(namesIn(batch), column);
      if ('fault' in found) throw invalidCaptions(file, found.fault);
      columns = found;
    }
    for (const row of batch) rows.push(...captionsOfRow(row, columns!));
  }
  return rows;
}

async function readCoco(file: string): Promise<CaptionRow[]> {
  const found = new CocoCaptions();
  const sections = new JsonSections({
    wanted: cocoCaptionSections,
    onElement: (element) => {
      found.take(element);
    },
  });
  await streamSections(file, sections, (fault) => invalidCaptions(file, fault));
  return found.rows();
}
