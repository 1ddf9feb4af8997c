import type { DecisionFix } from '../../core/decisions/decisionProblems.ts';

/** A change of a text: characters from one place to another become others. Lines and columns count from 0. */
export interface LineEdit {
  readonly start: readonly [line: number, column: number];
  readonly end: readonly [line: number, column: number];
  readonly text: string;
}

/**
 * What a fix changes in a text of these lines. Neighbouring lines that go are one change, and the last line of the text goes
 * with the line break before it.
 *
 * @param lines without their line breaks
 */
export function editsOfFix({ removes, replaces }: Pick<DecisionFix, 'removes' | 'replaces'>, lines: readonly string[]) {
  const edits: LineEdit[] = replaces
    .filter(({ line }) => lines[line - 1] !== undefined)
    .map(({ line, text }) => ({ start: [line - 1, 0], end: [line - 1, lines[line - 1]!.length], text }));
  const going = [...new Set(removes)].map((line) => line - 1).filter((line) => lines[line] !== undefined);
  going.sort((a, b) => a - b);
  for (let i = 0; i < going.length;) {
    const first = going[i]!;
    let after = first;
    while (going[i] === after) {
      after++;
      i++;
    }
    edits.push(removal(first, after, lines));
  }
  return edits;
}

/** Of the lines from `first` up to, and without, `after`. */
function removal(first: number, after: number, lines: readonly string[]): LineEdit {
  if (after < lines.length) return { start: [first, 0], end: [after, 0], text: '' };
  const end = [lines.length - 1, lines.at(-1)!.length] as const;
  return first === 0
    ? { start: [0, 0], end, text: '' }
    : { start: [first - 1, lines[first - 1]!.length], end, text: '' };
}
