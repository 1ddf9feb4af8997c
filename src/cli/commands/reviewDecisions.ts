import type { DecisionProblem } from '../../core/decisions/decisionProblems.ts';
import { formatQuantity } from '../../core/progressText.ts';
import type { DecisionService } from '../../engine/decisions/decisionService.ts';
import { decisionsFile } from '../../engine/decisions/decisionFile.ts';
import type { StepOutcome, TakenStep } from '../../protocol/decisions.ts';
import type { CommandOutput, Invocation } from '../command.ts';

type Review = (decisions: DecisionService, root: string, invocation: Invocation) => Promise<CommandOutput>;

/** Steps that are shown to a person. */
const SHOWN = 20;

/** What `likeness decide` does with all decisions of a dataset, by the name of it. */
export const reviewDecisions = {
  async history(decisions, root) {
    const { steps, taken } = await decisions.steps(root);
    const all = steps.map((step, place) => ({ ...step, undone: place >= taken }));
    const hidden = all.length - SHOWN;
    return {
      json: { steps: all },
      lines: [
        ...(hidden > 0 ? [`… ${formatQuantity(hidden, 'earlier step')}; --json has them all`] : []),
        ...all.slice(-SHOWN).map(({ at, title, undone }) => `${at} ${title}${undone ? ' (undone)' : ''}`),
        ...(all.length === 0 ? ['Nothing is decided that could be undone.'] : []),
      ],
    };
  },

  async undo(decisions, root) {
    return repeatedOutput(await decisions.undo({ root }), 'Undone', 'There is nothing to undo.');
  },

  async redo(decisions, root) {
    return repeatedOutput(await decisions.redo({ root }), 'Done again', 'There is nothing to do again.');
  },

  async check(decisions, root) {
    const problems = await decisions.problems({ root });
    const file = decisionsFile(decisions.rootOf(root));
    return {
      json: { problems },
      lines: problems.length === 0 ? ['All decisions make sense.'] : problems.map((problem) => told(file, problem)),
      ...(problems.length > 0 && { exitCode: 1 }),
    };
  },

  async tidy(decisions, root, invocation) {
    const write = invocation.flag('write');
    const renew = invocation.flag('renew');
    const { isTidy, markers, duplicates, wasSorted, renewed, left } = await decisions.tidy(root, { write, renew });
    const file = decisionsFile(decisions.rootOf(root));
    const parts = [
      ...(wasSorted ? [] : ['sorted']),
      ...(markers > 0 ? [`without ${formatQuantity(markers, 'line')} of merge conflicts`] : []),
      ...(renewed > 0 ? [`with ${formatQuantity(renewed, 'line')} about pictures as they are now`] : []),
      ...(duplicates > 0 ? [`without ${formatQuantity(duplicates, 'line')} that others say too`] : []),
    ];
    const how = parts.length === 0 ? 'without empty lines and carriage returns' : parts.join(', ');
    const done = isTidy ? 'is tidy' : write ? `is tidy now: ${how}` : `would be ${how}; --write does so`;
    return {
      json: {
        ...{ changed: !isTidy, written: write && !isTidy, markers, duplicates, renewed, sorted: wasSorted },
        problems: left,
      },
      lines: [`${file} ${done}.`, ...left.map((problem) => told(file, problem))],
    };
  },
} as const satisfies Record<string, Review>;

/** What was undone or done again, by its name in a menu. */
function repeatedOutput(outcome: StepOutcome, verb: string, nothing: string): CommandOutput {
  return stepOutput(outcome, ({ title }) => `${verb}: “${title}”.`, nothing);
}

/**
 * What a step has done.
 *
 * @param told of it, for a person
 * @param nothing what is told where there was no step
 */
export function stepOutput(
  outcome: StepOutcome,
  told: (step: TakenStep, changed: number) => string,
  nothing: string,
): CommandOutput {
  const { step, changed, notices = [] } = outcome;
  return {
    json: outcome,
    lines: [step === undefined ? nothing : told(step, changed.length)],
    notes: notices.map(({ message }) => message),
  };
}

function told(file: string, { line, message }: DecisionProblem): string {
  return `${file}:${line}: ${message}`;
}
