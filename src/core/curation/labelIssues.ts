import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { voteShares } from '../evaluation/neighborVote.ts';

/** Neighbours that vote on an image's class; Datalab's. */
export const LABEL_NEIGHBORS = 10;
/** Near neighbours count more; as in neighbour classification. */
const TEMPERATURE = 0.1;

export interface LabelIssue {
  readonly row: number;
  /** What the neighbours say of the given label: 0 to 1, the lower the surer it is wrong. */
  readonly score: number;
  /** The class that the neighbours take it for. */
  readonly suggested: number;
}

export interface LabelIssueSearch {
  /** Of all images; an image isn't its own neighbour. */
  readonly neighbors: Neighbors;
  /** Classes from 0; −1 for none. */
  readonly labels: Int32Array;
  readonly classes: number;
}

/**
 * Images whose label is probably wrong, by confident learning (Northcutt et al. 2021, https://arxiv.org/abs/1911.00068) on
 * the classes of the nearest neighbours: an image counts as of another class where that class is as probable as for images
 * that do have it; the counts, calibrated to the frequencies of the labels, say how many images of each class to
 * flag, and those go first whose other class is surest.
 */
export function labelIssues(search: LabelIssueSearch): LabelIssue[] {
  const probabilities = classProbabilities(search);
  const joint = confidentJoint(probabilities, search);
  const flagged = new Map<number, LabelIssue>();
  const { labels, classes } = search;
  const rowsOf = Array.from({ length: classes }, (_, label) =>
    [...labels.keys()].filter((row) => labels[row] === label),
  );
  for (let given = 0; given < classes; given++) {
    for (let other = 0; other < classes; other++) {
      const count = Math.round(joint[given * classes + other]!);
      if (given === other || count === 0) continue;
      const margin = (row: number) => probabilities[row * classes + other]! - probabilities[row * classes + given]!;
      const surest = rowsOf[given]!.toSorted((a, b) => margin(b) - margin(a) || a - b).slice(0, count);
      for (const row of surest) {
        const suggested = mostProbable(probabilities, row, classes);
        if (suggested === given) continue;
        flagged.set(row, { row, score: probabilities[row * classes + given]!, suggested });
      }
    }
  }
  return [...flagged.values()].sort((a, b) => a.score - b.score || a.row - b.row);
}

/** What the neighbours say of each image, `rows × classes`; where none has a class all are as probable. */
export function classProbabilities({ neighbors, labels, classes }: LabelIssueSearch): Float64Array {
  const probabilities = new Float64Array(labels.length * classes);
  const shares = new Float64Array(classes);
  for (let row = 0; row < labels.length; row++) {
    voteShares(neighbors, row, labels, { count: LABEL_NEIGHBORS, temperature: TEMPERATURE }, shares);
    if (shares.every((share) => share === 0)) shares.fill(1 / classes);
    probabilities.set(shares, row * classes);
  }
  return probabilities;
}

/** Expected images by given and true class, `classes × classes`. */
function confidentJoint(probabilities: Float64Array, { labels, classes }: LabelIssueSearch): Float64Array {
  const sums = new Float64Array(classes);
  const sizes = new Float64Array(classes);
  for (const [row, label] of labels.entries()) {
    if (label < 0) continue;
    sums[label]! += probabilities[row * classes + label]!;
    sizes[label]!++;
  }
  const thresholds = sums.map((sum, label) => (sizes[label]! > 0 ? sum / sizes[label]! : Infinity));
  const counts = new Float64Array(classes * classes);
  for (const [row, given] of labels.entries()) {
    if (given < 0) continue;
    let confident = -1;
    for (let label = 0; label < classes; label++) {
      const probability = probabilities[row * classes + label]!;
      const isHigher = confident < 0 || probability > probabilities[row * classes + confident]!;
      if (probability >= thresholds[label]! && isHigher) confident = label;
    }
    if (confident >= 0) counts[given * classes + confident]!++;
  }
  for (let given = 0; given < classes; given++) {
    const diagonal = given * classes + given;
    counts[diagonal] = Math.max(1, counts[diagonal]!);
    const row = counts.subarray(given * classes, (given + 1) * classes);
    const sum = row.reduce((total, count) => total + count, 0);
    for (let other = 0; other < classes; other++) row[other] = (row[other]! * sizes[given]!) / sum;
  }
  return counts;
}

function mostProbable(probabilities: Float64Array, row: number, classes: number): number {
  let best = 0;
  for (let label = 1; label < classes; label++) {
    if (probabilities[row * classes + label]! > probabilities[row * classes + best]!) best = label;
  }
  return best;
}
