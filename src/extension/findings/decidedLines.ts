import type { Decision, DecisionAction } from '../../core/decisions/decisions.ts';
import type { DecisionStep } from '../../protocol/decisions.ts';

/** An image is one of them. */
const places: ReadonlySet<DecisionAction> = new Set(['keep', 'exclude', 'quarantine']);

/**
 * What will stand in `decisions.jsonl` after a step, before the engine has written it: enough to tell which findings it answers.
 *
 * @param at ISO 8601
 */
export function linesAfter(lines: readonly Decision[], step: Omit<DecisionStep, 'root'>, at: string): Decision[] {
  const after = new Set(lines);
  // A step may answer thousands of findings, each of which is about its own images alone.
  const byPath = new Map<string, Decision[]>();
  for (const { paths } of step.decisions) for (const path of paths) byPath.set(path, []);
  for (const line of lines) byPath.get(line.path)?.push(line);
  for (const { paths, decision, undo = false, finding: answers } of step.decisions) {
    const finding = decision.action === 'ignore' ? decision.finding : undefined;
    const answered = finding ?? answers ?? step.finding;
    const isReplaced = ({ action, ...line }: Decision): boolean => {
      if (finding !== undefined) return action === 'ignore' && line.finding === finding;
      if (decision.action === 'tag') return action === 'tag' && line.value === decision.value;
      // An image may be kept for several findings.
      if (action === 'keep' && decision.action === 'keep' && !undo) return line.finding === answered;
      return action === decision.action || (places.has(decision.action) && places.has(action));
    };
    for (const path of new Set(paths)) {
      const own = byPath.get(path)!;
      for (const line of own.filter(isReplaced)) after.delete(line);
      byPath.set(
        path,
        own.filter((line) => after.has(line)),
      );
    }
    if (undo) continue;
    const rest = {
      ...('value' in decision && { value: decision.value }),
      ...(answered !== undefined && { finding: answered }),
    };
    for (const path of paths) {
      const line: Decision = { path, content: '', action: decision.action, ...rest, at };
      after.add(line);
      byPath.get(path)!.push(line);
    }
  }
  return [...after];
}

/** The same of a decision about two images; undefined takes it back. */
export function linesAfterPair(
  lines: readonly Decision[],
  [first, second]: readonly [string, string],
  action: 'same' | 'different' | undefined,
  at: string,
): Decision[] {
  const isOfPair = (line: Decision): boolean =>
    (line.action === 'same' || line.action === 'different') &&
    [line.path, line.with?.path].includes(first) &&
    [line.path, line.with?.path].includes(second);
  const rest = lines.filter((line) => !isOfPair(line));
  if (action === undefined) return rest;
  return [...rest, { path: first, content: '', action, with: { path: second, content: '' }, at }];
}
