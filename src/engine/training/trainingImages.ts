import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { EncoderInput } from '../../core/encoders/card.ts';
import { cancelled, type LikenessError } from '../../core/errors.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import { labelRules } from '../../core/labels/labelRules.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import { DEFAULT_MAX_MEGAPIXELS, decodeProxy } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { contentId } from '../indexing/imagePipeline.ts';
import { scanFolder } from '../indexing/scan.ts';
import { readKnownLabels, type LabelledDataset } from '../labels/knownLabels.ts';
import { readConfig } from '../store/config.ts';
import { chooseImages, type ChosenImages } from './selectedImages.ts';

/** Pixels that may be decoded at the same time; at most four bytes each. */
const PIXEL_BUDGET = 50e6;

export interface TrainingImage {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly label: string | undefined;
  readonly split: string | undefined;
}

export interface TrainingSet {
  /** In an order that depends on their paths only. */
  readonly images: TrainingImage[];
  /** What a person should know of the labels. */
  readonly notices: readonly LikenessError[];
  /** Undefined where all images are listed. */
  readonly chosen?: ChosenImages;
}

/** Which images a training is to have. */
export interface TrainingScope {
  readonly scan?: ScanSettings | undefined;
  /** Images or folders to list alone, relative to the root; see `chooseImages`. */
  readonly images?: readonly string[] | undefined;
  /** Knows contents of images: what was decided of one that has another name now. Without it decisions hold for their paths. */
  readonly store?: LabelledDataset['store'] | undefined;
}

/** The images of `listTrainingSet`. */
export async function listTrainingImages(
  root: string,
  scan: ScanSettings | undefined,
  signal: AbortSignal,
): Promise<TrainingImage[]> {
  return (await listTrainingSet(root, { scan }, signal)).images;
}

/**
 * All images of a dataset that nobody has excluded, with the labels that people gave them: by folder or in a file, and above both in a review. It
 * needs no index. Rejects with the codes of `scanFolder`, of `readKnownLabels` and, where images are named, of `chooseImages`.
 */
export async function listTrainingSet(
  root: string,
  { scan, images: named, store }: TrainingScope,
  signal: AbortSignal,
): Promise<TrainingSet> {
  const config = readConfig(root);
  const rules = labelRules(config);
  const { exclude = [], followSymlinks = false } = scan ?? {};
  const { files } = await scanFolder(root, {
    exclude: [...(config.exclude ?? []), ...exclude],
    followSymlinks,
    signal,
  });
  const paths = files.map(({ path }) => path).sort();
  const { labelOf, splitOf, isExcluded, notices } = await readKnownLabels(
    { root, config, rules, ...(store && { store }) },
    paths,
  );
  const included = paths.filter((path) => !isExcluded(path));
  const images = included.map((path) => ({ path, label: labelOf(path), split: splitOf(path) }));
  return named === undefined ? { images, notices } : { ...chooseImages(images, named, root), notices };
}

export interface DecodedTrainingImage {
  readonly image: TrainingImage;
  /** Lower-case hex SHA-256 of the file's bytes, as in the index. */
  readonly content: string;
  readonly pixels: RgbImage;
}

/**
 * Decodes images to about `input`'s size, several at a time, and hands them to `take` in their order. Those that can't be
 * decoded are left out and counted.
 */
export async function decodeTrainingImages(
  root: string,
  images: readonly TrainingImage[],
  input: EncoderInput,
  context: JobContext,
  take: (decoded: DecodedTrainingImage) => Promise<void> | void,
): Promise<{ readonly unreadable: number }> {
  const meter = new ProgressMeter(context.report, () => performance.now());
  meter.start('Reading images', images.length);
  const budget = new PixelBudget(PIXEL_BUDGET);
  const options = { input, maxMegapixels: DEFAULT_MAX_MEGAPIXELS, budget };
  const decode = async (image: TrainingImage): Promise<DecodedTrainingImage | undefined> => {
    try {
      context.signal.throwIfAborted();
      const bytes = await readFile(join(root, image.path));
      const { proxy } = await decodeProxy(bytes, image.path, options);
      return { image, content: contentId(bytes), pixels: proxy };
    } catch {
      // Indexing lists unreadable files with their reasons; here they are only fewer.
      return undefined;
    }
  };
  let unreadable = 0;
  const inFlight: Promise<DecodedTrainingImage | undefined>[] = [];
  const settle = async () => {
    // A large picture takes longer than a person wants to wait who stops the run; nobody needs it then.
    const decoded = await unlessAborted(inFlight.shift()!, context.signal);
    if (decoded === undefined) unreadable++;
    else await take(decoded);
    meter.add();
  };
  for (const image of images) {
    if (context.signal.aborted) throw cancelled();
    inFlight.push(decode(image));
    if (inFlight.length >= availableParallelism() * 4) await settle();
  }
  while (inFlight.length > 0) await settle();
  meter.finish();
  return { unreadable };
}

/** Rejects with `cancelled` as soon as the signal aborts, whatever becomes of the work. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(cancelled());
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
