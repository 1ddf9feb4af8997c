import type { Decision } from '../decisions/decisions.ts';
import type { Finding, FindingKind } from './findings.ts';

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
  /** Images that were taken out, where what is left is a finding all the same: it isn't answered then. */
  readonly gone?: readonly string[];
}

const actions: ReadonlySet<string> = new Set(answerActions);

/** Kinds that are about several images, and are none any more where one of them is left. */
export const groupKinds: ReadonlySet<FindingKind> = new Set([
  'exact-duplicate',
  'near-duplicate',
  'same-scene',
  'leak',
]);

/**
 * What was decided of the findings of a check, by their ids, as `decisions.jsonl` says it: by what names the finding, and what
 * takes its images out of the dataset or gives them another class since. See `isAnswered`.
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
  const judged = new Map<string, Judgement>();
  for (const decision of decisions) {
    if (!isAnswer(decision)) continue;
    const named = decision.finding === undefined ? undefined : byId.get(decision.finding);
    const concerned = (byImage.get(decision.path) ?? []).filter((finding) => concerns(decision, finding, checkedAt));
    for (const finding of new Set([...(named ? [named] : []), ...concerned])) {
      judged.set(finding.id, judgedToo(judged.get(finding.id), decision, finding));
    }
  }
  const answers = new Map<string, FindingAnswer>();
  for (const [id, { finding, answer, isSettled, gone }] of judged) {
    answers.set(id, isSettled || isOver(finding, gone) ? answer : { ...answer, gone: [...gone] });
  }
  return answers;
}

/** Whether nothing is left to decide of a finding. */
export function isAnswered(answer: FindingAnswer | undefined): boolean {
  return answer !== undefined && answer.gone === undefined;
}

/** Images of a finding that are known to be out by its answer, whether that leaves anything to decide or not. */
export function goneBy(answer: FindingAnswer | undefined): readonly string[] {
  if (answer === undefined) return [];
  return answer.gone ?? (takesOut(answer.action) ? answer.paths : []);
}

/** Images that decisions take out of the dataset. */
export function takenOut(decisions: readonly Decision[]): Set<string> {
  return new Set(decisions.filter(({ action }) => takesOut(action)).map(({ path }) => path));
}

export function takesOut(action: string): boolean {
  return action === 'exclude' || action === 'quarantine';
}

/** Whether a person is told the same by both. */
export function isSameAnswer(a: FindingAnswer | undefined, b: FindingAnswer | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.action === b.action && a.value === b.value && isSameList(a.paths, b.paths) && isSameList(a.gone, b.gone);
}

/** Whether what is left of a finding is none any more: of copies one image, of anything else nothing. */
export function isOver(finding: Finding, gone: ReadonlySet<string>): boolean {
  const { kind, measured } = finding;
  const left = imagesOf(finding).filter((image) => !gone.has(image));
  if (kind === 'leak' && measured) {
    const isMeasured = (image: string) => measured.includes(image);
    return !left.some(isMeasured) || left.every(isMeasured);
  }
  return left.length <= (groupKinds.has(kind) || kind === 'duplicate-caption' ? 1 : 0);
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

/** Whether a decision says something of a finding that one of the decision's images has a part in. */
function concerns({ action, with: partner, at }: AnsweringDecision, finding: Finding, checkedAt: number): boolean {
  switch (action) {
    case 'quarantine':
    case 'exclude':
      return true;
    case 'relabel':
      // One from before was known to the check.
      return finding.kind === 'label-issue' && Date.parse(at) > checkedAt;
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

/** What is known of one finding on the way through the decisions. */
interface Judgement {
  readonly finding: Finding;
  readonly answer: FindingAnswer;
  /** By what a person has said of it, whatever images are left. */
  readonly isSettled: boolean;
  readonly gone: ReadonlySet<string>;
}

function judgedToo(known: Judgement | undefined, decision: AnsweringDecision, finding: Finding): Judgement {
  // A class is of a content, which all images of a label issue share; a class as a whole has no images to take out.
  const isGone = takesOut(decision.action) && imagesOf(finding).length > 0;
  return {
    finding,
    answer: stronger(known?.answer, decision),
    isSettled: known?.isSettled === true || !isGone,
    gone: isGone ? new Set([...(known?.gone ?? []), decision.path]) : (known?.gone ?? new Set()),
  };
}

function stronger(known: FindingAnswer | undefined, decision: AnsweringDecision): FindingAnswer {
  const { action, value, path } = decision;
  const made = { action, ...(value !== undefined && { value }), paths: path === '' ? [] : [path] };
  if (known === undefined) return made;
  const [before, now] = [answerActions.indexOf(known.action), answerActions.indexOf(action)];
  if (now > before) return known;
  return now < before ? made : { ...known, paths: [...new Set([...known.paths, ...made.paths])] };
}

function isSameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a?.length === b?.length && (a ?? []).every((item, i) => item === b![i]);
}
