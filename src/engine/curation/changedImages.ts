import { imagesIgnored, repositoryNotCompared } from '../../core/curation/checkErrors.ts';
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
  const changed = new Set([...files.files].filter((path) => !labels.asBefore.has(path)));
  const isAsked = (path: string) => below === '' || path.startsWith(`${below}/`);
  const notices: LikenessError[] = [];
  const all = files.repositories.size === 0 ? [] : [...store.readFiles().keys()];
  for (const [folder, why] of files.repositories) {
    const own = all.filter((path) => path.startsWith(folder));
    for (const path of own) changed.add(path);
    const images = own.filter(isAsked).length;
    if (why === 'unknown' && images > 0)
      notices.push(repositoryNotCompared(root, revision, folder.slice(0, -1), images));
  }
  const folders = [...files.ignored].filter((path) => path.endsWith('/'));
  const isIgnored = (path: string) => files.ignored.has(path) || folders.some((folder) => path.startsWith(folder));
  const unknown = paths.filter((path) => isIgnored(path) && !changed.has(path) && isAsked(path));
  if (unknown.length > 0) notices.push(imagesIgnored(root, revision, unknown.length, unknown.slice(0, 3)));
  for (const path of labels.images) changed.add(path);
  return { images: changed, notices: [...labels.notices, ...notices] };
}
