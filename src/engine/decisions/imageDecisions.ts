import { join } from 'node:path';
import { asideGone, placeTaken } from '../../core/decisions/decisionErrors.ts';
import {
  withEachOfImages,
  withoutTag,
  type ImageChoice,
  type ImagesDecided,
  type Line,
} from '../../core/decisions/decisionLines.ts';
import type { Decision, ImageToDecide } from '../../core/decisions/decisions.ts';
import type { FileMove } from '../../core/decisions/history.ts';
import { stepTitle } from '../../core/decisions/stepTitles.ts';
import { emptyDecisionValue, emptyFindingId, type LikenessError, usage } from '../../core/errors.ts';
import type { DecisionStep, ImageDecision, StandingDecision, StepOutcome, StepPart } from '../../protocol/decisions.ts';
import { decidedPath, readableImages, withCopies } from './decidedImages.ts';
import { decisionsByPath, tagsOf } from './decidedOf.ts';
import { decisionsFile, readDecisions } from './decisionFile.ts';
import { movesAside, readQuarantine } from './quarantine.ts';
import { takeStep, type StepContext } from './steps.ts';
import { isPresent, isSameFile } from './moveFiles.ts';

/** What is decided of which images, ready to be written down. */
interface Ready {
  readonly choice: ImageChoice;
  readonly undo: boolean;
  readonly images: readonly ImageToDecide[];
  readonly moves: readonly FileMove[];
  /** Of which nothing can be decided. */
  readonly failures: readonly Failure[];
  readonly finding?: string | undefined;
}

interface Failure {
  readonly path: string;
  readonly error: LikenessError;
}

/**
 * Writes down what a person decided of images, or takes it back, and moves those that are set aside: all of it or, where one
 * of them can't be read or moved, nothing, unless the step leaves those out that can't be read or are in each other's way. Rejects
 * with usage, path-outside-root, file-not-found, unreadable-file, file-exists, read-only or disk-full.
 *
 * @param step without a title, what is decided is one
 */
export async function takeDecisions(
  context: StepContext,
  { title, decisions, finding, leavesOut }: Omit<DecisionStep, 'root'>,
): Promise<StepOutcome> {
  const parts: Ready[] = [];
  for (const part of decisions) parts.push(await readyPart(context, part));
  const failures = [...parts.flatMap((part) => part.failures), ...(await withoutWhich(context, decisions, leavesOut))];
  const ready = failures.length === 0 ? parts : without(parts, failures, leavesOut ?? []);
  const isNothingLeft = failures.length > 0 && !ready.some(({ images }) => images.length > 0);
  if (failures.length > 0 && (leavesOut === undefined || isNothingLeft)) throw failures[0]!.error;
  const at = new Date(context.now).toISOString();
  const outcome = await takeStep(context, {
    title: title?.trim() || titleOf(ready),
    finding,
    moves: distinct(ready.flatMap(({ moves }) => moves)),
    change: (before) => linesWith(context, before, ready, { at, finding }),
  });
  if (failures.length === 0) return outcome;
  const leftOut = new Map(failures.map(({ path, error: { message } }) => [path, { path, message }]));
  return { ...outcome, leftOut: [...leftOut.values()] };
}

/** The lines after the parts of a step, in their order. */
function linesWith(
  context: StepContext,
  before: readonly Line[],
  ready: readonly Ready[],
  { at, finding }: { readonly at: string; readonly finding: string | undefined },
): readonly Line[] {
  let lines = before;
  let waiting: ImagesDecided[] = [];
  for (const { images, choice, undo, finding: answers = finding } of ready) {
    waiting.push({ images, choice, undo, answers });
    if (!undo || choice.action !== 'tag') continue;
    // What else says that they have the tag is seen among all lines.
    lines = withEachOfImages(lines, waiting, at);
    waiting = [];
    lines = withoutTag(lines, stillTagged(context, lines, images, choice.value), choice.value, at);
  }
  return withEachOfImages(lines, waiting, at);
}

/** Images that have a tag by other lines than their own: it went with them when they were renamed. */
function stillTagged(
  { store }: StepContext,
  lines: readonly Line[],
  images: readonly ImageToDecide[],
  value: string,
): ImageToDecide[] {
  if (store === undefined) return [];
  const decisions = lines.flatMap(({ decision }) => decision ?? []);
  const decided = decisionsByPath(
    decisions,
    store,
    images.map(({ path }) => path),
  );
  const tagged = images.filter(({ path }) => tagsOf(decided.get(path)).includes(value));
  // Said of the bytes, it goes with them when they are renamed once more.
  const contents = store.readContentIds(tagged.map(({ path }) => path));
  return tagged.map((image) => ({ ...image, content: contents.get(image.path)?.content ?? '' }));
}

/** Why images can't be read of which nothing is decided, but without which nothing is to be decided of others. */
async function withoutWhich(
  { root, store }: StepContext,
  decisions: readonly StepPart[],
  together: readonly (readonly string[])[] = [],
): Promise<readonly Failure[]> {
  const named = new Set(decisions.flatMap(({ paths }) => paths));
  const others = [...new Set(together.flat())].filter((path) => !named.has(path));
  const own = others.map((path) => decidedPath(root, path));
  return (await readableImages(root, own, store)).failures;
}

