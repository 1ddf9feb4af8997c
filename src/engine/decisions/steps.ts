/**
 * Steps of a dataset's history: taken, undone and done again, each as a whole. What is intended is in the journal before
 * files are moved, and the new text of `decisions.jsonl` comes last: where it stands, the step was taken.
 */
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  editedFileChanged,
  editedFilePassedOver,
  movedFileGone,
  movedFilePassedOver,
  notExact,
  stepNotOffered,
} from '../../core/decisions/decisionErrors.ts';
import type { LikenessError } from '../../core/errors.ts';
import { difference, exchanged, linesOf, type Line } from '../../core/decisions/decisionLines.ts';
import {
  intentOf,
  isSameStep,
  withEdits,
  type FileEdit,
  type FileMove,
  type HistoryStep,
  type PendingStep,
} from '../../core/decisions/history.ts';
import type { StepOutcome, TakenStep } from '../../protocol/decisions.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';
import { decisionsFile } from './decisionFile.ts';
import type { DecisionText } from './decisionText.ts';
import { applyEdits, backwardsEdits, changedFile, renewedEdits, settleEdits } from './fileEdits.ts';
import type { HistoryFile } from './historyFile.ts';
import { labelFileNotices } from './labelFiles.ts';
import { tellIndex } from './movedInIndex.ts';
import { isPresent, moveFiles, settleMove } from './moveFiles.ts';
import { isInQuarantine, noteSetAside, tidyFolders, withFreePlaces } from './quarantine.ts';

/** A dataset whose lock is held. */
export interface StepContext {
  /** Absolute, a real path. */
  readonly root: string;
  readonly store: IndexStore | undefined;
  readonly history: HistoryFile;
  readonly text: DecisionText;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Called on the way, so that a test can end the process there. */
  readonly reached?: (stage: 'intended' | 'moved' | 'edited') => void;
}

export interface NewStep {
  readonly title: string;
  readonly finding?: string | undefined;
  /** The lines as they are to be; asked again where somebody else has written meanwhile. */
  readonly change: (lines: readonly Line[]) => readonly Line[];
  readonly moves: readonly FileMove[];
  /** Files that are written, in their order. */
  readonly edits?: readonly FileEdit[];
}

/**
 * Takes a step; one that changes nothing is none. Rejects with the codes of `moveFiles` and `applyEdits`, or what can't be
 * written.
 */
export async function takeStep(
  context: StepContext,
  { title, finding, change, moves, edits = [] }: NewStep,
): Promise<StepOutcome> {
  await endPending(context);
  return context.text.edit(async () => {
    const lines = await context.text.read();
    const after = change(lines);
    const { removed, added } = difference(lines, after);
    if (removed.length + added.length + moves.length + edits.length === 0)
      return { changed: [], ...(await offeredSteps(context)) };
    const step: HistoryStep = {
      id: randomUUID(),
      title,
      at: new Date(context.now).toISOString(),
      ...(finding !== undefined && { finding }),
      removed: removed.map(({ text }) => text),
      added: added.map(({ text }) => text),
      moved: moves,
      ...(edits.length > 0 && { edited: edits }),
    };
    await commit(context, { direction: 'take', step }, moves, lines, after);
    const notices = await labelFileNotices(context.root, moves);
    return { ...(await outcomeOf(context, step)), ...(notices.length > 0 && { notices }) };
  });
}

/** Why a step isn't done, the first time and once more. */
type Refusals = readonly [told: LikenessError, passedOver: LikenessError];

/**
 * Undoes the last step that stands, or does the last one again that was undone: exactly or, where lines or files were changed
 * since, not at all. Rejects with decisions-changed or file-not-found then, and offers that step no more; where it is a file that was
 * written or moved, not before it is asked for again with that file as it is. Rejects with the codes of `takeStep` as well, and
 * invalid-config.
 *
 * @param meant the step that is meant; where another one is next, nothing is done. Rejects with decision-not-offered then
 */
export async function repeatStep(
  context: StepContext,
  direction: 'undo' | 'redo',
  meant?: TakenStep,
): Promise<StepOutcome> {
  await endPending(context);
  return context.text.edit(async () => {
    const { root, history } = context;
    const { steps, taken, refused } = await history.read();
    const step = steps[direction === 'undo' ? taken - 1 : taken];
    if (meant !== undefined && !isSameStep(step, meant)) throw stepNotOffered(direction, meant.title);
    if (step === undefined) return { changed: [], ...(await offeredSteps(context)) };
    const verb = direction === 'undo' ? 'undone' : 'done again';
    const drop = () => history.append({ drop: step.id }, { lasts: false });
    const lines = await context.text.read();
    const [removed, added] = direction === 'undo' ? [step.added, step.removed] : [step.removed, step.added];
    const after = exchanged(lines, removed, added);
    if (after === undefined) {
      await drop();
      throw notExact(verb, step.title, decisionsFile(root));
    }
    /** Whoever has put nothing back since this was told wants to go on with the others. */
    const refuse = async (found: string, [told, passedOver]: Refusals): Promise<never> => {
      const isTold = refused?.id === step.id && refused.found === found;
      if (isTold) await drop();
      else await history.append({ refused: step.id, found }, { lasts: false });
      throw isTold ? passedOver : told;
    };
    const pending = await renewedStep(root, { direction, step });
    const changed = await changedFile(root, editsOf(pending));
    if (changed !== undefined) {
      const [told, passedOver] = [editedFileChanged, editedFilePassedOver].map((of) =>
        of(verb, step.title, changed.file),
      );
      await refuse(changed.found, [told!, passedOver!]);
    }
    const wanted = direction === 'undo' ? backwards(step.moved) : step.moved;
    const missing = await missingOf(root, wanted);
    const [first] = missing;
    if (first !== undefined) {
      const [told, passedOver] = [movedFileGone, movedFilePassedOver].map((of) =>
        of(verb, step.title, join(root, first)),
      );
      // Whoever has put the one back that was named, and lacks another, has to be told of that one first.
      await refuse(digestOf(missing), [told!, passedOver!]);
    }
    const moves = await withFreePlaces(root, wanted);
    const moved = direction === 'undo' ? backwards(moves) : moves;
    await commit(context, { ...pending, step: { ...pending.step, moved } }, moves, lines, after);
    return outcomeOf(context, step);
  });
}

