import { imagesIgnored } from '../../core/curation/checkErrors.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { Dataset } from '../dataset.ts';
import { changedFiles } from './changedFiles.ts';
import { changedLabels } from './changedLabels.ts';

export interface ChangedImages {
  /** Paths of images that a branch has added or changed, or given another label or split; other files are among them. */
  readonly images: ReadonlySet<string>;
  readonly notices: readonly LikenessError[];
}

/**
 * What a branch has changed. Rejects with the codes of `changedFiles`.
 *
 * @param below the folder that is checked, relative to the root; '' for all
 */
export async function changedImages(dataset: Dataset, revision: string, below: string): Promise<ChangedImages> {
  const { root, store } = dataset;
  const files = await changedFiles(root, revision);
  const paths = store.readImagePaths();
  const labels = await changedLabels(dataset, revision, files, paths);
  const unknown = paths.filter(
    (path) => files.ignored.has(path) && !files.files.has(path) && (below === '' || path.startsWith(`${below}/`)),
  );
  const notice = unknown.length > 0 ? [imagesIgnored(root, revision, unknown.length, unknown.slice(0, 3))] : [];
  return { images: new Set([...files.files, ...labels.images]), notices: [...labels.notices, ...notice] };
}
