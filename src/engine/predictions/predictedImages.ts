import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncoderInput } from '../../core/encoders/card.ts';
import { asLikenessError, cancelled, folderNotFound, unreadableFile, type LikenessError } from '../../core/errors.ts';
import { noImagesToPredict } from '../../core/evaluation/predictionErrors.ts';
import { labelRules } from '../../core/labels/labelRules.ts';
import type { JobContext } from '../../core/progress.ts';
import type { FailedFile, ScanSettings } from '../../protocol/engine.ts';
import { statIfPresent } from '../fileStatus.ts';
import { DEFAULT_MAX_MEGAPIXELS, decodeProxy } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { scanFolder } from '../indexing/scan.ts';
import { readKnownLabelsIfAny } from '../labels/knownLabels.ts';
import { readConfig } from '../store/config.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import type { TrainingImage } from '../training/trainingImages.ts';

/** Pixels of the picture that is decoded. */
const PIXEL_BUDGET = 50e6;

export interface ListedImages {
  /** Relative to the root; '' for all of it. */
  readonly folder: string;
  /** Sorted by path. */
  readonly images: readonly TrainingImage[];
  /** What lies there and can't be opened, or is of a format that isn't read. */
  readonly failed: readonly FailedFile[];
  /** What a person should know of the labels. */
  readonly notices: readonly LikenessError[];
}

/**
 * All images below a folder, labelled or not, with the labels that training would see. Labels that can't be read are a
 * notice. Rejects with folder-not-found, too-few-images where there are none, and the codes of `scanFolder`.
 *
 * @param below absolute: a folder, or one image
 */
export async function listPredictedImages(
  root: string,
  below: string,
  scan: ScanSettings | undefined,
  { signal }: Pick<JobContext, 'signal'>,
): Promise<ListedImages> {
  const folder = relativeToRoot(root, below);
  if (folder === undefined || statIfPresent(below) === undefined) throw folderNotFound(below);
  const isBelow = (path: string) => folder === '' || path === folder || path.startsWith(`${folder}/`);
  const config = readConfig(root);
  const rules = labelRules(config);
  const { exclude = [], followSymlinks = false } = scan ?? {};
  // All of the dataset: a table of labels may name its images in ways that are clear only among all of them.
  const { files, problems } = await scanFolder(root, {
    exclude: [...(config.exclude ?? []), ...exclude],
    followSymlinks,
    signal,
  });
  const all = files.map(({ path }) => path).sort();
  const paths = all.filter(isBelow);
  const failed = problems.filter(({ path }) => isBelow(path)).map(({ path, problem }) => ({ path, ...problem }));
  if (paths.length === 0 && failed.length === 0) throw noImagesToPredict(below);
  const { labelOf, splitOf, notices } = await readKnownLabelsIfAny({ root, config, rules }, all);
  const images = paths.map((path) => ({ path, label: labelOf(path), split: splitOf(path) }));
  return { folder, images, failed, notices };
}

/** Why files can't be decoded: they are few, and are looked at once more. Rejects with `cancelled`. */
export async function failuresOf(
  root: string,
  paths: readonly string[],
  input: EncoderInput,
  { signal }: Pick<JobContext, 'signal'>,
): Promise<FailedFile[]> {
  const options = { input, maxMegapixels: DEFAULT_MAX_MEGAPIXELS, budget: new PixelBudget(PIXEL_BUDGET) };
  const failures: FailedFile[] = [];
  for (const path of paths) {
    if (signal.aborted) throw cancelled();
    try {
      const bytes = await readFile(join(root, path)).catch((error: unknown) => {
        throw unreadableFile(path, error);
      });
      await decodeProxy(bytes, path, options);
      throw unreadableFile(path, new Error('it was being written'));
    } catch (error) {
      const { code, message } = asLikenessError(error);
      failures.push({ path, code, message });
    }
  }
  return failures;
}
