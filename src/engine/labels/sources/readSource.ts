import type { LabelledDataset } from '../knownLabels.ts';
import { assertInside, labelFiles } from './labelFiles.ts';
import { readRowSource } from './rowSources.ts';
import type { SourceLabels } from './sourceLabels.ts';
import { readYoloSource } from './yoloSource.ts';

/**
 * What the file says that the configuration names; undefined where labels are told by folders, or by nothing. Rejects with
 * path-outside-root and the codes of `readRowSource`.
 *
 * @param paths of all images, relative to the root
 */
export async function readLabelSource(
  dataset: LabelledDataset,
  paths: readonly string[],
): Promise<SourceLabels | undefined> {
  assertInside(dataset.root, labelFiles(dataset), 'labels.file');
  switch (dataset.config.labels?.source ?? 'folder') {
    case 'csv':
    case 'coco':
      return readRowSource(dataset, paths);
    case 'yolo':
      return readYoloSource(dataset, paths);
    default:
      return undefined;
  }
}
