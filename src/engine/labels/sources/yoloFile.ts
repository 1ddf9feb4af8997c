import { isUtf8 } from 'node:buffer';
import { load, CORE_SCHEMA, YAMLException } from 'js-yaml';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LikenessError, messageOf, systemCodeOf, unreadableFile } from '../../../core/errors.ts';
import { imageOf } from '../../../core/tables/delimitedText.ts';
import { splitNamed } from '../../../core/labels/labelRules.ts';
import { invalidLabels } from '../../../core/labels/labelSourceErrors.ts';
import { yoloDescriptionOf, yoloLabelPath, type YoloDescription } from '../../../core/labels/yoloLabels.ts';
import { statIfPresent } from '../../fileStatus.ts';
import { relativeToRoot } from '../../store/findRoot.ts';
import { readLabelFile } from './labelFiles.ts';
import { finderOf, unmatchedNotices } from './rowSources.ts';

/** It names classes and folders. */
const LARGEST_DESCRIPTION = 8 << 20;
/** A list of images, a path a line. */
const LARGEST_LIST = 400 << 20;

/** Where the images of a part of a YOLO data set are. */
export interface YoloPart {
  /** As `data.yaml` calls it. */
  readonly key: string;
  readonly split: string;
  /** Relative to the root, sorted as they were found. */
  readonly paths: readonly string[];
  /** Places that are nothing in the dataset. */
  readonly missing: readonly string[];
  /** What is to be told of its lists. */
  readonly notices: readonly LikenessError[];
}

/** Rejects with invalid-labels, file-not-found or unreadable-file. */
export async function readYoloDescription(file: string): Promise<{ description: YoloDescription; text: string }> {
  const bytes = await readLabelFile(file, LARGEST_DESCRIPTION);
  const text = bytes.toString('utf8');
  const description = parsedDescription(text);
  if ('fault' in description) throw invalidLabels(file, description.fault);
  // Two names could become one. A comment may be what it likes.
  const { names, path, parts } = description;
  if (!isUtf8(bytes) && JSON.stringify([...names.values(), path, parts]).includes('\uFFFD')) {
    throw invalidLabels(file, 'it is in another encoding than UTF-8, in which it has to be saved');
  }
  return { description, text };
}

/** Reads the text of a `data.yaml`. Returns it, or what is wrong with it. */
export function parsedDescription(text: string): YoloDescription | { readonly fault: string } {
  try {
    return yoloDescriptionOf(load(text.replace(/^\uFEFF/, ''), { schema: CORE_SCHEMA }));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // Whatever its types say, some faults are of no place.
    const mark = error.mark as YAMLException['mark'] | undefined;
    const where = mark === undefined ? '' : `line ${mark.line + 1}: `;
    return { fault: `${where}it is not YAML (${messageOf(new Error(error.reason))})` };
  }
}

/** The images of each part, in the order of the file. @param paths of all images, relative to the root */
export async function yoloParts(
  root: string,
  file: string,
  description: YoloDescription,
  paths: readonly string[],
): Promise<YoloPart[]> {
  const parts: YoloPart[] = [];
  for (const { key, places } of description.parts) {
    const found = new Set<string>();
    const missing: string[] = [];
    const notices: LikenessError[] = [];
    for (const place of places) {
      const target = placeOf(file, description.path, place);
      const { images, unmatched } =
        target === undefined ? { images: [], unmatched: [] } : await imagesOf(root, target, paths);
      if (images.length === 0) missing.push(place);
      else if (unmatched.length > 0) notices.push(...unmatchedNotices(root, target!, unmatched));
      for (const path of images) found.add(path);
    }
    // Keys that we don't know may be anything, like the address that a data set comes from.
    if (found.size > 0 || splitNamed(key) !== key || key === 'train') {
      parts.push({ key, split: splitNamed(key), paths: [...found], missing, notices });
    }
  }
  return parts;
}

/** Lists of images that a description names, absolute; none where it can't be read. */
export async function yoloListFiles(file: string): Promise<string[]> {
  try {
    const { description } = await readYoloDescription(file);
    const places = description.parts.flatMap(({ places: own }) => own);
    return places.flatMap((place) => {
      const target = placeOf(file, description.path, place);
      return target !== undefined && statIfPresent(target)?.isFile() === true ? [target] : [];
    });
  } catch (error) {
    if (error instanceof LikenessError) return [];
    throw error;
  }
}

/** The first place that there is: from the folder that the file names, from its own folder, and as some tools mean it. */
function placeOf(file: string, base: string, place: string): string | undefined {
  const own = dirname(file);
  const candidates = [resolve(own, base, place), resolve(own, place), resolve(own, place.replace(/^(\.\.\/)+/, ''))];
  return candidates.find((candidate) => statIfPresent(candidate) !== undefined);
}

/** Those below a folder, or those that a list names, and what it names besides. */
async function imagesOf(
  root: string,
  target: string,
  paths: readonly string[],
): Promise<{ readonly images: readonly string[]; readonly unmatched: readonly string[] }> {
  if (statIfPresent(target)?.isDirectory() === true) {
    const folder = relativeToRoot(root, target);
    const images = folder === '' ? paths : paths.filter((path) => path.startsWith(`${folder}/`));
    return { images: folder === undefined ? [] : images, unmatched: [] };
  }
  const find = finderOf(root, target, paths);
  const lines = (await readLabelFile(target, LARGEST_LIST))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split('\n');
  const images: string[] = [];
  const unmatched: string[] = [];
  for (const line of lines) {
    const named = imageOf(line);
    if (named === '') continue;
    const path = find(named);
    if (path === undefined) unmatched.push(named);
    else images.push(path);
  }
  return { images, unmatched };
}

/** The text files of images that there are, by image, absolute; and those that are of no image. */
export async function yoloLabelFiles(
  root: string,
  paths: readonly string[],
): Promise<{ readonly files: ReadonlyMap<string, string>; readonly others: readonly string[] }> {
  const byFolder = new Map<string, Map<string, string[]>>();
  for (const path of paths) {
    const label = yoloLabelPath(path);
    const folder = dirname(label);
    const own = byFolder.get(folder) ?? new Map<string, string[]>();
    const name = label.slice(folder === '.' ? 0 : folder.length + 1);
    byFolder.set(folder, own.set(name, [...(own.get(name) ?? []), path]));
  }
  const files = new Map<string, string>();
  const others: string[] = [];
  for (const [folder, own] of byFolder) {
    const names = await namesIn(join(root, folder));
    for (const name of names) {
      const images = own.get(name) ?? [];
      for (const path of images) files.set(path, join(root, folder, name));
      // Beside the images there may be any text.
      if (images.length > 0) continue;
      if (name.endsWith('.txt') && name !== 'classes.txt' && /(^|\/)labels(\/|$)/.test(folder)) {
        others.push(folder === '.' ? name : `${folder}/${name}`);
      }
    }
  }
  return { files, others };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return [];
    throw unreadableFile(folder, error);
  }
}

/** The bytes of an image's text file as characters, and when they were so. */
export async function readYoloLines(file: string): Promise<string> {
  try {
    return (await readFile(file)).toString('latin1');
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

/** Changes with a file. */
export async function yoloStamp(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file);
    return `${size}:${mtimeMs}`;
  } catch (error) {
    throw unreadableFile(file, error);
  }
}