/** The parts without the images that failed, and without those that are nothing without them. */
function without(
  parts: readonly Ready[],
  failures: readonly Failure[],
  together: readonly (readonly string[])[],
): Ready[] {
  const failed = new Set(failures.map(({ path }) => path));
  const isBroken = (group: readonly string[]) => group.some((path) => failed.has(path));
  const gone = new Set([...failed, ...together.filter(isBroken).flat()]);
  return parts
    .map((part) => {
      if (part.choice.action === 'ignore') return part;
      const images = part.images.filter(({ path }) => !gone.has(path));
      return { ...part, images, moves: part.moves.filter(({ from, to }) => !gone.has(from) && !gone.has(to)) };
    })
    .filter(({ images }) => images.length > 0);
}

async function readyPart(
  { root, store }: StepContext,
  { paths, decision, undo = false, finding }: StepPart,
): Promise<Ready> {
  const choice = choiceOf(decision, undo);
  if (paths.length === 0) throw usage('No image is named that something could be decided of.');
  // A finding about a whole class is about no image.
  const isWhole = (path: string) => choice.action === 'ignore' && path === '';
  const named = [...new Set(paths.map((path) => (isWhole(path) ? path : decidedPath(root, path))))];
  const rest = { choice, undo, finding };
  if (undo) {
    const { moves, failures } =
      choice.action === 'quarantine' ? await movesBack(root, named) : { moves: [], failures: [] };
    const failed = new Set(failures.map(({ path }) => path));
    // What is to be forgotten may be gone, and its content doesn't matter.
    const images = named.filter((path) => !failed.has(path)).map((path) => ({ path, content: '' }));
    return { ...rest, images, moves, failures };
  }
  const own = named.filter((path) => !isWhole(path));
  const present = choice.action === 'quarantine' ? await withoutSetAside(root, own) : own;
  const { images, failures } = await readableImages(root, present, store);
  const moves = choice.action === 'quarantine' ? await movesAside(root, images) : [];
  if (choice.action === 'ignore') {
    const whole = named.filter(isWhole).map((path) => ({ path, content: '' }));
    // It is the finding that is no issue, whatever became of the file.
    return { ...rest, images: [...whole, ...images, ...failures], moves, failures: [] };
  }
  const counted = choice.action === 'exclude' ? withCopies(images, store) : images;
  return { ...rest, images: counted, moves, failures };
}

function choiceOf(decision: ImageDecision, undo: boolean): ImageChoice {
  const choice = 'value' in decision ? { ...decision, value: decision.value.trim() } : decision;
  if (!undo && 'value' in choice && choice.value === '') throw emptyDecisionValue(choice.action);
  if (choice.action === 'ignore' && choice.finding === '') throw emptyFindingId();
  return choice;
}

function titleOf(ready: readonly Ready[]): string {
  return stepTitle(
    ready.map(({ choice, undo, images }) => ({ paths: images.map(({ path }) => path), decision: choice, undo })),
  );
}

/** An image may be named by several decisions of a step. */
function distinct(moves: readonly FileMove[]): FileMove[] {
  const seen = new Set<string>();
  return moves.filter(({ from }) => !seen.has(from) && seen.add(from));
}

/** Images that are set aside already stay there. */
async function withoutSetAside(root: string, paths: readonly string[]): Promise<string[]> {
  const aside = new Set((await readQuarantine(root)).map(({ path }) => path));
  const kept: string[] = [];
  for (const path of paths) if (!aside.has(path) || (await isPresent(join(root, path)))) kept.push(path);
  return kept;
}

/** Of those of a path, the one that was set aside last; and of which a file is neither there nor at its place, or in its way. */
async function movesBack(
  root: string,
  paths: readonly string[],
): Promise<{ readonly moves: readonly FileMove[]; readonly failures: readonly Failure[] }> {
  const byPath = new Map((await readQuarantine(root)).reverse().map((entry) => [entry.path, entry]));
  const moves: FileMove[] = [];
  const failures: Failure[] = [];
  for (const path of paths) {
    const entry = byPath.get(path);
    const place = join(root, path);
    const isThere = await isPresent(place);
    if (entry === undefined) {
      if (!isThere) failures.push({ path, error: asideGone(place, decisionsFile(root)) });
    } else if (isThere && !(await isSameFile(join(root, entry.at), place))) {
      failures.push({ path, error: placeTaken(place, join(root, entry.at)) });
    } else moves.push({ from: entry.at, to: path, content: entry.content });
  }
  return { moves, failures };
}

/** What was decided of single images, sorted by path. Rejects with unreadable-file. */
export async function listImageDecisions(root: string): Promise<StandingDecision[]> {
  const all = await readDecisions(root);
  const standing = all.flatMap((line): StandingDecision[] => {
    const decision = imageDecisionOf(line);
    return decision ? [{ path: line.path, decision, at: line.at }] : [];
  });
  return standing.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function imageDecisionOf({ action, value, finding }: Decision): ImageDecision | undefined {
  if (action === 'exclude' || action === 'keep' || action === 'quarantine') return { action };
  if (action === 'ignore') return finding === undefined ? undefined : { action, finding };
  return (action === 'relabel' || action === 'tag') && value !== undefined ? { action, value } : undefined;
}
