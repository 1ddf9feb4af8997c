import type { Decision } from '../../core/decisions/decisions.ts';
import type { IndexStore } from '../store/indexStore.ts';

/**
 * Looks up what was decided of an image. A decision holds for all images of the same content; where the contents aren't
 * known, or the decision names one that no image has, it holds for the path that it was made of.
 *
 * @param store knows the images' contents; without it paths are all there is to go by
 * @returns the decisions about each image of which there are any, in the order of the file
 */
export function decisionsByPath(
  decisions: readonly Decision[],
  store: Pick<IndexStore, 'readFiles' | 'findContent'> | undefined,
  paths: readonly string[],
): ReadonlyMap<string, readonly Decision[]> {
  if (decisions.length === 0) return new Map();
  const byPath = grouped(decisions, ({ path }) => path);
  if (store === undefined)
    return new Map(paths.flatMap((path) => (byPath.has(path) ? [[path, byPath.get(path)!]] : [])));
  const byContent = grouped(decisions, ({ content }) => store.findContent(content)?.key);
  const files = store.readFiles();
  return new Map(
    paths.flatMap((path): [string, readonly Decision[]][] => {
      const found = [...(byContent.get(files.get(path)?.contentKey) ?? []), ...(byPath.get(path) ?? [])];
      return found.length === 0 ? [] : [[path, [...new Set(found)]]];
    }),
  );
}

/** Those without a key are left out. */
function grouped<Key, Item>(
  items: readonly Item[],
  keyOf: (item: Item) => Key | undefined,
): ReadonlyMap<Key | undefined, readonly Item[]> {
  const groups = new Map<Key | undefined, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
