/** What is wrong with the lines of `decisions.jsonl`, for a report and for an editor that offers to put it right. */
import { ancestorLines, findConflicts, markerLines, type Conflict } from './conflicts.ts';
import { formatDecision, parseLines, type DecidedImage, type Decision } from './decisions.ts';
import { faultOfLine, isOutside } from './lineFaults.ts';

export type DecisionProblemKind =
  /** What git's merge has left, and markers of it without their others. */
  | 'conflict'
  | 'not-a-decision'
  /** Says what another line says. */
  | 'duplicate'
  /** Says the opposite of another line. */
  | 'contradiction'
  | 'outside'
  /** No image is at the path, nor does one hold the bytes elsewhere. */
  | 'gone'
  /** Other bytes are at the path by now. */
  | 'changed';

/** An edit that solves a problem. Line numbers count from 1. */
export interface DecisionFix {
  /** Imperative, for a menu: "Remove this line". */
  readonly title: string;
  readonly removes: readonly number[];
  readonly replaces: readonly { readonly line: number; readonly text: string }[];
}

export interface DecisionProblem {
  readonly kind: DecisionProblemKind;
  /** Counts from 1. */
  readonly line: number;
  /** Columns that it is about, counting from 0, `to` exclusive; the whole line where they are left out. */
  readonly from?: number;
  readonly to?: number;
  /** A sentence for a person, without the line's own number. */
  readonly message: string;
  /** The safest first. */
  readonly fixes: readonly DecisionFix[];
}

/** The fix of a decision about bytes that have changed since. */
export const SAME_AGAIN = 'Decide the same of the picture as it is now';

/** The images that there are. */
export interface DecisionImages {
  /** Lower-case hex SHA-256 of the bytes at a path, relative to the root; '' where it isn't known, undefined where no file is. */
  readonly contentOf: (path: string) => string | undefined;
  /** Whether some image holds these bytes; its decisions go with it then. */
  readonly hasContent?: (content: string) => boolean;
  /** Whether a decision holds for none of the images with its bytes, since nobody knows which of them it was made of. */
  readonly isUnclear?: (decision: Decision) => boolean;
}

/**
 * The problems of a text, in the order of its lines. None is lost by them: lines that make no sense are passed over, and
 * where lines contradict each other the last one counts.
 *
 * @param images without them, nothing is said of files that are gone or changed
 */
export function decisionProblems(text: string, images?: DecisionImages): DecisionProblem[] {
  const lines = text.split('\n');
  const found = findConflicts(lines);
  const passed = ancestorLines(found);
  const markers = markerLines(found);
  const decisions = parseLines(lines);
  const compared = withContents(decisions, images?.contentOf);
  const problems = [...found.conflicts.map((conflict) => unsolved(conflict)), ...found.stray.map(stray)];
  const said = new Sayings();
  lines.forEach((line, place) => {
    if (line.trim() === '' || passed.has(place) || markers.has(place)) return;
    const fault = faultOfLine(line);
    const decision = decisions[place];
    if (fault !== undefined || decision === undefined) {
      problems.push(whole('not-a-decision', place, `This line is no decision: ${fault ?? 'it makes no sense'}.`));
      return;
    }
    const outside = [decision.path, decision.with?.path ?? ''].find(isOutside);
    if (outside !== undefined) {
      const message = `${outside} lies outside the dataset, so nothing follows this decision.`;
      problems.push({ ...whole('outside', place, message), ...columnsOf(line, outside) });
      return;
    }
    const clash = said.clashOf(compared[place]!, place, isOfAnyContent(decision));
    if (clash) problems.push(clash);
    if (images) problems.push(...problemsOfFiles(line, decision, place, images));
  });
  return problems.sort((a, b) => a.line - b.line);
}

/** What was said of each subject so far. */
class Sayings {
  readonly #same = new Map<string, { readonly place: number; readonly isOfAny: boolean }>();
  readonly #about = new Map<string, { readonly place: number; readonly says: string; readonly decision: Decision }>();

  /** @param isOfAny whether the line itself doesn't say of which bytes it is */
  clashOf(decision: Decision, place: number, isOfAny: boolean): DecisionProblem | undefined {
    const same = sayingKey(decision);
    const twin = this.#same.get(same);
    if (twin !== undefined) {
      // The one that says more is to stay.
      const [extra, enough] = twin.isOfAny && !isOfAny ? [twin.place, place] : [place, twin.place];
      if (extra !== place) this.#same.set(same, { place, isOfAny });
      return whole('duplicate', extra, `This line says what line ${enough + 1} says; one of them is enough.`);
    }
    this.#same.set(same, { place, isOfAny });
    const claim = claimOf(decision);
    const key = claimKey(decision);
    if (claim === undefined || key === undefined) return undefined;
    const earlier = this.#about.get(key);
    if (earlier === undefined || earlier.says === claim.says) {
      if (earlier === undefined) this.#about.set(key, { place, says: claim.says, decision });
      return undefined;
    }
    const [mine, theirs] = [quoted(decision), quoted(earlier.decision)];
    const message = `${subjectText(decision)} is ${mine} here and ${theirs} in line ${earlier.place + 1}; remove one of the two, until then the last one counts.`;
    return {
      ...whole('contradiction', place, message),
      fixes: [
        { title: `Keep ${mine}, remove line ${earlier.place + 1}`, removes: [earlier.place + 1], replaces: [] },
        { title: `Keep ${theirs} of line ${earlier.place + 1}, remove this line`, removes: [place + 1], replaces: [] },
      ],
    };
  }
}

/**
 * Decisions as they are compared with each other: one that doesn't say of which bytes it is, since it was written by hand, is
 * about those that are at its path or, where nobody knows them, those that the last line of that path names.
 *
 * @param contentOf as of `DecisionImages`
 */
