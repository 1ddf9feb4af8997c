import type { CocoContent } from '../../../core/export/coco.ts';
import type { ExportImage } from '../../../core/export/exportImage.ts';
import type { YoloContent } from '../../../core/export/folderPlans.ts';
import type { LikenessError } from '../../../core/errors.ts';
import type { JobContext } from '../../../core/progress.ts';
import type { Dataset } from '../../dataset.ts';
import { labelFiles } from '../../labels/sources/labelFiles.ts';
import { shownFile } from '../../labels/relabel/shownFile.ts';
import { CocoObjects } from './cocoObjects.ts';
import { readDecidedClasses } from './decidedClasses.ts';
import { YoloObjects } from './yoloObjects.ts';

/** Label files that say where in an image its objects are. */
export interface ObjectSource {
  /** As people are told of them. */
  readonly files: readonly string[];
  /** Whether they speak of an image, be it without an object. */
  readonly lists: (path: string) => boolean;
  /** @param description of the data set, `pieces` of `annotations`, for progress */
  readonly toCoco: (description: string) => { readonly content: CocoContent; readonly pieces: number };
  readonly toYolo: (images: readonly ExportImage[], context: JobContext) => Promise<YoloContent>;
  /** Rejects with images-changed where the files aren't what was read in the beginning. */
  readonly assertUnchanged: () => Promise<void>;
  /** What is to be told when all is written. */
  readonly notices: () => LikenessError[];
}

/**
 * The objects of images in the dataset's label files, with the classes that were decided, by the rule by which those are
 * written to the files; undefined where labels come from elsewhere. Rejects with the codes of `planRelabels`.
 */
export async function readObjects(
  dataset: Dataset,
  images: readonly ExportImage[],
  context: JobContext,
): Promise<ObjectSource | undefined> {
  if (!hasObjects(dataset)) return undefined;
  const files = labelFiles(dataset).map((file) => shownFile(dataset.root, file));
  const request = { dataset, images, files, decided: () => readDecidedClasses(dataset, images) };
  return dataset.config.labels!.source === 'coco' ? CocoObjects.read(request, context) : YoloObjects.read(request);
}

/** Whether labels come from files that say where objects are. */
export function hasObjects({ config }: Pick<Dataset, 'config'>): boolean {
  return config.labels?.source === 'coco' || config.labels?.source === 'yolo';
}
