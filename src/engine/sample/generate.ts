import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  cancelled,
  diskFull,
  folderNotEmpty,
  folderNotFound,
  readOnly,
  systemCodeOf,
  usage,
} from '../../core/errors.ts';
import {
  FEWEST_CAPTIONED,
  MOST_CAPTIONED,
  planCaptions,
  type CaptionedOptions,
} from '../../core/sample/captions/plan.ts';
import {
  DEFAULT_IMAGES_PER_CLASS,
  type Encoding,
  type PlannedFile,
  type PlantedFinding,
  type SamplePlan,
} from '../../core/sample/draft.ts';
import { MINIMUM_IMAGES_PER_CLASS, planSample } from '../../core/sample/plan.ts';

/** Encodes 8-bit RGB pixels, interleaved, `height × width × 3`, as the bytes of a file. */
export type EncodeImage = (
  pixels: Uint8Array,
  width: number,
  height: number,
  encoding: Encoding,
) => Promise<Uint8Array>;

export interface SampleOptions {
  /** The one that the engine's codec has; passed in, so that the drawing stays apart from native modules. */
  readonly encodeImage: EncodeImage;
  /** An integer from 0; the same seed gives the same pixels, names and findings. */
  readonly seed?: number;
  /** Different pictures of each class, at least 6. */
  readonly imagesPerClass?: number;
  readonly signal?: AbortSignal;
  /** Called after each file that was written. */
  readonly report?: (done: number, total: number) => void;
}

interface WritingOptions extends Pick<SampleOptions, 'encodeImage'> {
  readonly signal: AbortSignal | undefined;
  readonly report: SampleOptions['report'];
}

export interface SampleSummary {
  /** Files with an image's name, readable or not. */
  readonly images: number;
  readonly planted: readonly PlantedFinding[];
}

/** Raised when other files or findings come out of the same seed. */
const SAMPLE_VERSION = 1;
/** Written first: tells our folders, finished or not, from a user's. */
export const SAMPLE_MARKER = '.likeness-sample.json';
/** Written last: a folder without it is not complete. */
const TRUTH = 'planted.json';
/** Pictures that are encoded and written while the next one is drawn. */
const PENDING = 4;

/** Raised when other files, captions or findings come out of the same seed. */
const CAPTIONED_VERSION = 1;
const DEFAULT_CAPTIONED = 200;

export interface CaptionedSampleOptions extends Omit<SampleOptions, 'imagesPerClass'>, CaptionedOptions {
  readonly images?: number;
}

/**
 * Draws pictures of shapes with a text beside each into `folder`, as `planCaptions` decides, and `planted.json`. Fails as
 * `generateSample`.
 */
export function generateCaptionedSample(
  folder: string,
  { encodeImage, seed = 1, images = DEFAULT_CAPTIONED, signal, report, ...options }: CaptionedSampleOptions,
): Promise<SampleSummary> {
  if (!Number.isInteger(images) || images < FEWEST_CAPTIONED || images > MOST_CAPTIONED) {
    throw usage(`The captioned sample has from ${FEWEST_CAPTIONED} to ${MOST_CAPTIONED} images, not ${images}.`);
  }
  const marker = `${JSON.stringify({ sample: 'likeness-captions', version: CAPTIONED_VERSION, seed, images, ...options })}\n`;
  const plan = planCaptions(seed, images, options);
  return writeSample(
    folder,
    marker,
    { files: plan.files, findings: plan.findings, images },
    { encodeImage, signal, report },
  );
}

/**
 * Draws a data set with planted issues into `folder`, as `SPLIT/CLASS/NAME.ext`, and `planted.json`, which lists them.
 * A folder that holds this very sample is left as it is, or completed if an earlier run was stopped.
 *
 * Fails with `folder-not-empty` if the folder holds anything else, with `cancelled`, `disk-full`,
 * `read-only`, or `folder-not-found` if a file is in its way.
 */