export function withContents(
  decisions: readonly (Decision | undefined)[],
  contentOf: DecisionImages['contentOf'] = () => undefined,
): (Decision | undefined)[] {
  if (!decisions.some((decision) => decision && isOfAnyContent(decision))) return [...decisions];
  const named = new Map<string, string>();
  for (const decision of decisions) {
    for (const { path, content } of decision ? imagesNamed(decision) : []) if (content !== '') named.set(path, content);
  }
  const filled = <Image extends DecidedImage>(image: Image): Image =>
    image.content === '' ? { ...image, content: contentOf(image.path) || (named.get(image.path) ?? '') } : image;
  return decisions.map(
    (decision) => decision && { ...filled(decision), ...(decision.with && { with: filled(decision.with) }) },
  );
}

/** Whether a decision leaves open which bytes it is about. */
export function isOfAnyContent(decision: Decision): boolean {
  return imagesNamed(decision).some(({ content }) => content === '');
}

function imagesNamed(decision: Decision): readonly DecidedImage[] {
  return decision.with ? [decision, decision.with] : [decision];
}

/** Equal of decisions that say the same. */
export function sayingKey(decision: Decision): string {
  return JSON.stringify([subjectOf(decision), decision.action, decision.value, decision.finding]);
}

/** Equal of decisions of which only one can hold; undefined of one that contradicts none. */
export function claimKey(decision: Decision): string | undefined {
  const claim = claimOf(decision);
  return claim && JSON.stringify([subjectOf(decision), claim.about]);
}

/** What a decision can contradict, and what it says of that. */
function claimOf({ action, value = '' }: Decision): { readonly about: string; readonly says: string } | undefined {
  switch (action) {
    case 'keep':
    case 'exclude':
    case 'quarantine':
      return { about: 'place', says: action };
    case 'same':
    case 'different':
      return { about: 'pair', says: action };
    case 'tag':
    case 'untag':
      return { about: `tag ${value}`, says: action };
    case 'relabel':
      return { about: 'class', says: value };
    case 'ignore':
      return undefined;
  }
}

/** The picture, or the two, in whichever order they are named. */
function subjectOf({ path, content, with: partner }: Decision): unknown {
  if (!partner) return [path, content];
  const pair = [
    [path, content],
    [partner.path, partner.content],
  ];
  return pair.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}

function subjectText({ path, with: partner }: Decision): string {
  return partner ? `The pair of ${path} and ${partner.path}` : path;
}

function quoted({ action, value }: Decision): string {
  return value === undefined ? `"${action}"` : `"${action} ${value}"`;
}

function problemsOfFiles(line: string, decision: Decision, place: number, images: DecisionImages): DecisionProblem[] {
  const subjects = decision.path === '' ? [] : [decision, ...(decision.with ? [decision.with] : [])];
  return subjects.flatMap(({ path, content }): DecisionProblem[] => {
    const present = images.contentOf(path);
    const columns = columnsOf(line, path);
    if (present === undefined) {
      if (images.isUnclear?.(decision) === true) {
        const message = `${path} is gone, and nobody knows which of the images with its bytes it was renamed to, if any, so that none of these is excluded; exclude the one that is meant, or remove this line.`;
        return [{ ...whole('gone', place, message), ...columns }];
      }
      // Gone is what files are that were set aside, and one that was moved takes its decisions along.
      if (decision.action === 'quarantine' || images.hasContent?.(content) === true) return [];
      const message = `${path} is gone, and no image holds its bytes; restore it or remove this line.`;
      return [{ ...whole('gone', place, message), ...columns }];
    }
    if (present === '' || content === '' || present === content) return [];
    const message = `${path} has changed since this was decided of it, so nothing follows this decision; decide again, or remove this line.`;
    const changed = whole('changed', place, message);
    const now =
      decision.path === path ? { ...decision, content: present } : { ...decision, with: { path, content: present } };
    const holds = { title: SAME_AGAIN, removes: [] };
    const replaces = [{ line: place + 1, text: formatDecision(now) }];
    return [{ ...changed, ...columns, fixes: [...changed.fixes, { ...holds, replaces }] }];
  });
}

function unsolved({ start, base, middle, end }: Conflict): DecisionProblem {
  const numbers = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i + 1);
  const markers = [start + 1, ...(base === undefined ? [] : numbers(base, middle)), middle + 1, end + 1];
  const removing = (title: string, lines: readonly number[]) => ({
    title,
    removes: [...new Set(lines)].sort((a, b) => a - b),
    replaces: [],
  });
  return {
    kind: 'conflict',
    line: start + 1,
    message: `A merge conflict is open up to line ${end + 1}; the decisions of both sides count until it is solved.`,
    fixes: [
      removing('Keep the decisions of both sides', markers),
      removing('Keep the decisions of our side', [...markers, ...numbers(middle, end)]),
      removing('Keep the decisions of their side', [...markers, ...numbers(start, base ?? middle)]),
    ],
  };
}

function stray(place: number): DecisionProblem {
  return whole('conflict', place, 'This is left of a merge conflict; remove the line.');
}

/** Of a whole line, with the fix of removing it. */
function whole(kind: DecisionProblemKind, place: number, message: string): DecisionProblem {
  const fix = { title: 'Remove this line', removes: [place + 1], replaces: [] };
  return { kind, line: place + 1, message, fixes: [fix] };
}

/** Where a path stands in its line. */
function columnsOf(line: string, path: string): { readonly from?: number; readonly to?: number } {
  const text = JSON.stringify(path);
  const from = line.indexOf(text);
  return from < 0 ? {} : { from, to: from + text.length };
}
