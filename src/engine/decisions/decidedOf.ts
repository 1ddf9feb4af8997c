import type { Decision } from '../../core/decisions/decisions.ts';
import { grouped } from '../../core/grouped.ts';
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

/** The class that an image was given, by all that was decided of it; the last line counts. */
export function decidedLabel(decisions: readonly Decision[] = []): string | undefined {
  return decisions.findLast(({ action, value = '' }) => action === 'relabel' && value !== '')?.value;
}

export function isExcluded(decisions: readonly Decision[] = []): boolean {
  return decisions.findLast(({ action }) => action === 'exclude' || action === 'keep')?.action === 'exclude';
}

/** Sorted. */
export function tagsOf(decisions: readonly Decision[] = []): string[] {
  const tags = new Set<string>();
  for (const { action, value = '' } of decisions) {
    if (action === 'tag' && value !== '') tags.add(value);
    else if (action === 'untag') tags.delete(value);
  }
  return [...tags].sort();
}
