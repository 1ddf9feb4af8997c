/** The text of `decisions.jsonl`: one object a line, sorted by path, action, partner, value and finding. */
import { grouped } from '../grouped.ts';
import {
  formatDecision,
  parseDecision,
  parseLines,
  type DecidedImage,
  type Decision,
  type ImageToDecide,
} from './decisions.ts';

export type PairAction = 'same' | 'different';

/** What a person decides of single images. */
export type ImageChoice =
  | { readonly action: 'keep' | 'quarantine' | 'exclude' }
  | { readonly action: 'relabel' | 'tag'; readonly value: string }
  | { readonly action: 'ignore'; readonly finding: string };

/** A line as it stands, and what it says; undefined for lines that make no sense to us, which stay where they are. */
export interface Line {
  readonly text: string;
  readonly decision: Decision | undefined;
}

/** An image is one of them. */
const PLACES: ReadonlySet<string> = new Set(['keep', 'quarantine', 'exclude']);

/**
 * The lines with a decision about two images among them, or without any where `action` is undefined: of a pair that is the
 * same nobody also says that it is different. All other lines are the same objects, also those that make no sense to us.
 *
 * @param at ISO 8601
 */
export function withPair(
  lines: readonly Line[],
  pair: readonly [DecidedImage, DecidedImage],
  action: PairAction | undefined,
  at: string,
): readonly Line[] {
  // One line for a pair, whichever of the two was named first.
  const [first, second] = [...pair].sort((a, b) => order(a.path, b.path)) as [DecidedImage, DecidedImage];
  const isOfPair = ({ decision }: Line): boolean => {
    if (decision?.action !== 'same' && decision?.action !== 'different') return false;
    const names = [decision.path, decision.with?.path ?? ''].sort();
    return names[0] === first.path && names[1] === second.path;
  };
  // A decision that is already there keeps its time and its note.
  const stands = (line: Line) => isOfPair(line) && line.decision?.action === action;
  if (lines.some(stands)) return withLines(lines, (line) => !isOfPair(line) || stands(line), []);
  const { path, content } = first;
  const added = action === undefined ? [] : [{ path, content, action, with: second, at }];
  return withLines(lines, (line) => !isOfPair(line), added.map(lineOf));
}

/**
 * The lines with a decision about each of some images, or without it where `undo`. An image has one class and is kept,
 * excluded, set aside or none of it; it may have several tags, and several findings that are no issue, each of which is a
 * line. Lines that stay are the same objects.
 *
 * @param at ISO 8601
 * @param answers id of the finding that this is an answer to, which is written down with it
 */
export function withImages(
  lines: readonly Line[],
  images: readonly ImageToDecide[],
  choice: ImageChoice,
  { undo, at, answers }: { readonly undo: boolean; readonly at: string; readonly answers?: string },
): readonly Line[] {
  const byPath = new Map(images.map((image) => [image.path, image]));
  const value = 'value' in choice ? choice.value : undefined;
  const finding = 'finding' in choice ? choice.finding : answers;
  const isOfImages = ({ decision }: Line) => decision !== undefined && byPath.has(decision.path);
  /** Says the same, be it of other bytes. */
  const isSame = ({ action, ...other }: Decision) =>
    action === choice.action &&
    (action !== 'ignore' || other.finding === finding) &&
    (action !== 'tag' || other.value === value);
  if (undo) return withLines(lines, (line) => !isOfImages(line) || !isSame(line.decision!), []);
  /** About the same: it would contradict what is decided, or say it twice. */
  const isReplaced = (line: Line): boolean => {
    if (!isOfImages(line)) return false;
    const { action, value: other } = line.decision!;
    if (PLACES.has(choice.action)) return PLACES.has(action);
    return isSame(line.decision!) || (choice.action === 'tag' && action === 'untag' && other === value);
  };
  // What was decided before of the same picture keeps its time and its note; of other bytes it is decided anew.
  const stands = (line: Line) =>
    isReplaced(line) &&
    isSame(line.decision!) &&
    line.decision!.value === value &&
    line.decision!.content === byPath.get(line.decision!.path)!.content;
  const standing = new Map<string, Line[]>();
  for (const line of lines.filter(stands)) {
    const { path } = line.decision!;
    standing.set(path, [...(standing.get(path) ?? []), line]);
  }
  const dropped = new Set<Line>();
  const added = [...byPath.values()].flatMap(({ path, content, copies }): Decision[] => {
    const said = standing.get(path) ?? [];
    const isAnswered = finding === undefined || said.some(({ decision }) => decision!.finding === finding);
    if (said.length > 0 && isAnswered) return [];
    // What was decided for no finding's sake answers this one as well.
    const open = said.find(({ decision }) => decision!.finding === undefined);
    if (open) {
      dropped.add(open);
      return [{ ...open.decision!, finding: finding! }];
    }
    // An image may be kept for several findings; whatever else was decided of it has answered the others by itself.
    if (said.length > 0 && choice.action !== 'keep') return [];
    const more = { ...(copies !== undefined && { copies }), ...(finding !== undefined && { finding }) };
    return [{ path, content, ...choice, ...more, at }];
  });
  const isKept = (line: Line) => !dropped.has(line) && (!isReplaced(line) || stands(line));
  return withLines(lines, isKept, added.map(lineOf));
}

/** What is decided of some images at once; see `withImages`. */
export interface ImagesDecided {
  readonly images: readonly ImageToDecide[];
  readonly choice: ImageChoice;
  readonly undo: boolean;
  readonly answers?: string | undefined;
}

/**
 * The lines after several decisions about images, one after the other. Each looks at the lines of its own images alone: thousands of
 * findings are answered in one step, and thousands of lines stand already.
 *
 * @param at ISO 8601
 */
