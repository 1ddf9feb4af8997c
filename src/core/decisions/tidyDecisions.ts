import { ancestorLines, findConflicts } from './conflicts.ts';
import { compareDecisions } from './decisionLines.ts';
import { parseLines, type Decision } from './decisions.ts';
import { decisionProblems, type DecisionProblem } from './decisionProblems.ts';

export interface TidyDecisions {
  readonly text: string;
  /** Lines that are left out: of conflicts what isn't a decision of one of the sides, and what other lines say too. */
  readonly markers: number;
  readonly duplicates: number;
  /** Whether the lines that stay were in order already. */
  readonly wasSorted: boolean;
  /** What is wrong with the text as it is then. */
  readonly left: readonly DecisionProblem[];
}

/**
 * The text in order: sorted, without the markers of conflicts (both sides' decisions stay) and without what is said twice.
 * Decisions that contradict each other stay, and so do lines that make no sense, each before the decision that it stood
 * before.
 */
export function tidyDecisions(text: string): TidyDecisions {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const found = findConflicts(lines);
  const goes = new Set([...ancestorLines(found), ...found.stray]);
  for (const { start, base, middle, end } of found.conflicts) {
    for (const place of [start, base ?? start, middle, end]) goes.add(place);
  }
  const twice = decisionProblems(lines.join('\n')).filter(({ kind }) => kind === 'duplicate');
  const markers = goes.size;
  for (const { line } of twice) goes.add(line - 1);
  const decisions = parseLines(lines);
  const blocks: { readonly decision: Decision; readonly texts: readonly string[] }[] = [];
  let waiting: string[] = [];
  lines.forEach((line, place) => {
    if (goes.has(place) || line.trim() === '') return;
    waiting.push(line);
    const decision = decisions[place];
    if (decision === undefined) return;
    blocks.push({ decision, texts: waiting });
    waiting = [];
  });
  const sorted = blocks.toSorted((a, b) => compareDecisions(a.decision, b.decision));
  const kept = [...sorted.flatMap(({ texts }) => texts), ...waiting];
  const tidy = kept.length === 0 ? '' : `${kept.join('\n')}\n`;
  return {
    text: tidy,
    markers,
    duplicates: twice.length,
    wasSorted: sorted.every((block, i) => block === blocks[i]),
    left: decisionProblems(tidy),
  };
}
