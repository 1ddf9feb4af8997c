import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import { voteShares } from '../evaluation/neighborVote.ts';

/**
 * Neighbours that vote on an image's class. Datalab asks ten; of twenty, more of the labels that were flipped at random come first,
 * with photographs of clothing and of tiny ImageNet alike.
 */
const NEIGHBORS = 20;
/** How neighbours vote on a label: near ones count more. */
export const labelVote = { count: NEIGHBORS, temperature: 0.1 } as const;
/** Votes that each of two classes has for nothing, so that none of few is not surer than none of many. */
const PRIOR = 0.02;
/** Scores below are issues: another class is twice as likely as the given one. */
export const LABEL_DOUBT = 1 / 3;

export interface LabelIssue {
  readonly row: number;
  /** How likely the given class is if it is either that or the suggested one: 0 to 1, the lower the surer it is wrong. */
  readonly score: number;
  /** Of the neighbours' votes, for the given class. */
  readonly share: number;
  /** The class that the neighbours take it for. */
  readonly suggested: number;
}

export interface LabelIssueSearch {
  /** Of all images; an image isn't its own neighbour. */
  readonly neighbors: Neighbors;
  /** Classes from 0; −1 for none. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Scores below are issues. */
  readonly doubt?: number;
}

/**
 * Images whose label is probably wrong, the surest first: their nearest neighbours vote for another class.
 *
 * Scores weigh the given class against the best other one. Of labels flipped at random, that puts more first than the share of the
 * given class does, or its distance to that of the other; and a limit on it finds more of them at the same number of wrong guesses
 * than the counts of confident learning do (Northcutt et al. 2021), which are too small where neighbours are often wrong.
 */
export function labelIssues({ neighbors, labels, classes, doubt = LABEL_DOUBT }: LabelIssueSearch): LabelIssue[] {
  const shares = new Float64Array(classes);
  const issues: LabelIssue[] = [];
  for (const [row, given] of labels.entries()) {
    if (given < 0) continue;
    voteShares(neighbors, row, labels, labelVote, shares);
    const share = shares[given]!;
    const suggested = mostProbable(shares, given);
    if (suggested < 0 || shares[suggested]! <= share) continue;
    const score = (share + PRIOR) / (share + shares[suggested]! + 2 * PRIOR);
    if (score < doubt) issues.push({ row, score, share, suggested });
  }
  return issues.sort((a, b) => a.score - b.score || a.row - b.row);
}

/** What the neighbours of each image vote for; −1 where they vote for none. */
export interface ClassVotes {
  /** The class with most votes, be it the image's own or not. */
  readonly most: Int32Array;
  /** The one with most votes but for the image's own. */
  readonly other: Int32Array;
}

export function classVotes({ neighbors, labels, classes }: LabelIssueSearch): ClassVotes {
  const shares = new Float64Array(classes);
  const most = new Int32Array(labels.length);
  const other = new Int32Array(labels.length);
  for (const [row, given] of labels.entries()) {
    voteShares(neighbors, row, labels, labelVote, shares);
    other[row] = mostProbable(shares, given);
    most[row] = mostProbable(shares, -1);
  }
  return { most, other };
}

/** The class with most votes but for one; −1 where there are none. */
function mostProbable(shares: Float64Array, except: number): number {
  let best = -1;
  for (let label = 0; label < shares.length; label++) {
    if (label !== except && shares[label]! > (best < 0 ? 0 : shares[best]!)) best = label;
  }
  return best;
}
