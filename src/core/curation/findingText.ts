import { formatCount, formatQuantity } from '../progressText.ts';
import type { ClassIssue } from './classIssues.ts';
import type { NoisyCluster } from './noisyClusters.ts';
import type { QualityKind } from './qualityIssues.ts';

/** What findings say: what is wrong, and what can be done, in a sentence or two. */

/** Of a caption. */
const MOST_LETTERS = 80;

/** @param others how many besides the one to keep */
export function exactDuplicateText(others: number, equal: 'bytes' | 'pixels', labels: readonly string[]): string {
  const what = equal === 'bytes' ? 'the same file' : 'the same pixels in other files';
  const twice = others === 1 ? 'twice' : `${others + 1} times`;
  if (labels.length > 1) {
    return `In the dataset ${twice} (${what}) and labelled ${inQuotes(labels)}: at most one of the labels is right. Keep one, with the right label.`;
  }
  return `In the dataset ${twice} (${what}): it counts ${twice} in training and in figures; keep one.`;
}

export function nearDuplicateText(
  others: number,
  ways: readonly string[],
  reason: string | undefined,
  labels: readonly string[],
): string {
  const copies = others === 1 ? 'An edited copy' : `${others} edited copies`;
  const how = ways.length > 0 ? ` (${ways.join(', ')})` : '';
  const best = reason === undefined ? '' : `, best this one: it ${reason}`;
  const found = `${copies} of this picture${how} ${others === 1 ? 'is' : 'are'} in the dataset`;
  if (labels.length < 2) return `${found}; keep one${best}.`;
  return `${found}, labelled ${inQuotes(labels)}: at most one of the labels is right. Keep one, with the right label${best}.`;
}

export function sameSceneText(others: number): string {
  return `${others === 1 ? 'Another shot' : `${others} other shots`} of what looks like the same scene: not a copy, but hardly new to a model either. Keep them in one split.`;
}

export function leakText(split: string, others: readonly string[], how: 'equal' | 'edited' | 'said'): string {
  const where = inQuotes([...new Set(others)]);
  const also = {
    equal: `Also in ${where}`,
    edited: `Also in ${where}, edited`,
    said: `Decided to be the same as an image in ${where}`,
  }[how];
  return `${also}: what is measured on "${split}" is partly learnt by heart. Exclude one of the two.`;
}

/**
 * @param shares of the neighbours, which are of its class and of the suggested one
 * @param isCopied whether the same file is in the dataset with the suggested label
 */
export function labelIssueText(
  label: string,
  suggested: string,
  [own, other]: readonly [number, number],
  isCopied = false,
): string {
  const [here, there] = [`${Math.round(100 * own)} %`, `${Math.round(100 * other)} %`];
  if (!isCopied) {
    return `Labelled "${label}", but it looks like "${suggested}" (${there} of its neighbours are that, ${here} "${label}"). Relabel it if it is one.`;
  }
  const neighbors = own + other > 0 ? `; of its neighbours ${there} are "${suggested}", ${here} "${label}"` : '';
  return `Labelled "${label}", and the same file also "${suggested}": at most one of the labels is right${neighbors}. Relabel this copy, or exclude it.`;
}

export const outlierText =
  'Unlike everything else in the dataset: a stray file, or a rare case that needs more of its kind. Exclude the one, tag the other.';

export const qualityTexts: Readonly<Record<QualityKind, string>> = {
  dark: 'Very dark: even its brightest parts are dim. Exclude it, unless such images are to be recognised too.',
  light: 'Very bright: even its darkest parts are light. Exclude it, unless such images are to be recognised too.',
  blurry: 'Blurred: hardly any edge is sharp. Look for a sharper shot, or exclude it.',
  'low-information': 'Nearly empty: it holds very few shades. Exclude it if it shows nothing of its class.',
  'odd-aspect-ratio':
    'Much longer in one direction than in the other; encoders crop or squash it. Crop it to what it shows.',
  'odd-size':
    'Much larger or smaller than the other images. See whether it is a thumbnail or a sheet of several pictures.',
  grayscale:
    'Without colour, which most images here have. Look for the original, or exclude it if one class has most of these.',
};

export function noisyClusterText({ images, share, usualShare, classes }: NoisyCluster): string {
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const mixed = classes.map((label) => `"${label}"`).join(', ');
  return `A group of ${formatQuantity(images, 'similar image')} in which ${percent(share)} of the labels are doubtful (${percent(usualShare)} elsewhere): it mixes ${mixed}. Look at it as a whole: say what tells these classes apart, or merge them.`;
}

/**
 * @param better share of the other images that the caption fits better
 * @param nearest path of the one that it fits best, where it fits any better
 */
export function captionMismatchText(caption: string, better: number, nearest: string | undefined): string {
  const others =
    nearest === undefined
      ? 'it fits this image hardly better than any'
      : `it fits ${percentText(better)} of the other images better, best of all ${nearest}`;
  return `The caption ${shownCaption(caption)} seems to be of another image: ${others}. Correct the caption, or exclude the image.`;
}

export function duplicateCaptionText(caption: string, others: number): string {
  return `${others === 1 ? 'Another image has' : `${formatCount(others)} other images have`} the same caption, ${shownCaption(caption)}: a model can't learn from it what tells them apart. Say of each what the others don't show.`;
}

/** @param others captions that say the same besides */
export function sameMeaningText(caption: string, other: string, others: number): string {
  const more =
    others === 1
      ? ''
      : `, as ${others === 2 ? 'one more caption does' : `${formatCount(others - 1)} more captions do`}`;
  return `The caption ${shownCaption(caption)} says in other words what that of another image says, ${shownCaption(other)}${more}: a model can't learn from them what tells these apart. Say of each what the others don't show.`;
}

export const emptyCaptionText =
  'Its caption is empty: a model learns that it means nothing. Write one, or exclude the image.';

function inQuotes(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' and ');
}

/** In quotes, cut to what can be read in a list. */
function shownCaption(caption: string): string {
  return `"${caption.length > MOST_LETTERS ? `${caption.slice(0, MOST_LETTERS).trimEnd()}…` : caption}"`;
}

function percentText(share: number): string {
  return `${share > 0 && share < 0.01 ? 'less than 1' : Math.round(100 * share)} %`;
}

export function classIssueText({ kind, label, images, score, measure, isHigher }: ClassIssue): string {
  const count = formatQuantity(images, 'image');
  switch (kind) {
    case 'class-imbalance':
      return `"${label}" has ${count}, ${Math.round(100 * score)} % of an equal share: a model learns to overlook it.`;
    case 'small-class':
      return `"${label}" has only ${count}: too few to learn it from, or to measure it with.`;
    case 'spurious-correlation':
      return `${measure} alone tells "${label}" from the other classes (its ${count} have ${isHigher ? 'more' : 'less'} of it): a model may learn that instead of what they show.`;
  }
}
