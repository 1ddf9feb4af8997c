import { undeclaredCommands } from '../contract.ts';

/** A finding of a dataset, as a link names it. */
export interface LinkedProblem {
  /** Absolute. */
  readonly root: string;
  /** Its id. */
  readonly finding: string;
}

/**
 * The address that opens the review at a finding. VS Code shows and opens links of problems without their escapes, so what they
 * carry has none.
 */
export function reviewLink(problem: LinkedProblem): string {
  const text = Buffer.from(JSON.stringify([problem.root, problem.finding])).toString('base64url');
  return `command:${undeclaredCommands.reviewProblem}?"${text}"`;
}

/** What the link's command is called with; undefined for what none of our links carries. */
export function problemOfLink(argument: unknown): LinkedProblem | undefined {
  if (typeof argument !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(argument, 'base64url').toString('utf8'));
    if (!Array.isArray(value)) return undefined;
    const [root, finding] = value as readonly unknown[];
    return typeof root === 'string' && typeof finding === 'string' ? { root, finding } : undefined;
  } catch {
    return undefined;
  }
}
