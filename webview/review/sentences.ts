import type { FindingAnswer } from '../../src/core/curation/answers.ts';
import type { Finding } from '../../src/core/curation/findings.ts';
import { formatCount } from '../../src/core/progressText.ts';
import { formatAgo } from '../../src/core/timeText.ts';
import type { DifferenceReport } from '../../src/protocol/review.ts';
import type { ReviewedCheck, ShownImage } from '../../src/protocol/reviewView.ts';

/** What was decided, in a word or two. */
export function answerText(answer: FindingAnswer | undefined): string {
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

/** "score 0.12, an issue below 0.29". */
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
      return `${figure}; crops are looked for up to ${number(threshold)} of the usual distance`;
    case 'same-scene':
      // Half of the scale is for them: see where findings get their scores.
      return `${figure}: ${number(2 * score - 1)} of the usual distance, listed up to ${number(threshold)}`;
    case 'outlier':
      return `${figure}, the lower the further out; threshold ${number(threshold)} quartile ranges`;
    default:
      return `${figure}, threshold ${number(threshold)}`;
  }
}

export function checkedText({ checkedAt, images }: ReviewedCheck, now: number): string {
  return `Checked ${formatAgo(checkedAt, now)} · ${formatCount(images)} images`;
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
  return `${first}${share} of the pixels differ notably; the lightest by ${formatCount(range)} of 255 or more.`;
}

function number(value: number, digits = 2): string {
  return value.toFixed(digits).replace(/\.?0+$/, '');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
