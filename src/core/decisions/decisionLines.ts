/** The text of `decisions.jsonl`: one object a line, sorted by path, action, partner, value and finding. */
import { formatDecision, parseDecision, type DecidedImage, type Decision } from './decisions.ts';

export type PairAction = 'same' | 'different';

/** What a person decides of single images. */
export type ImageChoice =
  | { readonly action: 'exclude' }
  | { readonly action: 'relabel' | 'tag'; readonly value: string }
  | { readonly action: 'ignore'; readonly finding: string };

/** A line as it stands, and what it says; undefined for lines that make no sense to us, which stay where they are. */
interface Line {
  readonly text: string;
  readonly decision: Decision | undefined;
}

/**
 * The text with a decision about two images in it, or without any where `action` is undefined: of a pair that is the same
 * nobody also says that it is different. All other lines stay as they are, also those that make no sense to us.
 *
 * @param at ISO 8601
 */
export function withPairDecision(
  text: string,
  pair: readonly [DecidedImage, DecidedImage],
  action: PairAction | undefined,
  at: string,
): string {
  // One line for a pair, whichever of the two was named first.
  const [first, second] = [...pair].sort((a, b) => order(a.path, b.path)) as [DecidedImage, DecidedImage];
  const isOfPair = ({ decision }: Line): boolean => {
    if (decision?.action !== 'same' && decision?.action !== 'different') return false;
    const names = [decision.path, decision.with?.path ?? ''].sort();
    return names[0] === first.path && names[1] === second.path;
  };
  const lines = linesOf(text);
  // A decision that is already there keeps its time and its note.
  const stands = (line: Line) => isOfPair(line) && line.decision?.action === action;
  if (lines.some(stands)) return joined(text, lines, (line) => !isOfPair(line) || stands(line), []);
  const { path, content } = first;
  const added = action === undefined ? [] : [{ path, content, action, with: second, at }];
  return joined(text, lines, (line) => !isOfPair(line), added);
}

/**
 * The text with a decision about each of some images in it, or without it where `undo`. An image has one class and is
 * excluded or not; it may have several tags, and several findings that are no issue, each of which is a line.
 *
 * @param at ISO 8601
 */
export function withImageDecisions(
  text: string,
  images: readonly DecidedImage[],
  choice: ImageChoice,
  { undo, at }: { readonly undo: boolean; readonly at: string },
): string {
  const byPath = new Map(images.map((image) => [image.path, image]));
  const value = 'value' in choice ? choice.value : undefined;
  const finding = 'finding' in choice ? choice.finding : undefined;
  /** About the same: it would contradict what is decided, or say it twice. */
  const isReplaced = ({ decision }: Line): boolean => {
    if (decision === undefined || !byPath.has(decision.path)) return false;
    const { action } = decision;
    if (choice.action === 'ignore') return action === 'ignore' && decision.finding === finding;
    if (choice.action === 'tag') return (action === 'tag' || action === 'untag') && decision.value === value;
    return action === choice.action || (choice.action === 'exclude' && action === 'keep');
  };
  const lines = linesOf(text);
  if (undo) return joined(text, lines, (line) => !isReplaced(line), []);
  // What was decided before of the same picture keeps its time and its note; of other bytes it is decided anew.
  const stands = (line: Line) =>
    isReplaced(line) &&
    line.decision!.action === choice.action &&
    line.decision!.value === value &&
    line.decision!.content === byPath.get(line.decision!.path)!.content;
  const standing = new Set(lines.filter(stands).map(({ decision }) => decision!.path));
  const added = [...byPath.values()]
    .filter(({ path }) => !standing.has(path))
    .map(({ path, content }) => ({ path, content, ...choice, at }));
  return joined(text, lines, (line) => !isReplaced(line) || stands(line), added);
}

function linesOf(text: string): Line[] {
  if (text === '') return [];
  return text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map((line) => ({ text: line, decision: parseDecision(line) }));
}

/** What is kept and, each at its place, what is added; the same text where nothing changes. */
function joined(
  text: string,
  lines: readonly Line[],
  isKept: (line: Line) => boolean,
  added: readonly Decision[],
): string {
  const kept = lines.filter(isKept);
  if (kept.length === lines.length && added.length === 0) return text;
  const waiting = added.toSorted(compare);
  const result: string[] = [];
  let next = 0;
  for (const line of kept) {
    const { decision } = line;
    while (decision && next < waiting.length && compare(waiting[next]!, decision) < 0) {
      result.push(formatDecision(waiting[next++]!));
    }
    result.push(line.text);
  }
  result.push(...waiting.slice(next).map(formatDecision));
  return result.length === 0 ? '' : `${result.join('\n')}\n`;
}

function compare(a: Decision, b: Decision): number {
  return (
    order(a.path, b.path) ||
    order(a.action, b.action) ||
    order(a.with?.path ?? '', b.with?.path ?? '') ||
    order(a.value ?? '', b.value ?? '') ||
    order(a.finding ?? '', b.finding ?? '')
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
