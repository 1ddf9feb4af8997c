import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderToDecide, ownFile } from '../../core/decisions/decisionErrors.ts';
import type { DecidedImage, ImageToDecide } from '../../core/decisions/decisions.ts';
import {
  asLikenessError,
  fileNotFound,
  type LikenessError,
  pathOutsideRoot,
  systemCodeOf,
  unreadableFile,
} from '../../core/errors.ts';
import { contentId } from '../indexing/imagePipeline.ts';
import { isUnchanged } from '../indexing/plan.ts';
import type { FileContent, IndexStore } from '../store/indexStore.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';

/** Files that are looked at at the same time. */
const AT_ONCE = 8;

/** An image whose content can't be told, and what it was when it was indexed; '' where nobody knows. */
export interface FailedImage extends DecidedImage {
  readonly error: LikenessError;
}

/** What tells contents without reading files that are as they were when they were indexed. */
export type KnownContents = Pick<IndexStore, 'readContentIds'>;

/** A path as the dataset spells it. Throws path-outside-root, or usage for the dataset itself. */
export function decidedPath(root: string, path: string): string {
  const inside = relativeToRoot(root, path);
  if (inside === '') throw folderToDecide(root);
  if (inside === undefined) throw pathOutsideRoot(path, root);
  if (inside === LIKENESS_FOLDER || inside.startsWith(`${LIKENESS_FOLDER}/`)) throw ownFile(join(root, inside));
  return inside;
}

/**
 * Images as decisions name them, in the order of the paths. Rejects with file-not-found or unreadable-file where one of them can't
 * be read, and with usage where it is a folder.
 *
 * @param paths as `decidedPath` gives them
 */
export async function decidedImages(
  root: string,
  paths: readonly string[],
  store: KnownContents | undefined,
): Promise<readonly DecidedImage[]> {
  const { images, failures } = await readableImages(root, paths, store);
  const [first] = failures;
  if (first) throw first.error;
  return images;
}

/** The images of which the content can be told, and why it can't of the others. */
export async function readableImages(
  root: string,
  paths: readonly string[],
  store: KnownContents | undefined,
): Promise<{ readonly images: readonly DecidedImage[]; readonly failures: readonly FailedImage[] }> {
  const failures: FailedImage[] = [];
  const images: DecidedImage[] = [];
  const known = knownContents(store, paths);
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const batch = paths.slice(start, start + AT_ONCE);
    const contents = await Promise.allSettled(batch.map((path) => contentOf(join(root, path), known.get(path))));
    contents.forEach((content, i) => {
      const path = batch[i]!;
      if (content.status === 'fulfilled') images.push({ path, content: content.value });
      else failures.push({ path, error: asLikenessError(content.reason), content: known.get(path)?.content ?? '' });
    });
  }
  return { images, failures };
}

/** The same images, with how many hold the bytes of each where it isn't the only one; as far as an index tells. */
export function withCopies(
  images: readonly DecidedImage[],
  store: Pick<IndexStore, 'readContentIds' | 'findContentKey' | 'countFiles'> | undefined,
): ImageToDecide[] {
  const known = knownContents(
    store,
    images.map(({ path }) => path),
  );
  return images.map((image) => {
    // One that isn't indexed yet is one more.
    const own = known.get(image.path)?.content === image.content ? 0 : 1;
    const copies = own + countOf(image.content, store);
    return copies > 1 ? { ...image, copies } : image;
  });
}

function countOf(content: string, store: Pick<IndexStore, 'findContentKey' | 'countFiles'> | undefined): number {
  try {
    const key = store?.findContentKey(content);
    return key === undefined ? 0 : store!.countFiles(key);
  } catch {
    return 0;
  }
}

async function contentOf(file: string, known: FileContent | undefined): Promise<string> {
  try {
    if (known) {
      const { size, mtimeMs } = await stat(file);
      if (isUnchanged(known, { size, modifiedAt: mtimeMs })) return known.content;
    }
    return contentId(await readFile(file));
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EISDIR') throw folderToDecide(file);
    throw code === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
}

/** An index that can't be read costs time, not the decision. */
function knownContents(store: KnownContents | undefined, paths: readonly string[]): ReadonlyMap<string, FileContent> {
  try {
    return store?.readContentIds(paths) ?? new Map<string, FileContent>();
  } catch {
    return new Map();
  }
}
