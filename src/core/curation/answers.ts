import type { Decision } from '../decisions/decisions.ts';
import type { Finding } from './findings.ts';

/** Ways to answer a finding, the one that changes most first: where several were decided, that one is told. */
const answerActions = ['quarantine', 'exclude', 'relabel', 'different', 'same', 'keep', 'ignore'] as const;
export type AnswerAction = (typeof answerActions)[number];

/** What a person decided of a finding. */
export interface FindingAnswer {
  readonly action: AnswerAction;
  /** The class, of `relabel`. */
  readonly value?: string;
  /** Images of the finding that it was decided of. */
  readonly paths: readonly string[];
}

const actions: ReadonlySet<string> = new Set(answerActions);

/**
 * Which findings of a check are answered by what stands in `decisions.jsonl`, by their ids: whatever names the finding, and
 * what takes one of its images out of the dataset, or gives it another class since.
 *
 * @param checkedAt milliseconds since the epoch
 */
export function answersOf(
  findings: readonly Finding[],
  decisions: readonly Decision[],
  checkedAt: number,
): Map<string, FindingAnswer> {
  const byImage = new Map<string, Finding[]>();
  const byId = new Map<string, Finding>();
  for (const finding of findings) {
    byId.set(finding.id, finding);
    for (const image of imagesOf(finding)) {
      const known = byImage.get(image);
      if (known === undefined) byImage.set(image, [finding]);
      else known.push(finding);
    }
  }
  const answers = new Map<string, FindingAnswer>();
  for (const decision of decisions) {
    if (!isAnswer(decision)) continue;
    const named = decision.finding === undefined ? undefined : byId.get(decision.finding);
    const answered = (byImage.get(decision.path) ?? []).filter((finding) => isAnswered(finding, decision, checkedAt));
    for (const { id } of new Set([...(named ? [named] : []), ...answered])) {
      const answer = stronger(answers.get(id), decision);
      if (answer) answers.set(id, answer);
    }
  }
  return answers;
}

/** The images that a finding is about, relative to the root, the one to look at first; none of one about whole classes. */
export function imagesOf({ path, related }: Pick<Finding, 'path' | 'related'>): string[] {
  return path === '' ? [] : [path, ...related.map((image) => image.path)];
}

interface AnsweringDecision extends Decision {
  readonly action: AnswerAction;
}

function isAnswer(decision: Decision): decision is AnsweringDecision {
  return actions.has(decision.action);
}

function isAnswered(
  finding: Finding,
  { action, path, with: partner, at }: AnsweringDecision,
  checkedAt: number,
): boolean {
  switch (action) {
    case 'quarantine':
    case 'exclude':
      return true;
    case 'relabel':
      // One from before was known to the check.
      return finding.kind === 'label-issue' && finding.path === path && Date.parse(at) > checkedAt;
    case 'same':
    case 'different': {
      const images = imagesOf(finding);
      const isPair = images.length === 2 && partner !== undefined && images.includes(partner.path);
      return isPair && Date.parse(at) > checkedAt;
    }
    case 'keep':
    case 'ignore':
      return false;
  }
}

/** Undefined where what is known already says as much. */
function stronger(known: FindingAnswer | undefined, decision: AnsweringDecision): FindingAnswer | undefined {
  const { action, value, path } = decision;
  const made = { action, ...(value !== undefined && { value }), paths: path === '' ? [] : [path] };
  if (known === undefined) return made;
  const [before, now] = [answerActions.indexOf(known.action), answerActions.indexOf(action)];
  if (now > before) return undefined;
  return now < before ? made : { ...known, paths: [...new Set([...known.paths, ...made.paths])] };
}
