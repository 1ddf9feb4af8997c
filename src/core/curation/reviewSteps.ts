import type { AnswerAction } from './answers.ts';
import { imagesOf } from './answers.ts';
import type { Finding, FindingKind } from './findings.ts';

/** What one key of a review does with a finding. */
export type ReviewAction = AnswerAction | 'keepBest' | 'keepOne';

/** Kinds that are about several images. */
export const groupKinds: ReadonlySet<FindingKind> = new Set([
  'exact-duplicate',
  'near-duplicate',
  'same-scene',
  'leak',
]);

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
      return images > 1;
    case 'same':
      // That two images of a leak are the same is what is wrong with them.
      return images === 2 && (kind === 'near-duplicate' || kind === 'same-scene');
    case 'different':
      return images === 2 && kind !== 'exact-duplicate' && kind !== 'duplicate-caption';
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
 */
export function decisionsFor(action: ReviewAction, finding: Finding, focused: string, label?: string): StepDecision[] {
  if (!isOffered(action, finding)) return [];
  const images = imagesOf(finding);
  const allBut = (kept: string): StepDecision[] => [
    { action: 'keep', paths: [kept] },
    { action: 'exclude', paths: images.filter((image) => image !== kept) },
  ];
  switch (action) {
    case 'keepBest':
      return allBut(bestOf(finding));
    case 'keepOne':
      return allBut(focused);
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

/** The copy to keep, of several images; otherwise the image. */
export function bestOf({ best, path }: Finding): string {
  return best?.path ?? path;
}

/** The image of several that an action is about at first: the copy that may go, and of one finding its image. */
export function firstFocus(finding: Finding): string {
  return imagesOf(finding).find((image) => image !== bestOf(finding)) ?? finding.path;
}
