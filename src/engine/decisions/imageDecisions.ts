import { asideGone } from '../../core/decisions/decisionErrors.ts';
import { withImages, type ImageChoice } from '../../core/decisions/decisionLines.ts';
import type { Decision, ImageToDecide } from '../../core/decisions/decisions.ts';
import type { FileMove } from '../../core/decisions/history.ts';
import { stepTitle } from '../../core/decisions/stepTitles.ts';
import { emptyDecisionValue, emptyFindingId, usage } from '../../core/errors.ts';
import type { DecisionStep, ImageDecision, StandingDecision, StepOutcome } from '../../protocol/decisions.ts';
import { decidedImages, decidedPath, withCopies } from './decidedImages.ts';
import { decisionsFile, readDecisions } from './decisionFile.ts';
import { movesAside, readQuarantine } from './quarantine.ts';
import { takeStep, type StepContext } from './steps.ts';
import { isPresent } from './moveFiles.ts';
import { join } from 'node:path';

/** What is decided of which images, ready to be written down. */
interface Ready {
  readonly choice: ImageChoice;
  readonly undo: boolean;
  readonly images: readonly ImageToDecide[];
}

/**
 * Writes down what a person decided of images, or takes it back, and moves those that are set aside: all of it or, where one
 * of them can't be read or moved, nothing. Rejects with usage, path-outside-root, file-not-found, unreadable-file, file-exists,
 * read-only or disk-full.
 *
 * @param step without a title, what is decided is one
 */
export async function takeDecisions(
  context: StepContext,
  { title, decisions, finding }: Omit<DecisionStep, 'root'>,
): Promise<StepOutcome> {
  const { root, now } = context;
  const ready: Ready[] = [];
  const moves: FileMove[] = [];
  for (const { paths, decision, undo = false } of decisions) {
    const choice = choiceOf(decision, undo);
    if (paths.length === 0) throw usage('No image is named that something could be decided of.');
    // A finding about a whole class is about no image.
    const isWhole = (path: string) => choice.action === 'ignore' && path === '';
    const named = [...new Set(paths.map((path) => (isWhole(path) ? path : decidedPath(root, path))))];
    if (undo) {
      // What is to be forgotten may be gone, and its content doesn't matter.
      ready.push({ choice, undo, images: named.map((path) => ({ path, content: '' })) });
      if (choice.action === 'quarantine') moves.push(...(await movesBack(root, named)));
      continue;
    }
    const own = named.filter((path) => !isWhole(path));
    const present = choice.action === 'quarantine' ? await withoutSetAside(root, own) : own;
    const images = await decidedImages(root, present, context.store);
    if (choice.action === 'quarantine') moves.push(...(await movesAside(root, images)));
    const counted = choice.action === 'exclude' ? withCopies(images, context.store) : images;
    const whole = named.filter(isWhole).map((path) => ({ path, content: '' }));
    ready.push({ choice, undo, images: [...whole, ...counted] });
  }
  const at = new Date(now).toISOString();
  return takeStep(context, {
    title: title?.trim() || titleOf(ready),
    finding,
    moves: distinct(moves),
    change: (before) =>
      ready.reduce(
        (lines, { choice, undo, images }) =>
          withImages(lines, images, choice, { undo, at, ...(finding !== undefined && { answers: finding }) }),
        before,
      ),
  });
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

/** Of those of a path, the one that was set aside last. Rejects with file-not-found where a file is neither there nor at its place. */
async function movesBack(root: string, paths: readonly string[]): Promise<FileMove[]> {
  const byPath = new Map((await readQuarantine(root)).reverse().map((entry) => [entry.path, entry]));
  const moves: FileMove[] = [];
  for (const path of paths) {
    const entry = byPath.get(path);
    if (entry) moves.push({ from: entry.at, to: path, content: entry.content });
    else if (!(await isPresent(join(root, path)))) throw asideGone(join(root, path), decisionsFile(root));
  }
  return moves;
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
