import type { Decision, DecisionAction } from '../../core/decisions/decisions.ts';
import { grouped } from '../../core/grouped.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { formerContents, type ContentStore } from './formerContents.ts';

/** Whether a file is in the dataset. */
const OF_PLACES: readonly DecisionAction[] = ['keep', 'exclude', 'quarantine'];
/** About one file, not about what it shows: of two copies one may be kept and the other excluded, or one chosen and tagged. */
const OF_ONE_FILE: ReadonlySet<DecisionAction> = new Set([...OF_PLACES, 'tag', 'untag']);

type KnownFiles = ReadonlyMap<string, { readonly contentKey: number | undefined }>;
type ContentKeys = ReadonlyMap<Decision, number | undefined>;

/**
 * Looks up what was decided of an image. A decision holds for all images of the same content; where the contents aren't
 * known, or the decision names none, it holds for the path that it was made of. What was decided of an image's own path comes last, and
 * so wins. What was decided of other bytes that were at the path once holds no longer: they may have shown anything.
 *
 * To keep an image, to exclude it, to set it aside, or to tag it, is about that one file. Where the file that is kept or tagged is gone,
 * because it was renamed, the copies that are left are so in its place. So are the copies of an excluded one excluded, unless there are
 * more of them than were excluded, or some were there already when it was: nobody knows then which of them it was, and none is taken out
 * of the dataset unasked.
 *
 * @param store knows the images' contents; without it paths are all there is to go by
 * @returns the decisions about each image of which there are any, those of its own path last, otherwise in the order of the file
 */
export function decisionsByPath(
  decisions: readonly Decision[],
  store: ContentStore | undefined,
  paths: readonly string[],
): ReadonlyMap<string, readonly Decision[]> {
  if (decisions.length === 0) return new Map();
  const byPath = grouped(decisions, ({ path }) => path);
  if (store === undefined)
    return new Map(paths.flatMap((path) => (byPath.has(path) ? [[path, byPath.get(path)!]] : [])));
  const files = store.readFiles();
  const keys = keysOf(decisions, files, store);
  const movedAway = (decision: Decision) => files.get(decision.path)?.contentKey !== keys.get(decision);
  const isUnclear = unclearContents(decisions, files, keys);
  const isFormer = formerContents(store, files);
  const spreading = decisions.filter((decision) => {
    const key = keys.get(decision);
    if (key === undefined || decision.action === 'quarantine') return false;
    if (OF_ONE_FILE.has(decision.action) && !movedAway(decision)) return false;
    return decision.action !== 'exclude' || !isUnclear(key);
  });
  // What is kept comes after what is excluded, and what is untagged after what is tagged, whatever its path was.
  const isLast = ({ action }: Decision) => action === 'keep' || action === 'untag';
  const inOrder = [...spreading.filter((decision) => !isLast(decision)), ...spreading.filter(isLast)];
  const byContent = grouped(inOrder, (decision) => keys.get(decision));
  return new Map(
    paths.flatMap((path): [string, readonly Decision[]][] => {
      const own = files.get(path)?.contentKey;
      const others = own === undefined ? [] : (byContent.get(own) ?? []).filter((other) => other.path !== path);
      const ofPath = byPath.get(path) ?? [];
      const found = [...others, ...ofPath.filter((decision) => !isFormer(decision))];
      return found.length === 0 ? [] : [[path, found]];
    }),
  );
}

/**
 * Exclusions that hold for no image any more: their path is gone, and which of the images with its bytes it has become can't be told.
 *
 * @returns whether a decision is one of them
 */
export function unclearExclusions(
  decisions: readonly Decision[],
  store: Pick<IndexStore, 'readFiles' | 'findContentKey'>,
): (decision: Decision) => boolean {
  if (!decisions.some(({ action }) => action === 'exclude')) return () => false;
  const files = store.readFiles();
  const keys = keysOf(decisions, files, store);
  const isUnclear = unclearContents(decisions, files, keys);
  const unclear = decisions.filter((decision) => {
    const key = keys.get(decision);
    const isGone = key !== undefined && files.get(decision.path)?.contentKey !== key;
    return decision.action === 'exclude' && isGone && isUnclear(key);
  });
  const names = new Set(unclear.map(({ path, content }) => `${path}\n${content}`));
  return ({ action, path, content }) => action === 'exclude' && names.has(`${path}\n${content}`);
}

/**
 * Whether of a content it can't be told which images are the excluded ones whose path is gone: there are more of which nothing was
 * decided, or one of these may have been there beside the excluded ones, which were removed then.
 */
function unclearContents(
  decisions: readonly Decision[],
  files: KnownFiles,
  keys: ContentKeys,
): (key: number) => boolean {
  const gone = new Map<number, { readonly paths: Set<string>; copies: number }>();
  /** Those that are there or set aside. */
  const decided = new Map<number, Set<string>>();
  for (const decision of decisions) {
    const { path, action, copies = 1 } = decision;
    const key = keys.get(decision);
    if (key === undefined || !OF_PLACES.includes(action)) continue;
    if (files.get(path)?.contentKey === key || action === 'quarantine') {
      decided.set(key, (decided.get(key) ?? new Set()).add(path));
    } else if (action === 'exclude') {
      const own = gone.get(key) ?? { paths: new Set(), copies: 1 };
      own.paths.add(path);
      own.copies = Math.max(own.copies, copies);
      gone.set(key, own);
    }
  }
  const open = new Map<number, number>();
  for (const [path, { contentKey }] of gone.size === 0 ? [] : files) {
    if (contentKey === undefined || !gone.has(contentKey) || decided.get(contentKey)?.has(path) === true) continue;
    open.set(contentKey, (open.get(contentKey) ?? 0) + 1);
  }
  return (key) => {
    const { paths, copies } = gone.get(key) ?? { paths: new Set(), copies: 1 };
    const others = copies - paths.size - (decided.get(key)?.size ?? 0);
    const left = open.get(key) ?? 0;
    return left > paths.size || (left > 0 && others > 0);
  };
}

/** The content that each decision holds for. */
function keysOf(
  decisions: readonly Decision[],
  files: KnownFiles,
  store: Pick<IndexStore, 'findContentKey'>,
): ContentKeys {
  const present = new Set<number | undefined>();
  for (const { contentKey } of files.values()) present.add(contentKey);
  return new Map(decisions.map((decision) => [decision, keyOf(decision, store, present)]));
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
