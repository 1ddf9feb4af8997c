import { lineOf, withLines, type Line } from '../../core/decisions/decisionLines.ts';
import type { DecidedImage } from '../../core/decisions/decisions.ts';
import type { StepOutcome } from '../../protocol/decisions.ts';
import { decidedImages, decidedPath } from './decidedImages.ts';
import { takeStep, type StepContext } from './steps.ts';

export interface MoveImages {
  /** What was done, for the menu of undo: "Move 3 images to their classes". */
  readonly title: string;
  /** Relative to the root, with `/`; a target that exists is never written over. */
  readonly moves: readonly { readonly from: string; readonly to: string }[];
}

/**
 * Moves images within the dataset, to the folders of their classes for one, as a step of its history: all of them or none,
 * whatever happens meanwhile, and undo moves them back. What was decided of them goes with them.
 *
 * Rejects with path-outside-root, file-not-found, file-exists, unreadable-file, read-only or disk-full.
 */
export async function moveImages(context: StepContext, { title, moves }: MoveImages): Promise<StepOutcome> {
  const { root, store } = context;
  const named = moves
    .map(({ from, to }) => ({ from: decidedPath(root, from), to: decidedPath(root, to) }))
    .filter(({ from, to }) => from !== to);
  const images = await decidedImages(
    root,
    named.map(({ from }) => from),
    store,
  );
  const targets = new Map(named.map(({ from, to }) => [from, to]));
  return takeStep(context, {
    title,
    moves: named.map((move, i) => ({ ...move, content: images[i]!.content })),
    change: (lines) => moved(lines, targets),
  });
}

/** The lines with the new paths; what is about two images names them in their order. */
function moved(lines: readonly Line[], targets: ReadonlyMap<string, string>): readonly Line[] {
  const isMoved = ({ path }: DecidedImage) => targets.has(path);
  const isConcerned = ({ decision }: Line) =>
    decision !== undefined && (isMoved(decision) || (decision.with !== undefined && isMoved(decision.with)));
  const there = ({ path, content }: DecidedImage): DecidedImage => ({ path: targets.get(path) ?? path, content });
  const added = lines.filter(isConcerned).flatMap(({ decision }): Line[] => {
    if (decision === undefined) return [];
    const [own, other] = [there(decision), decision.with && there(decision.with)];
    if (other === undefined) return [lineOf({ ...decision, ...own })];
    const [first, second] = own.path < other.path ? [own, other] : [other, own];
    return [lineOf({ ...decision, ...first, with: second })];
  });
  return withLines(lines, (line) => !isConcerned(line), added);
}
