import { grouped } from '../grouped.ts';
import { ancestorLines, findConflicts, markerLines } from './conflicts.ts';
import { compareDecisions } from './decisionLines.ts';
import { formatDecision, parseLines, type Decision } from './decisions.ts';
import {
  claimKey,
  decisionProblems,
  isOfAnyContent,
  SAME_AGAIN,
  sayingKey,
  withContents,
  type DecisionProblem,
} from './decisionProblems.ts';
import { faultOfLine } from './lineFaults.ts';

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

interface Block {
  readonly decision: Decision;
  /** Its line, after those that make no sense and stand before it. */
  readonly texts: readonly string[];
}

/**
 * The text in order: sorted, without the markers of conflicts (both sides' decisions stay) and without what is said twice.
 * Decisions that contradict each other stay, in their own order, since the last one counts; and so do lines that make no
 * sense, each before the decision that it stood before.
 */
export function tidyDecisions(text: string): TidyDecisions {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const found = findConflicts(lines);
  const goes = new Set([...ancestorLines(found), ...markerLines(found)]);
  const markers = goes.size;
  const decisions = parseLines(lines);
  const compared = withContents(decisions);
  // Of those that say the same the last one stays: what contradicts them may stand in between.
  const said = new Map<string, number>();
  let duplicates = 0;
  for (let place = lines.length - 1; place >= 0; place--) {
    const decision = decisions[place];
    if (decision === undefined || goes.has(place) || faultOfLine(lines[place]!) !== undefined) continue;
    const key = sayingKey(compared[place]!);
    const stays = said.get(key);
    if (stays === undefined) {
      said.set(key, place);
      continue;
    }
    goes.add(place);
    duplicates++;
    if (!isOfAnyContent(decisions[stays]!) || isOfAnyContent(decision)) continue;
    // Which bytes it was decided of is not forgotten.
    decisions[stays] = compared[stays];
    lines[stays] = formatDecision(compared[stays]!);
  }
  const blocks: Block[] = [];
  let waiting: string[] = [];
  lines.forEach((line, place) => {
    if (goes.has(place) || line.trim() === '') return;
    waiting.push(line);
    const decision = decisions[place];
    if (decision === undefined) return;
    blocks.push({ decision: compared[place]!, texts: waiting });
    waiting = [];
  });
  const sorted = inOrder(blocks);
  const kept = [...sorted.flatMap(({ texts }) => texts), ...waiting];
  const tidy = kept.length === 0 ? '' : `${kept.join('\n')}\n`;
  return {
    text: tidy,
    markers,
    duplicates,
    wasSorted: sorted.every((block, i) => block === blocks[i]),
    left: decisionProblems(tidy),
  };
}

/**
 * The text with all that was decided of pictures whose bytes have changed since decided of them as they are now.
 *
 * @param problems all of the text, with what is known of the images
 */
export function renewedDecisions(
  text: string,
  problems: readonly DecisionProblem[],
): { readonly text: string; readonly renewed: number } {
  const lines = text.split('\n');
  const replaced = new Set<number>();
  for (const { fixes } of problems) {
    for (const { title, replaces } of fixes) {
      if (title !== SAME_AGAIN) continue;
      for (const { line, text: now } of replaces) {
        lines[line - 1] = now;
        replaced.add(line);
      }
    }
  }
  return { text: lines.join('\n'), renewed: replaced.size };
}

/** Sorted, but that those of which only one can hold stay in the order in which they were said. */
function inOrder(blocks: readonly Block[]): Block[] {
  const placeOf = new Map(blocks.map((block, place) => [block, place]));
  const sorted = blocks.toSorted((a, b) => compareDecisions(a.decision, b.decision));
  const rivals = grouped([...sorted.keys()], (place) => claimKey(sorted[place]!.decision));
  const result = [...sorted];
  for (const places of rivals.values()) {
    if (places.length < 2) continue;
    const own = places.map((place) => sorted[place]!).sort((a, b) => placeOf.get(a)! - placeOf.get(b)!);
    places.forEach((place, i) => (result[place] = own[i]!));
  }
  return result;
}
