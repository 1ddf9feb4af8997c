import type { FindingAnswer } from '../../src/core/curation/answers.ts';
import type { Finding } from '../../src/core/curation/findings.ts';
import { kindTexts } from '../../src/core/curation/kindTexts.ts';
import type { ReviewAction } from '../../src/core/curation/reviewSteps.ts';
import { formatCount, formatQuantity } from '../../src/core/progressText.ts';
import { formatAgo } from '../../src/core/timeText.ts';
import type { DifferenceReport } from '../../src/protocol/review.ts';
import type { ReviewedCheck, ShownImage } from '../../src/protocol/reviewView.ts';

/** What was decided, in a word or two. */
export function answerText(answer: FindingAnswer | undefined): string {
  if (answer?.gone) {
    return `${formatCount(answer.gone.length)} ${answer.action === 'quarantine' ? 'set aside' : 'excluded'}`;
  }
  switch (answer?.action) {
    case undefined:
      return 'Not decided';
    case 'keep':
      return 'Kept';
    case 'exclude':
      return answer.paths.length > 1 ? `Excluded ${answer.paths.length}` : 'Excluded';
    case 'quarantine':
      return answer.paths.length > 1 ? `Set aside ${answer.paths.length}` : 'Set aside';
    case 'relabel':
      return answer.value === undefined ? 'Relabelled' : `Now “${answer.value}”`;
    case 'same':
      return 'The same';
    case 'different':
      return 'Different';
    case 'ignore':
      return 'Not an issue';
  }
}

const actionNames: Readonly<Record<ReviewAction | 'tag', string>> = {
  keepBest: 'Keep best',
  keepOne: 'Keep only',
  keep: 'Keep',
  exclude: 'Exclude',
  quarantine: 'Set aside',
  relabel: 'Relabel',
  same: 'Same',
  different: 'Different',
  ignore: 'Not an issue',
  tag: 'Tag',
};

/** Why a key decides nothing of what is looked at. */
export function meansNothing(action: ReviewAction | 'tag', findings: readonly Finding[]): string {
  const [first, ...others] = findings;
  const name = `“${actionNames[action]}”`;
  if (first === undefined) return `${name} is about a finding, and there is none here.`;
  if (others.length > 0) return `${name} is decided of one finding at a time; look at one of them alone.`;
  return `${name} means nothing here (${kindTexts[first.kind].name.toLowerCase()}).`;
}

/** @param count of the findings that are decided about */
export function nothingSuggested(count: number): string {
  return count > 1
    ? 'Nothing is suggested for all of these findings; choose one of the keys below.'
    : 'Nothing is suggested here; choose one of the keys below.';
}

/** @param count of the findings that are decided about */
export function noClassSuggested(count: number): string {
  return `No class is suggested for ${count > 1 ? 'any of these findings' : 'this finding'}; R asks for one.`;
}

/** "score 0.12, an issue below 0.29": how far a finding is from being none. */
export function scoreText({ kind, score }: Finding, thresholds: ReviewedCheck['thresholds']): string {
  const threshold = thresholds[kind];
  const figure = `score ${number(score)}`;
  if (threshold === undefined) return figure;
  switch (kind) {
    case 'dark':
    case 'light':
    case 'blurry':
    case 'low-information':
    case 'odd-aspect-ratio':
    case 'odd-size':
    case 'label-issue':
      return `${figure}, an issue below ${number(threshold)}`;
    case 'near-duplicate':
      // Between a fifth and a half of the scale: see where findings get their scores.
      return `the pictures agree to ${percent(1 - (score - 0.2) / 0.3)}`;
    case 'same-scene':
      // Half of the scale is for them.
      return `${number(2 * score - 1)} of the distance that images usually have, listed up to ${number(threshold)}`;
    case 'outlier':
      return `${figure}: the lower, the further from all others`;
    case 'small-class':
      return `${formatQuantity(Math.round(score * threshold), 'image')}, listed below ${formatCount(threshold)}`;
    case 'class-imbalance':
      return `${percent(score)} of an equal share, listed below ${percent(threshold)}`;
    case 'spurious-correlation':
      return `gives the class away in ${percent(1 - score / 2)} of comparisons, listed from ${percent(threshold)}`;
    default:
      return `${figure}, threshold ${number(threshold)}`;
  }
}

export function checkedText({ checkedAt, images }: ReviewedCheck, now: number): string {
  return `Checked ${formatAgo(checkedAt, now)} · ${formatCount(images)} images`;
}

/** What has changed since a check, so that another one may find something else; '' for nothing. */
export function changedText({ outdated, reopened }: Pick<ReviewedCheck, 'outdated' | 'reopened'>): string {
  if (outdated) return reopened ? 'images and decisions have changed since' : 'images have changed since';
  return reopened ? 'decisions have changed since' : '';
}

/** "1,200 × 800 px · JPEG · 245 KB". */
export function fileText({ file }: Pick<ShownImage, 'file'>): string {
  if (!file) return 'not in the index';
  const { width, height, format, bytes } = file;
  return `${formatCount(width)} × ${formatCount(height)} px · ${format.toUpperCase()} · ${sizeText(bytes)}`;
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'KB'] : [bytes / 1e6, 'MB'];
  return `${value < 10 ? value.toFixed(1) : formatCount(value)} ${unit}`;
}

/** How the pixels of two pictures differ. */
export function differenceText({ isSame, undone, mean, changed, range }: DifferenceReport): string {
  if (!isSame) return 'Not the same picture: they are laid upon each other as they are.';
  const first = undone.length === 0 ? '' : `${capital(undone.join(' and '))}, which is undone here. `;
  if (mean < 0.05) return `${first}Every pixel is the same.`;
  const share = changed < 0.001 ? 'Less than 0.1 %' : `${number(100 * changed, 1)} %`;
  return `${first}${share} of the pixels differ notably; the lightest differ by ${formatCount(range)} or more of 255 steps of brightness.`;
}

function number(value: number, digits = 2): string {
  return value.toFixed(digits).replace(/\.?0+$/, '');
}

function percent(share: number): string {
  return `${Math.round(100 * Math.max(0, Math.min(1, share)))} %`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
