import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import {
  captionFilesTooLarge,
  captionFilesUndecodable,
  captionFilesUnreadable,
  noCaptionFiles,
  textsWithoutImage,
} from '../../core/captions/captionErrors.ts';
import { tidyCaption } from '../../core/captions/captionRows.ts';
import type { LikenessError } from '../../core/errors.ts';
import { messageOf, systemCodeOf } from '../../core/errors.ts';
import { grouped } from '../../core/grouped.ts';
import { decodedText } from '../imports/decodedText.ts';
import { readingFailure } from '../labels/sources/labelFiles.ts';
import type { KnownCaptions } from './knownCaptions.ts';

/** Bytes of a file that may be a caption. */
const LARGEST = 64 << 10;
/** Files that are read at once. */
const PENDING = 32;
/** Texts that lie in folders of images and say nothing of one. */
const USUAL_TEXTS = /^(readme|licen[cs]e|classes|labels|train|val|test|requirements|robots|.*\.names)\.txt$/i;

/** What a text says, or why it says nothing. */
type ReadText =
  | { readonly text: string }
  | { readonly fault: 'large' | 'encoding' }
  | { readonly fault: 'reading'; readonly why: string };

/**
 * The texts beside the images: `cat.txt` of `cat.jpg`, of which all is one caption. Those that can't be read are passed over and
 * counted. Rejects with captions-unmatched where no image has one, with invalid-captions or unreadable-file where none of them can
 * be read, and with unreadable-file of a folder.
 *
 * @param paths of all images, relative to the root
 */
export async function readCaptionFiles(root: string, paths: readonly string[]): Promise<KnownCaptions> {
  const captions = new Map<string, readonly string[]>();
  const faults = { large: [] as string[], encoding: [] as string[], reading: [] as string[] };
  const why: string[] = [];
  const without: string[] = [];
  const byFolder = grouped(paths, folderOf);
  for (const [folder = '', images] of byFolder) {
    const texts = await textsIn(root, folder);
    const wanted = images.flatMap((path) => {
      const name = texts.get(stemOf(path));
      return name === undefined ? [] : [{ path, file: folder === '' ? name : `${folder}/${name}` }];
    });
    const stems = new Set(images.map(stemOf));
    const alone = [...texts].filter(([stem, name]) => !stems.has(stem) && !USUAL_TEXTS.test(name));
    without.push(...alone.map(([, name]) => (folder === '' ? name : `${folder}/${name}`)));
    for (let start = 0; start < wanted.length; start += PENDING) {
      const read = await Promise.all(
        wanted.slice(start, start + PENDING).map(async ({ path, file }) => ({
          path,
          file,
          read: await readText(join(root, file)),
        })),
      );
      for (const { path, file, read: one } of read) {
        if ('text' in one) {
          captions.set(path, [tidyCaption(one.text)]);
          continue;
        }
        faults[one.fault].push(file);
        if (one.fault === 'reading') why.push(one.why);
      }
    }
  }
  const { large, encoding, reading } = faults;
  const passedOver: LikenessError[] = [
    ...(large.length > 0 ? [captionFilesTooLarge(root, large.length, LARGEST, large.slice(0, 3))] : []),
    ...(encoding.length > 0 ? [captionFilesUndecodable(root, encoding.length, encoding.slice(0, 3))] : []),
    ...(reading.length > 0 ? [captionFilesUnreadable(root, reading.length, reading.slice(0, 3), why[0]!)] : []),
  ];
  if (captions.size === 0) throw passedOver[0] ?? noCaptionFiles(root);
  const alone = without.length > 0 ? [textsWithoutImage(root, without.length, without.sort().slice(0, 3))] : [];
  return { captions, notices: [...alone, ...passedOver] };
}

/**
 * The texts beside a few images, by path, without a look at all that is in their folders. Images without one, or with one that
 * can't be read, are missing.
 *
 * @param paths relative to the root
 */
export async function readTextsOf(root: string, paths: readonly string[]): Promise<Map<string, readonly string[]>> {
  const captions = new Map<string, readonly string[]>();
  for (let start = 0; start < paths.length; start += PENDING) {
    const read = await Promise.all(
      paths.slice(start, start + PENDING).map(async (path) => [path, await textBeside(join(root, path))] as const),
    );
    for (const [path, text] of read) if (text !== undefined) captions.set(path, [tidyCaption(text)]);
  }
  return captions;
}

/** @param image absolute */
async function textBeside(image: string): Promise<string | undefined> {
  for (const file of textFilesOf(image)) {
    const read = await readText(file);
    if ('text' in read) return read.text;
  }
  return undefined;
}

/** What the text beside an image may be called; the usual name comes first. Absolute. */
export function textFilesOf(image: string): readonly string[] {
  const stem = image.slice(0, -extname(image).length || undefined);
  return [`${stem}.txt`, `${stem}.TXT`];
}

/** Names of the texts of a folder by what they are called without `.txt`. */
async function textsIn(root: string, folder: string): Promise<Map<string, string>> {
  const whole = join(root, folder);
  try {
    const names = await readdir(whole);
    return new Map(names.filter((name) => /\.txt$/i.test(name)).map((name) => [name.slice(0, -4), name]));
  } catch (error) {
    // Images that were indexed may be gone with their folder.
    if (systemCodeOf(error) === 'ENOENT') return new Map();
    throw readingFailure(whole, error);
  }
}

async function readText(file: string): Promise<ReadText> {
  try {
    const { size } = await stat(file);
    if (size > LARGEST) return { fault: 'large' };
    const text = decodedText(await readFile(file));
    return text === undefined ? { fault: 'encoding' } : { text };
  } catch (error) {
    return { fault: 'reading', why: systemCodeOf(error) ?? messageOf(error) };
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}
