import { ancestorLines, findConflicts } from './conflicts.ts';

/** What people decide of images, as `decisions.jsonl` says it. */
export type DecisionAction =
  'keep' | 'exclude' | 'relabel' | 'tag' | 'untag' | 'quarantine' | 'same' | 'different' | 'ignore';

/** An image as a decision names it. */
export interface DecidedImage {
  /** Relative to the root, with `/`; for people. */
  readonly path: string;
  /** Lower-case hex SHA-256 of the file's bytes, which the decision holds for; '' where nobody knew it. */
  readonly content: string;
}

/** One that something is decided of. */
export interface ImageToDecide extends DecidedImage {
  /** As of `Decision`. */
  readonly copies?: number;
}

/** One line of `decisions.jsonl`. */
export interface Decision extends DecidedImage {
  readonly action: DecisionAction;
  /** A class or a tag. */
  readonly value?: string;
  /** The other image, of a decision about two. */
  readonly with?: DecidedImage;
  /**
   * How many images held these bytes when one of them was excluded; absent where it was the only one. Where the excluded one is gone
   * later, one that is left may have been there beside it.
   */
  readonly copies?: number;
  /** Id of the finding that it was an answer to. */
  readonly finding?: string;
  readonly note?: string;
  /** ISO 8601. */
  readonly at: string;
}

const actions: ReadonlySet<string> = new Set<DecisionAction>([
  ...(['keep', 'exclude', 'relabel', 'tag', 'untag', 'quarantine', 'same', 'different', 'ignore'] as const),
]);

/** Undefined for what isn't a decision: a conflict's marker, a half-written line, a comment, an action of a later version. */
export function parseDecision(line: string): Decision | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value['path'] !== 'string') return undefined;
  const { action, content, at, value: named, with: partner, copies, finding, note } = value;
  if (typeof action !== 'string' || !actions.has(action)) return undefined;
  const other = isRecord(partner) && typeof partner['path'] === 'string' ? partner : undefined;
  return {
    path: value['path'],
    content: textOf(content),
    action: action as DecisionAction,
    ...(typeof named === 'string' && { value: named }),
    ...(other && { with: { path: textOf(other['path']), content: textOf(other['content']) } }),
    ...(Number.isSafeInteger(copies) && (copies as number) > 1 && { copies: copies as number }),
    ...(typeof finding === 'string' && { finding }),
    ...(typeof note === 'string' && { note }),
    at: textOf(at),
  };
}

/** All decisions of a file's text, of a conflict those of both sides; lines that make no sense are passed over. */
export function parseDecisions(text: string): Decision[] {
  return parseLines(text.split('\n')).filter((decision) => decision !== undefined);
}

/** As `parseDecision`, of each line; what both sides of a conflict have come from says nothing any more. */
export function parseLines(lines: readonly string[]): (Decision | undefined)[] {
  const decisions = lines.map(parseDecision);
  // Looked for where there can be any: this is read often.
  if (decisions.every((decision) => decision !== undefined)) return decisions;
  for (const place of ancestorLines(findConflicts(lines))) decisions[place] = undefined;
  return decisions;
}

/** With the keys in the order of the file. */
export function formatDecision(decision: Decision): string {
  const { path, content, action, value, with: partner, copies, finding, note, at } = decision;
  return JSON.stringify({
    path,
    content,
    action,
    ...(value !== undefined && { value }),
    ...(partner && { with: { path: partner.path, content: partner.content } }),
    ...(copies !== undefined && { copies }),
    ...(finding !== undefined && { finding }),
    ...(note !== undefined && { note }),
    at,
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
