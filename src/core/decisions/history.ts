/**
 * The history of a dataset's decisions: a journal of what was about to be done and of what became of it. A process that is
 * killed in between leaves an intent without an end, and whoever comes next looks which of the two happened.
 */

/** A file that changes its place. Paths are relative to the root, with `/`. */
export interface FileMove {
  readonly from: string;
  readonly to: string;
  /** Lower-case hex SHA-256 of its bytes. */
  readonly content: string;
}

/** A file of which parts were replaced, or that was made. */
export interface FileEdit {
  /** Relative to the root, with `/`. */
  readonly file: string;
  /** Lower-case hex SHA-256 of its bytes, before and after; '' where there is no file. */
  readonly before: string;
  readonly after: string;
  /** In their order; `start` in bytes from the beginning of what was before, texts with a character for each byte. */
  readonly parts: readonly { readonly start: number; readonly removed: string; readonly added: string }[];
  /** Of a configuration, whose other settings may change before it is undone. */
  readonly settings?: SettingEdit;
}

/** Settings of a configuration by their names, as JSON has them; one that isn't set is missing. */
export interface SettingEdit {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

export interface HistoryStep {
  readonly id: string;
  /** What was done, for a person. */
  readonly title: string;
  /** ISO 8601. */
  readonly at: string;
  /** Id of the finding that it was an answer to. */
  readonly finding?: string;
  /** Lines of `decisions.jsonl`, as they stood there. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
  readonly moved: readonly FileMove[];
  /** In the order in which they were written; absent where none was. */
  readonly edited?: readonly FileEdit[];
}

/** The edit that makes a file what it was. */
export function backwardsEdit({ file, before, after, parts, settings }: FileEdit): FileEdit {
  let shift = 0;
  const back = parts.map(({ start, removed, added }) => {
    const part = { start: start + shift, removed: added, added: removed };
    shift += added.length - removed.length;
    return part;
  });
  return {
    ...{ file, before: after, after: before, parts: back },
    ...(settings && { settings: { before: settings.after, after: settings.before } }),
  };
}

/** Whether two are the same step, as it is told: without its id. */
export function isSameStep(
  a: Pick<HistoryStep, 'title' | 'at' | 'finding'> | undefined,
  b: Pick<HistoryStep, 'title' | 'at' | 'finding'> | undefined,
): boolean {
  return a?.title === b?.title && a?.at === b?.at && a?.finding === b?.finding;
}

export type Direction = 'take' | 'undo' | 'redo';

/** One line of the journal. */
export type HistoryRecord =
  | { readonly take: HistoryStep }
  | ({ readonly undo: string } & Instead)
  | ({ readonly redo: string } & Instead)
  /** What was intended is done, or nothing of it was. */
  | { readonly done: string }
  | { readonly failed: string }
  /** A step that can't be undone or done again. */
  | { readonly drop: string }
  /** One that can't be as long as a file is what was found; see `FoundFile`. */
  | { readonly refused: string; readonly found: string };

/** What is done where things aren't as they were, as of the step itself. */
interface Instead {
  /** All moves, where files don't go to where they were. */
  readonly moved?: readonly FileMove[];
  /** The edits of those files that are others by now. */
  readonly edited?: readonly FileEdit[];
}

export interface PendingStep {
  readonly direction: Direction;
  readonly step: HistoryStep;
  /** Those of the step's edits that it had otherwise before. */
  readonly edited?: readonly FileEdit[];
}

/** What a step didn't find as it had left it, or where it had moved it. */
export interface FoundFile {
  /** Of the step. */
  readonly id: string;
  /** Lower-case hex SHA-256 of the bytes of a file, '' where there is none; of files that were moved, that of the paths of all that are gone. */
  readonly found: string;
}

export interface History {
  /** The oldest first. */
  readonly steps: readonly HistoryStep[];
  /** How many of them stand; those after them were undone. */
  readonly taken: number;
  /** What was begun and not ended. */
  readonly pending: PendingStep | undefined;
  /** Why the last thing that was asked for wasn't done; absent where it was. */
  readonly refused?: FoundFile;
}

export const emptyHistory: History = { steps: [], taken: 0, pending: undefined };

/** The history after a record; one that doesn't fit changes nothing. */
export function afterRecord(history: History, record: HistoryRecord): History {
  const { steps, taken, pending } = history;
  if ('take' in record) return { ...history, pending: { direction: 'take', step: record.take } };
  if ('undo' in record) return intended(history, 'undo', steps[taken - 1], record.undo, record);
  if ('redo' in record) return intended(history, 'redo', steps[taken], record.redo, record);
  if ('refused' in record) return { ...history, refused: { id: record.refused, found: record.found } };
  if ('drop' in record) {
    const place = steps.findIndex(({ id }) => id === record.drop);
    if (place < 0) return { ...history, pending: undefined };
    return { steps: steps.toSpliced(place, 1), taken: place < taken ? taken - 1 : taken, pending: undefined };
  }
  const id = 'done' in record ? record.done : record.failed;
  if (pending?.step.id !== id) return history;
  if ('failed' in record) return { ...history, pending: undefined };
  const { direction, step } = pending;
  switch (direction) {
    // What was undone before can't be done again on top of something else.
    case 'take':
      return { steps: [...steps.slice(0, taken), step], taken: taken + 1, pending: undefined };
    case 'undo':
      return { steps: steps.with(taken - 1, step), taken: taken - 1, pending: undefined };
    case 'redo':
      return { steps: steps.with(taken, step), taken: taken + 1, pending: undefined };
  }
}

function intended(
  history: History,
  direction: Direction,
  step: HistoryStep | undefined,
  id: string,
  { moved, edited }: Instead,
): History {
  if (step?.id !== id) return history;
  const changed = {
    ...step,
    ...(moved && { moved }),
    ...(edited && { edited: withEdits(step.edited ?? [], edited) }),
  };
  return { ...history, pending: { direction, step: changed, ...(edited && { edited }) } };
}

/** Edits of which some are others by now. */
export function withEdits(edits: readonly FileEdit[], others: readonly FileEdit[]): readonly FileEdit[] {
  const byFile = new Map(others.map((edit) => [edit.file, edit]));
  return edits.map((edit) => byFile.get(edit.file) ?? edit);
}

/** Lines that make no sense, such as one that was half written when its process was killed, are passed over. */
export function parseHistory(text: string): History {
  let history = emptyHistory;
  for (const line of text.split('\n')) {
    const record = parseRecord(line);
    if (record) history = afterRecord(history, record);
  }
  return history;
}

export interface HistoryLimits {
  readonly steps: number;
  readonly bytes: number;
  /** From 1. */
  readonly least: number;
}

/**
 * A journal that says the same in fewer lines, without the oldest steps.
 *
 * @param limits steps to keep at most, and bytes of their text; the last `least` steps stay however long they are
 */
export function shortHistory(history: History, limits: HistoryLimits): string {
  const { steps, taken, pending } = history;
  const texts: string[] = [];
  let bytes = 0;
  let first = steps.length;
  while (first > 0 && steps.length - first < limits.steps) {
    const text = `${formatRecord({ take: steps[first - 1]! })}${formatRecord({ done: steps[first - 1]!.id })}`;
    bytes += text.length;
    if (bytes > limits.bytes && texts.length >= limits.least) break;
    texts.push(text);
    first--;
  }
  // With the newest undone first, as people do it.
  const undone = steps
    .slice(Math.max(taken, first))
    .reverse()
    .map(({ id }) => formatRecord({ undo: id }) + formatRecord({ done: id }));
  const begun = pending === undefined ? '' : formatRecord(intentOf(pending));
  return `${texts.reverse().join('')}${undone.join('')}${begun}`;
}

/** A step's record before it is done. */
export function intentOf({ direction, step, edited }: PendingStep): HistoryRecord {
  if (direction === 'take') return { take: step };
  const instead: Instead = { moved: step.moved, ...(edited && { edited }) };
  return direction === 'undo' ? { undo: step.id, ...instead } : { redo: step.id, ...instead };
}

/** As a line of the journal, with its end. */
export function formatRecord(record: HistoryRecord): string {
  return `${JSON.stringify(record)}\n`;
}

function parseRecord(line: string): HistoryRecord | undefined {
  if (line === '') return undefined;
  try {
    const value = JSON.parse(line) as unknown;
    if (typeof value !== 'object' || value === null) return undefined;
    if ('take' in value) return isStep(value.take) ? { take: value.take } : undefined;
    const isOurs = ['undo', 'redo', 'done', 'failed', 'drop', 'refused'].some((key) => key in value);
    return isOurs ? (value as HistoryRecord) : undefined;
  } catch {
    return undefined;
  }
}

function isStep(value: unknown): value is HistoryStep {
  if (typeof value !== 'object' || value === null) return false;
  const { id, removed, added, moved, edited = [] } = value as Partial<Record<keyof HistoryStep, unknown>>;
  return typeof id === 'string' && [removed, added, moved, edited].every(Array.isArray);
}