export function withEachOfImages(lines: readonly Line[], parts: readonly ImagesDecided[], at: string): readonly Line[] {
  const own = new Map<string, readonly Line[]>();
  for (const { images } of parts) for (const { path } of images) own.set(path, []);
  const isOwn = ({ decision }: Line) => decision !== undefined && own.has(decision.path);
  const before = lines.filter(isOwn);
  for (const [path, found] of grouped(before, ({ decision }) => decision!.path)) own.set(path!, found);
  for (const { images, choice, undo, answers } of parts) {
    const paths = new Set(images.map(({ path }) => path));
    const standing = [...paths].flatMap((path) => own.get(path)!);
    const after = withImages(standing, images, choice, { undo, at, ...(answers !== undefined && { answers }) });
    const byPath = grouped(after, ({ decision }) => decision!.path);
    for (const path of paths) own.set(path, byPath.get(path) ?? []);
  }
  const known = new Set(before);
  const left = [...own.values()].flat();
  const stays = new Set(left.filter((line) => known.has(line)));
  return withLines(
    lines,
    (line) => !isOwn(line) || stays.has(line),
    left.filter((line) => !known.has(line)),
  );
}

/**
 * The lines with a tag taken from images that have it by what was decided of another path, before they were renamed.
 *
 * @param at ISO 8601
 */
export function withoutTag(
  lines: readonly Line[],
  images: readonly ImageToDecide[],
  value: string,
  at: string,
): readonly Line[] {
  const untagged = images.map(({ path, content }) => lineOf({ path, content, action: 'untag', value, at }));
  return withLines(lines, () => true, untagged);
}

/**
 * Takes some lines out, whose texts are given, and puts others in at their places. Undefined where that can't be exact: one
 * that is to go isn't there once, or one that is to come is there.
 */
export function exchanged(
  lines: readonly Line[],
  removed: readonly string[],
  added: readonly string[],
): readonly Line[] | undefined {
  const goes = new Set(removed);
  const comes = new Set(added);
  let gone = 0;
  for (const { text } of lines) {
    if (goes.has(text)) gone++;
    if (comes.has(text)) return undefined;
  }
  if (gone !== goes.size) return undefined;
  return withLines(lines, ({ text }) => !goes.has(text), added.map(parseLine));
}

export function linesOf(text: string): Line[] {
  if (text === '') return [];
  const texts = text.replace(/\r?\n$/, '').split('\n');
  const decisions = parseLines(texts);
  return texts.map((line, place) => ({ text: line, decision: decisions[place] }));
}

export function textOf(lines: readonly Line[]): string {
  return lines.length === 0 ? '' : `${lines.map(({ text }) => text).join('\n')}\n`;
}

/**
 * The text of lines that have come from those of another text, most of which is taken as it is: joining ten thousand lines would be
 * noticed.
 *
 * @param text of the lines before, as `textOf` gives it
 */
export function textAfter(text: string, before: readonly Line[], after: readonly Line[]): string {
  const { start, oldEnd, madeEnd } = changedRange(before, after);
  let from = 0;
  for (let i = 0; i < start; i++) from += before[i]!.text.length + 1;
  let to = from;
  for (let i = start; i < oldEnd; i++) to += before[i]!.text.length + 1;
  return text.slice(0, from) + textOf(after.slice(start, madeEnd)) + text.slice(to);
}

/** What went and what came, where lines that stayed are the same objects. */
export function difference(before: readonly Line[], after: readonly Line[]) {
  const { start, oldEnd, madeEnd } = changedRange(before, after);
  const [old, made] = [before.slice(start, oldEnd), after.slice(start, madeEnd)];
  const [isOld, isMade] = [new Set(old), new Set(made)];
  return { removed: old.filter((line) => !isMade.has(line)), added: made.filter((line) => !isOld.has(line)) };
}

/** Nearly all of the lines, before and behind what changed, are the same. */
function changedRange(before: readonly Line[], after: readonly Line[]) {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let [oldEnd, madeEnd] = [before.length, after.length];
  while (oldEnd > start && madeEnd > start && before[oldEnd - 1] === after[madeEnd - 1]) {
    oldEnd--;
    madeEnd--;
  }
  return { start, oldEnd, madeEnd };
}

/** The order of the file. */
export function compareDecisions(a: Decision, b: Decision): number {
  return (
    order(a.path, b.path) ||
    order(a.action, b.action) ||
    order(a.with?.path ?? '', b.with?.path ?? '') ||
    order(a.value ?? '', b.value ?? '') ||
    order(a.finding ?? '', b.finding ?? '')
  );
}

function parseLine(text: string): Line {
  return { text, decision: parseDecision(text) };
}

export function lineOf(decision: Decision): Line {
  return { text: formatDecision(decision), decision };
}

/** What is kept and, each at its place, what is added; the same lines where nothing changes. */
export function withLines(
  lines: readonly Line[],
  isKept: (line: Line) => boolean,
  added: readonly Line[],
): readonly Line[] {
  const kept = lines.filter(isKept);
  if (kept.length === lines.length && added.length === 0) return lines;
  const waiting = added.toSorted(compareLines);
  const result: Line[] = [];
  let next = 0;
  for (const line of kept) {
    while (line.decision && next < waiting.length && compareLines(waiting[next]!, line) < 0) {
      result.push(waiting[next++]!);
    }
    result.push(line);
  }
  result.push(...waiting.slice(next));
  return result;
}

/** Those that make no sense come last: nobody knows their place. */
function compareLines(a: Line, b: Line): number {
  if (a.decision === undefined || b.decision === undefined)
    return Number(b.decision !== undefined) - Number(a.decision !== undefined);
  return compareDecisions(a.decision, b.decision);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
