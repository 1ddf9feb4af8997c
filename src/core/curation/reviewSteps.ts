import type { AnswerAction } from './answers.ts';
import { groupKinds, imagesOf, isOver } from './answers.ts';
import type { Finding, FindingKind } from './findings.ts';

/** What one key of a review does with a finding. */
export type ReviewAction = AnswerAction | 'keepBest' | 'keepOne';

/** What is decided of images by a step, as `decisions.jsonl` calls it. */
export interface StepDecision {
  readonly action: AnswerAction;
  readonly paths: readonly string[];
  /** The class, of `relabel`. */
  readonly value?: string;
}

/** Whether a key means something for a finding. */
export function isOffered(action: ReviewAction, finding: Pick<Finding, 'kind' | 'path' | 'related'>): boolean {
  const { kind } = finding;
  const images = imagesOf(finding).length;
  switch (action) {
    case 'ignore':
      return true;
    case 'keepBest':
    case 'keepOne':
      // Of anything else, such as a doubtful label, a copy is no better for being the larger one.
      return images > 1 && groupKinds.has(kind);
    case 'same':
      // That two images of a leak are the same is what is wrong with them.
      return images === 2 && (kind === 'near-duplicate' || kind === 'same-scene');
    case 'different':
      return images === 2 && groupKinds.has(kind) && kind !== 'exact-duplicate';
    case 'relabel':
      return images > 0 && kind !== 'unreadable';
    default:
      return images > 0;
  }
}

/**
 * What an action decides of the images of a finding; nothing where it means nothing for it.
 *
 * @param focused the image that is looked at, of several
 * @param label the class, of `relabel`
 * @param gone images that are out already
 */
export function decisionsFor(
  action: ReviewAction,
  finding: Finding,
  focused: string,
  label?: string,
  gone: readonly string[] = [],
): StepDecision[] {
  if (!isOffered(action, finding)) return [];
  const images = imagesOf(finding);
  const allBut = (kept: string, others: readonly string[]): StepDecision[] => [
    { action: 'keep', paths: [kept] },
    ...(others.length > 0 ? [{ action: 'exclude', paths: others } as const] : []),
  ];
  switch (action) {
    case 'keepBest':
      // Where all are out, none of them is brought back unasked.
      return leftOf(finding, gone).length === 0 ? [] : allBut(bestOf(finding, gone), imagesToGo(finding, gone));
    case 'keepOne':
      return allBut(
        focused,
        leftOf(finding, gone).filter((image) => image !== focused),
      );
    case 'keep':
    case 'same':
    case 'different':
      return [{ action, paths: images }];
    case 'ignore':
      return [{ action, paths: [finding.path] }];
    case 'relabel':
      return label === undefined ? [] : [{ action, paths: [focused], value: label }];
    case 'exclude':
    case 'quarantine':
      return [{ action, paths: [focused] }];
  }
}

/** Kinds of which all images but one are to go. */
const copyKinds: ReadonlySet<FindingKind> = new Set(['exact-duplicate', 'near-duplicate', 'leak']);

/**
 * What a finding itself suggests; undefined where a person has to choose.
 *
 * @param gone images that are out already
 */
export function suggestedAction(finding: Finding, gone: readonly string[] = []): 'keepBest' | 'relabel' | undefined {
  if (copyKinds.has(finding.kind)) {
    return isOffered('keepBest', finding) && leftOf(finding, gone).length > 0 ? 'keepBest' : undefined;
  }
  return finding.suggested !== undefined && isOffered('relabel', finding) ? 'relabel' : undefined;
}

/**
 * The images of one of several findings that are to go: all but the best of copies, otherwise all, which are the same file.
 *
 * @param gone images that are out already: of copies, one of the others stays
 */
export function imagesToGo(finding: Finding, gone: readonly string[] = []): string[] {
  if (!groupKinds.has(finding.kind)) return imagesOf(finding);
  if (isOver(finding, new Set(gone))) return [];
  const best = bestOf(finding, gone);
  return leftOf(finding, gone).filter((image) => image !== best);
}

/**
 * The copy to keep, of several images; otherwise the image.
 *
 * @param gone images that are out already; where the best is, it is one that isn't, if possible one that is trained on
 */
export function bestOf(finding: Finding, gone: readonly string[] = []): string {
  const { best, path, measured = [] } = finding;
  const wanted = best?.path ?? path;
  if (!gone.includes(wanted)) return wanted;
  const left = leftOf(finding, gone);
  return left.find((image) => !measured.includes(image)) ?? left[0] ?? wanted;
}

/**
 * The image of several that an action is about at first: of copies one that may go, of anything else the image to look at.
 *
 * @param gone images that are out already
 */
export function firstFocus(finding: Finding, gone: readonly string[] = []): string {
  const left = leftOf(finding, gone);
  const mayGo = groupKinds.has(finding.kind) ? left.find((image) => image !== bestOf(finding, gone)) : undefined;
  return mayGo ?? left[0] ?? finding.path;
}

function leftOf(finding: Finding, gone: readonly string[]): string[] {
  return imagesOf(finding).filter((image) => !gone.includes(image));
}
