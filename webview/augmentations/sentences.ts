import { probeShare, type ProbeName } from '../../src/core/augmentation/sensitivity.ts';
import type { AugmentationRecipe } from '../../src/core/augmentation/recipe.ts';
import type { SensitivityCurve, SensitivityReport } from '../../src/protocol/augmentations.ts';
import type { BatchFigures, ViewFigures } from '../../src/protocol/augmentationsView.ts';
import { probeTexts } from './names.ts';

/** "0.61" */
export function figure(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(2);
}

export function percentage(share: number): string {
  const percent = 100 * share;
  // The sign stays with its number.
  return `${percent > 0 && percent < 1 ? percent.toFixed(1) : Math.round(percent)}\u00a0%`;
}

/** What the views of an image mean for training. */
export function viewsSentence({ similarities, nearest }: Pick<ViewFigures, 'similarities' | 'nearest'>): string {
  const known = similarities.filter((similarity) => !Number.isNaN(similarity));
  const count = similarities.length;
  if (known.length === 0) return 'The encoder has no vector for these views; choose milder augmentations.';
  const mean = average(known);
  const line = nearest[0]?.similarity;
  if (known.every((similarity) => similarity > 0.9999)) {
    return 'The views are the original: switch an augmentation on to see what it does.';
  }
  if (line === undefined) {
    return `The views are ${figure(mean)} similar to the original on average; there is no other image to compare that with.`;
  }
  const below = known.filter((similarity) => similarity < line).length;
  if (below === 0) {
    return `All ${count} views are closer to the original (${figure(mean)} on average) than its nearest other image (${figure(line)}): to this encoder they stay the same picture.`;
  }
  const many =
    below === known.length ? `All ${count} views are` : `${below} of ${count} views ${below === 1 ? 'is' : 'are'}`;
  return `${many} farther from the original than its nearest other image (${figure(line)}): training would have to find ${below === 1 ? 'it' : 'them'} alike all the same, and give up what tells ${below === 1 ? 'it' : 'them'} apart.`;
}

/** Whether this image's nearest other one is as near as usual. */
export function scaleSentence({ nearest, typicalNearest, sampled }: ViewFigures): string {
  const line = nearest[0]?.similarity;
  if (line === undefined || Number.isNaN(typicalNearest)) return 'The index holds no other image yet.';
  const usual = `median ${figure(typicalNearest)} over ${sampled} images`;
  if (Math.abs(line - typicalNearest) < 0.02) return `That line is where it usually is (${usual}).`;
  return line > typicalNearest
    ? `This image has a nearer neighbour than most (${usual}), so that its line is easily crossed.`
    : `This image stands more alone than most (${usual}), so that its line is hard to cross.`;
}

/** What the views are to each other. */
export function matrixSentence({ matrix, similarities }: Pick<ViewFigures, 'matrix' | 'similarities'>): string {
  const count = similarities.length;
  let [sum, pairs, least, where] = [0, 0, Infinity, [0, 0]];
  for (let row = 0; row < count; row++) {
    for (let other = row + 1; other < count; other++) {
      const similarity = matrix[row * count + other]!;
      if (Number.isNaN(similarity)) continue;
      sum += similarity;
      pairs++;
      if (similarity < least) [least, where] = [similarity, [row + 1, other + 1]];
    }
  }
  if (pairs === 0) return 'There are no two views to compare.';
  return `Two views of this image, which is what training compares, are ${figure(sum / pairs)} similar on average; the least alike are ${where[0]} and ${where[1]} (${figure(least)}).`;
}

/** A curve's value at a share between the measured ones. */
export function curveAt(shares: Float64Array, values: Float32Array, share: number): number {
  const last = shares.length - 1;
  if (share >= shares[last]!) return values[last]!;
  const right = shares.findIndex((measured) => measured > share);
  const [low, high] = [shares[right - 1]!, shares[right]!];
  const part = (share - low) / (high - low);
  return values[right - 1]! + part * (values[right]! - values[right - 1]!);
}

/** The smallest share at which a curve falls below the line; undefined where it doesn't. */
export function crossing(shares: Float64Array, { similarities }: SensitivityCurve, line: number): number | undefined {
  const right = similarities.findIndex((similarity) => similarity < line);
  if (right <= 0) return right === 0 ? 0 : undefined;
  const [above, below] = [similarities[right - 1]!, similarities[right]!];
  return shares[right - 1]! + ((above - line) / (above - below)) * (shares[right]! - shares[right - 1]!);
}

