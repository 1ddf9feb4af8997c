import { relative, sep } from 'node:path';
import type { LikenessError } from '../../../core/errors.ts';
import {
  brokenYoloLines,
  mixedClasses,
  noImagesOfSplits,
  unknownNamed,
  yoloPlaceMissing,
  yoloWithoutImage,
} from '../../../core/labels/labelSourceErrors.ts';
import type { AnnotatedClasses } from '../../../core/labels/annotatedClasses.ts';
import { classesOfLines, parseYoloLines } from '../../../core/labels/yoloLabels.ts';
import type { LabelledDataset } from '../knownLabels.ts';
import { labelFiles } from './labelFiles.ts';
import type { SourceLabels } from './sourceLabels.ts';
import { readYoloDescription, readYoloLines, yoloLabelFiles, yoloParts, yoloStamp } from './yoloFile.ts';

/** Files that are looked at together. */
const AT_ONCE = 64;
/** Text files whose content is kept, of the data set that was read last. */
const KEPT = 1_000_000;

/** What an image's text file says. */
interface ImageLines {
  readonly stamp: string;
  readonly classes: AnnotatedClasses<number>;
  /** Of the lines that make no sense: how many, and the first. */
  readonly faults: number;
  readonly firstFault: number;
}

/** By text file, as long as it stays as it is: there is one for each image. */
const kept = new Map<string, ImageLines>();

/**
 * Labels and splits of a YOLO data set: its `data.yaml`, and a text file for each image. Rejects with invalid-labels,
 * labels-unmatched, file-not-found or unreadable-file.
 *
 * @param paths of all images, relative to the root
 */
export async function readYoloSource(dataset: LabelledDataset, paths: readonly string[]): Promise<SourceLabels> {
  const { root } = dataset;
  const file = labelFiles(dataset)[0]!;
  const { description } = await readYoloDescription(file);
  const parts = await yoloParts(root, file, description, paths);
  const splits = new Map<string, string>();
  // An image that is in several parts is where it is named first, which is where it is trained with.
  for (const { split, paths: own } of parts) for (const path of own) if (!splits.has(path)) splits.set(path, split);
  if (splits.size === 0)
    throw noImagesOfSplits(
      file,
      description.parts.flatMap(({ places }) => places),
    );
  const images = [...splits.keys()];
  const { files, others } = await yoloLabelFiles(root, images);
  const read = await readAll([...files]);
  const labels = new Map<string, string>();
  const found = new Findings(file, root);
  for (const [path, lines] of read) {
    const known = lines.classes.only((code) => description.names.has(code));
    const nameOf = (code: number) => description.names.get(code)!;
    const label = known.largest(nameOf);
    if (label !== undefined) labels.set(path, label);
    if (known.severalNames(nameOf)) found.mixed.push(path);
    const unknown = lines.classes.annotations - known.annotations;
    if (unknown > 0) {
      found.unknown += unknown;
      for (const code of lines.classes.classes()) if (!description.names.has(code)) found.unknownCodes.add(code);
    }
    if (lines.faults > 0) found.broken(files.get(path)!, lines);
  }
  const missing = parts.flatMap(({ key, missing: places }) =>
    places.map((place) => yoloPlaceMissing(file, key, place)),
  );
  const unlisted = parts.flatMap(({ notices }) => notices);
  const lost = others.length > 0 ? [yoloWithoutImage(file, others.length, others.slice(0, 3))] : [];
  return { labels, splits, faults: [], notices: [...missing, ...unlisted, ...found.notices(), ...lost] };
}

/** The first of some text files that uses one of some class numbers. Rejects with unreadable-file. @param files absolute */
export async function firstUse(
  files: readonly string[],
  codes: Pick<ReadonlySet<number>, 'has'>,
): Promise<{ readonly file: string; readonly code: number } | undefined> {
  for (const [file, { classes }] of await readAll(files.map((one) => [one, one] as const))) {
    const code = classes.classes().find((own) => codes.has(own));
    if (code !== undefined) return { file, code };
  }
  return undefined;
}

/** What is to be told of the text files. */
class Findings {
  readonly mixed: string[] = [];
  unknown = 0;
  readonly unknownCodes = new Set<number>();
  readonly #file: string;
  readonly #root: string;
  #broken = 0;
  #firstBroken: readonly [file: string, line: number] | undefined;

  constructor(file: string, root: string) {
    this.#file = file;
    this.#root = root;
  }

  broken(file: string, { faults, firstFault }: ImageLines): void {
    this.#broken += faults;
    this.#firstBroken ??= [relative(this.#root, file).replaceAll(sep, '/'), firstFault];
  }

  notices(): LikenessError[] {
    const [first] = this.mixed;
    return [
      ...(first === undefined ? [] : [mixedClasses(this.#file, this.mixed.length, first)]),
      ...(this.unknown > 0
        ? [unknownNamed(this.#file, this.unknown, 'class', [...this.unknownCodes].map(String))]
        : []),
      ...(this.#firstBroken ? [brokenYoloLines(...this.#firstBroken, this.#broken)] : []),
    ];
  }
}

async function readAll(files: readonly (readonly [path: string, file: string])[]) {
  const all: (readonly [string, ImageLines])[] = [];
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const group = files.slice(start, start + AT_ONCE);
    all.push(...(await Promise.all(group.map(async ([path, file]) => [path, await read(file)] as const))));
  }
  return all;
}

async function read(file: string): Promise<ImageLines> {
  const stamp = await yoloStamp(file);
  const before = kept.get(file);
  if (before?.stamp === stamp) return before;
  const parsed = parseYoloLines(await readYoloLines(file));
  const [firstFault = 0] = parsed.faults;
  const lines = { stamp, classes: classesOfLines(parsed), faults: parsed.faults.length, firstFault };
  if (kept.size >= KEPT) kept.clear();
  kept.set(file, lines);
  return lines;
}
