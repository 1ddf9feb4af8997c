import type { Decision } from '../../core/decisions/decisions.ts';
import { grouped } from '../../core/grouped.ts';
import type { IndexStore } from '../store/indexStore.ts';

/**
 * Looks up what was decided of an image. A decision holds for all images of the same content; where the contents aren't
 * known, or the decision names one that no image has, it holds for the path that it was made of. Among images of the same content
 * what was decided of an image's own path comes last, and so wins: of two copies one may be kept and the other excluded.
 *
 * To keep an image, or to set it aside, is about that one file. Where the file that is to be kept is gone, because it was renamed,
 * the copies that are left are kept in its place.
 *
 * @param store knows the images' contents; without it paths are all there is to go by
 * @returns the decisions about each image of which there are any, those of its own path last, otherwise in the order of the file
 */
export function decisionsByPath(
  decisions: readonly Decision[],
  store: Pick<IndexStore, 'readFiles' | 'findContentKey'> | undefined,
  paths: readonly string[],
): ReadonlyMap<string, readonly Decision[]> {
  if (decisions.length === 0) return new Map();
  const byPath = grouped(decisions, ({ path }) => path);
  if (store === undefined)
    return new Map(paths.flatMap((path) => (byPath.has(path) ? [[path, byPath.get(path)!]] : [])));
  const files = store.readFiles();
  const present = new Set<number | undefined>();
  for (const { contentKey } of files.values()) present.add(contentKey);
  const keys = new Map(decisions.map((decision) => [decision, keyOf(decision, store, present)]));
  const spreading = decisions.filter((decision) => {
    const key = keys.get(decision);
    if (key === undefined || decision.action === 'quarantine') return false;
    return decision.action !== 'keep' || files.get(decision.path)?.contentKey !== key;
  });
  // What is kept comes after what is excluded, whatever its path was.
  const inOrder = [
    ...spreading.filter(({ action }) => action !== 'keep'),
    ...spreading.filter(({ action }) => action === 'keep'),
  ];
  const byContent = grouped(inOrder, (decision) => keys.get(decision));
  return new Map(
    paths.flatMap((path): [string, readonly Decision[]][] => {
      const own = files.get(path)?.contentKey;
      const others = own === undefined ? [] : (byContent.get(own) ?? []).filter((other) => other.path !== path);
      // Of another picture that was here, and has moved on with what was decided of it.
      const ofPath = (byPath.get(path) ?? []).filter((decision) => [undefined, own].includes(keys.get(decision)));
      const found = [...others, ...ofPath];
      return found.length === 0 ? [] : [[path, found]];
    }),
  );
}

/** The content that a decision holds for, if an image has it. */
function keyOf(
  { content }: Decision,
  store: Pick<IndexStore, 'findContentKey'>,
  present: ReadonlySet<number | undefined>,
): number | undefined {
  const key = content === '' ? undefined : store.findContentKey(content);
  return present.has(key) ? key : undefined;
}

/** The class that an image was given, by all that was decided of it; the last line counts. */
export function decidedLabel(decisions: readonly Decision[] = []): string | undefined {
  return decisions.findLast(({ action, value = '' }) => action === 'relabel' && value !== '')?.value;
}

/** Whether nothing is to learn from an image or be measured with it; one that is set aside may still be there for others. */
export function isExcluded(decisions: readonly Decision[] = []): boolean {
  const last = decisions.findLast(({ action }) => ['exclude', 'keep', 'quarantine'].includes(action));
  return last !== undefined && last.action !== 'keep';
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