/** What one augmentation by itself does to the images of the data set. */
export function curveSentence(report: SensitivityReport, curve: SensitivityCurve, recipe: AugmentationRecipe): string {
  const { shares, nearest, labelled } = report;
  const { views, ignored } = probeTexts[curve.name];
  const full = curve.similarities.at(-1)!;
  const share = probeShare(curve.name, recipe);
  const flips = labelled
    ? ` At full strength ${percentage(curve.flips.at(-1)!)} get a neighbour of another class.`
    : '';
  if (Number.isNaN(nearest)) return `${views} are ${figure(full)} similar to their original at full strength.${flips}`;
  const at = crossing(shares, curve, nearest);
  if (at === undefined) {
    return `${views} stay nearer to their original (${figure(full)} at full strength) than its nearest other image (${figure(nearest)}).${flips}`;
  }
  const now = curveAt(shares, curve.similarities, share);
  if (share > at) {
    return `${views} as set are farther from their original (${figure(now)}) than its nearest other image (${figure(nearest)}): training would treat ${ignored} as irrelevant.${flips}`;
  }
  return `${views} are farther from their original (${figure(full)} at full strength) than its nearest other image (${figure(nearest)}): with it, training would treat ${ignored} as irrelevant.${flips}`;
}

/** What all curves together say. */
export function sensitivitySentence(report: SensitivityReport, recipe: AugmentationRecipe): string {
  const { shares, curves, nearest, images } = report;
  if (Number.isNaN(nearest)) return 'There is no other image that would show how much is too much.';
  const crossed = curves.filter((curve) => {
    const at = crossing(shares, curve, nearest);
    return at !== undefined && probeShare(curve.name, recipe) > at;
  });
  const strongest = curves.reduce((most, curve) =>
    curve.similarities.at(-1)! < most.similarities.at(-1)! ? curve : most,
  );
  const most = `this encoder reacts most to ${titleOf(strongest.name)} (${figure(strongest.similarities.at(-1)!)} at full strength)`;
  if (crossed.length === 0) {
    return `Over ${images} images no augmentation as set moves views past the nearest other image (${figure(nearest)}); ${most}.`;
  }
  const names = listed(crossed.map(({ name }) => titleOf(name)));
  const ignored = listed(crossed.map(({ name }) => probeTexts[name].ignored));
  return `Over ${images} images ${names} as set ${crossed.length === 1 ? 'moves' : 'move'} views past the nearest other image (${figure(nearest)}): training would treat ${ignored} as irrelevant, which is right only where that tells nothing apart in this data set.`;
}

/** What a batch says of how hard the training is. */
export function batchSentence({ separation, meanPositive, meanNegative }: BatchFigures): string {
  const odds = `Two views of an image (${figure(meanPositive)} on average) are more alike than views of two images (${figure(meanNegative)}) in ${percentage(separation)} of all comparisons`;
  if (separation > 0.995) {
    return `${odds}: this encoder tells them apart already, and stronger augmentations would leave training more to learn.`;
  }
  if (separation > 0.85) return `${odds}: there is something left to learn, and it can be learnt.`;
  return `${odds}: to this encoder many views look like other images, and milder augmentations would be easier to learn.`;
}

export function negativesSentence({ hardestNegatives, sameClassNegatives }: BatchFigures): string {
  const known = hardestNegatives.filter(({ sameClass }) => sameClass !== undefined);
  const same = known.filter(({ sameClass }) => sameClass === true).length;
  if (known.length === 0) {
    return 'Training pushes these images apart. Those that show the same thing should not be: say that they belong together.';
  }
  const share = Number.isNaN(sameClassNegatives) ? '' : ` (of all pairs ${percentage(sameClassNegatives)})`;
  return `${same} of these ${known.length} pairs are of one class${share}: training pushes them apart all the same, unless you say that they belong together.`;
}

export function positivesSentence({ hardestPositives, meanNegative }: BatchFigures): string {
  const worst = hardestPositives[0]!.similarity;
  return worst < meanNegative
    ? `The least alike views of one image (${figure(worst)}) are farther apart than two images usually are (${figure(meanNegative)}): look whether they still show the same thing.`
    : `Even the least alike views of one image (${figure(worst)}) are closer than two images usually are (${figure(meanNegative)}).`;
}

function titleOf(name: ProbeName): string {
  return probeTexts[name].title.toLowerCase();
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}

function average(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