export async function generateSample(
  folder: string,
  { encodeImage, seed = 1, imagesPerClass = DEFAULT_IMAGES_PER_CLASS, signal, report }: SampleOptions,
): Promise<SampleSummary> {
  if (!Number.isInteger(imagesPerClass) || imagesPerClass < MINIMUM_IMAGES_PER_CLASS) {
    throw usage(
      `The sample data set needs at least ${MINIMUM_IMAGES_PER_CLASS} images per class, not ${imagesPerClass}.`,
    );
  }
  const marker = `${JSON.stringify({ sample: 'likeness', version: SAMPLE_VERSION, seed, imagesPerClass })}\n`;
  const { files, findings } = planSample(seed, imagesPerClass);
  return writeSample(folder, marker, { files, findings, images: files.length }, { encodeImage, signal, report });
}

/** @param marker tells this very sample from all others */
async function writeSample(
  folder: string,
  marker: string,
  { files, findings, images }: SamplePlan & { readonly images: number },
  { encodeImage, signal, report }: WritingOptions,
): Promise<SampleSummary> {
  const summary: SampleSummary = { images, planted: findings };
  try {
    const entries = await entriesOf(folder);
    if (entries.length > 0) {
      const ours = entries.includes(SAMPLE_MARKER) && (await readFile(join(folder, SAMPLE_MARKER), 'utf8')) === marker;
      if (!ours) throw folderNotEmpty(folder);
      if (entries.includes(TRUTH)) return summary;
    }
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, SAMPLE_MARKER), marker);
    await writeFiles(folder, files, encodeImage, signal, report);
    const truth = join(folder, TRUTH);
    await writeFile(`${truth}.part`, formatTruth(findings));
    await rename(`${truth}.part`, truth);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(folder, error);
    if (code === 'ENOTDIR' || code === 'EEXIST') throw folderNotFound(folder);
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') throw readOnly(folder, error);
    throw error;
  }
  return summary;
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function writeFiles(
  folder: string,
  files: readonly PlannedFile[],
  encodeImage: EncodeImage,
  signal: AbortSignal | undefined,
  report: SampleOptions['report'],
): Promise<void> {
  for (const directory of new Set(files.map((file) => dirname(file.path)))) {
    await mkdir(join(folder, directory), { recursive: true });
  }
  const copied = new Set(files.flatMap(({ source }) => ('copyOf' in source ? [source.copyOf] : [])));
  const originals = new Map<string, Promise<Uint8Array>>();
  const pending = new Set<Promise<void>>();
  let done = 0;
  try {
    for (const file of files) {
      if (signal?.aborted === true) throw cancelled();
      const bytes = produce(file, originals, encodeImage);
      if (copied.has(file.path)) originals.set(file.path, bytes);
      const written: Promise<void> = bytes
        .then((data) => writeFile(join(folder, file.path), data))
        .then(() => {
          pending.delete(written);
          report?.(++done, files.length);
        });
      pending.add(written);
      if (pending.size >= PENDING) await Promise.race(pending);
    }
    await Promise.all(pending);
  } finally {
    // Nothing may be written any more after this call has ended.
    await Promise.allSettled(pending);
  }
}

async function produce(
  { source }: PlannedFile,
  originals: ReadonlyMap<string, Promise<Uint8Array>>,
  encodeImage: EncodeImage,
): Promise<Uint8Array> {
  if ('copyOf' in source) return originals.get(source.copyOf)!;
  if ('bytes' in source) return source.bytes();
  const { data, width, height } = source.draw();
  const encoded = await encodeImage(data, width, height, source.encoding);
  return source.damage === undefined ? encoded : source.damage(encoded);
}

/** One finding a line, so that a difference between two versions can be read. */
function formatTruth(findings: readonly PlantedFinding[]): string {
  return `{"findings":[\n${findings.map((finding) => JSON.stringify(finding)).join(',\n')}\n]}\n`;
}