/** The files that are to be moved and aren't there. */
async function missingOf(root: string, moves: readonly FileMove[]): Promise<string[]> {
  const missing: string[] = [];
  for (const { from } of moves) if (!(await isPresent(join(root, from)))) missing.push(from);
  return missing;
}

/** The same of the same paths. */
function digestOf(paths: readonly string[]): string {
  return createHash('sha256').update(paths.toSorted().join('\n')).digest('hex');
}

/** What undo and redo would do. */
export async function offeredSteps({ history }: Pick<StepContext, 'history'>) {
  const { steps, taken } = await history.read();
  const [undo, redo] = [steps[taken - 1], steps[taken]];
  return { ...(undo && { undo: toldStep(undo) }), ...(redo && { redo: toldStep(redo) }) };
}

/** Looks what became of a step whose process was killed, and ends it the one way or the other. */
export async function endPending(context: StepContext): Promise<void> {
  const { root, history } = context;
  const { pending } = await history.read();
  if (pending === undefined) return;
  const { direction, step } = pending;
  const texts = new Set((await context.text.read()).map(({ text }) => text));
  const [gone, come] = direction === 'undo' ? [step.added, step.removed] : [step.removed, step.added];
  const edits = editsOf(pending);
  const hasLines = gone.length + come.length > 0;
  const isDone = hasLines
    ? come.every((line) => texts.has(line)) && !gone.some((line) => texts.has(line))
    : edits.length > 0 && (await changedFile(root, backwardsEdits(edits))) === undefined;
  await settleEdits(root, isDone ? edits : backwardsEdits(edits)).catch(() => undefined);
  // Files are at the places of the step exactly where its lines are.
  const moves = isDone === (direction !== 'undo') ? step.moved : backwards(step.moved);
  for (const move of moves) {
    // One that can't be moved is listed among those that are set aside, from which it can be brought back.
    await settleMove(root, move).catch(() => undefined);
  }
  await history.append(isDone ? { done: step.id } : { failed: step.id }, { lasts: false });
  tellIndex(context, moves);
}

async function commit(
  context: StepContext,
  pending: PendingStep,
  moves: readonly FileMove[],
  before: readonly Line[],
  after: readonly Line[],
): Promise<void> {
  const { root, history, now } = context;
  const { id } = pending.step;
  await history.append(intentOf(pending), { lasts: true });
  context.reached?.('intended');
  try {
    await noteSetAside(root, moves, new Date(now).toISOString());
    // What git has brought back meanwhile is there already.
    const made = await moveFiles(root, moves, { joins: ({ from }) => isInQuarantine(from) });
    context.reached?.('moved');
    try {
      const edits = editsOf(pending);
      await applyEdits(root, edits);
      try {
        if (after !== before) await context.text.replace(after);
      } catch (error) {
        await applyEdits(root, backwardsEdits(edits));
        throw error;
      }
    } catch (error) {
      await moveFiles(root, backwards(made));
      throw error;
    }
  } catch (error) {
    await history.append({ failed: id }, { lasts: false });
    throw error;
  }
  context.reached?.('edited');
  await history.append({ done: id }, { lasts: false });
  if (moves.length > 0) {
    tellIndex(context, moves);
    await tidyFolders(root, moves);
  }
}

async function outcomeOf(context: StepContext, step: HistoryStep): Promise<StepOutcome> {
  const paths = new Set<string>();
  for (const { decision } of linesOf([...step.removed, ...step.added].join('\n'))) {
    if (decision === undefined) continue;
    paths.add(decision.path);
    if (decision.with) paths.add(decision.with.path);
  }
  for (const { from, to } of step.moved) for (const path of [from, to]) paths.add(path);
  const changed = [...paths].filter((path) => !path.startsWith(`${LIKENESS_FOLDER}/`)).sort();
  return { step: toldStep(step), changed, ...(await offeredSteps(context)) };
}

/** A step with the edits that bring a configuration about which was changed since otherwise than by it. */
async function renewedStep(root: string, pending: PendingStep): Promise<PendingStep> {
  const { direction, step } = pending;
  const renewed = await renewedEdits(root, editsOf(pending));
  if (renewed.length === 0) return pending;
  const edited = direction === 'undo' ? backwardsEdits(renewed) : renewed;
  return { direction, step: { ...step, edited: withEdits(step.edited ?? [], edited) }, edited };
}

/** What is written of files when a step goes its way. */
function editsOf({ direction, step: { edited = [] } }: PendingStep): readonly FileEdit[] {
  return direction === 'undo' ? backwardsEdits(edited) : edited;
}

/** As a menu shows it. */
export function toldStep({ title, finding, at }: HistoryStep): TakenStep {
  return { title, ...(finding !== undefined && { finding }), at };
}

function backwards(moves: readonly FileMove[]): FileMove[] {
  return moves.map(({ from, to, content }) => ({ from: to, to: from, content })).reverse();
}
