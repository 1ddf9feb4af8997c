/** The text of `decisions.jsonl`: one object a line, sorted by path, action and partner. */

/** An image as a decision names it. */
export interface DecidedImage {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Lower-case hex SHA-256 of the file's bytes. */
  readonly content: string;
}

export type PairAction = 'same' | 'different';

/** What a line is found by. */
interface LineKey {
  readonly path: string;
  readonly action: string;
  /** '' where the decision is about one image. */
  readonly partner: string;
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
  const [first, second] = [...pair].sort((a, b) => (a.path < b.path ? -1 : 1)) as [DecidedImage, DecidedImage];
  const isOfPair = (line: string): LineKey | undefined => {
    const key = keyOf(line);
    if (key === undefined || (key.action !== 'same' && key.action !== 'different')) return undefined;
    const names = [key.path, key.partner].sort();
    return names[0] === first.path && names[1] === second.path ? key : undefined;
  };
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split('\n');
  // A decision that is already there keeps its time and its note.
  if (action !== undefined && lines.some((line) => isOfPair(line)?.action === action)) {
    const kept = lines.filter((line) => (isOfPair(line)?.action ?? action) === action);
    return kept.length === lines.length ? text : joined(kept);
  }
  const others = lines.filter((line) => isOfPair(line) === undefined);
  if (action === undefined) return others.length === lines.length ? text : joined(others);
  const added = JSON.stringify({
    path: first.path,
    content: first.content,
    action,
    with: { path: second.path, content: second.content },
    at,
  });
  const key: LineKey = { path: first.path, action, partner: second.path };
  const place = others.findIndex((line) => {
    const other = keyOf(line);
    return other !== undefined && compare(key, other) < 0;
  });
  return joined(others.toSpliced(place < 0 ? others.length : place, 0, added));
}

function joined(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** Undefined for what isn't a decision: a conflict's marker, a half-written line, a comment. */
function keyOf(line: string): LineKey | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || typeof value['path'] !== 'string' || typeof value['action'] !== 'string') return undefined;
  const partner = isRecord(value['with']) ? value['with']['path'] : undefined;
  return { path: value['path'], action: value['action'], partner: typeof partner === 'string' ? partner : '' };
}

function compare(a: LineKey, b: LineKey): number {
  return order(a.path, b.path) || order(a.action, b.action) || order(a.partner, b.partner);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
