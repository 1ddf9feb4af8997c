import type { LabelledSet } from '../evaluation/embeddingSet.ts';
import type { Neighbors, NeighborSearch } from '../evaluation/nearestNeighbors.ts';
import { predictByVote } from '../evaluation/neighborVote.ts';
import type { Steps } from '../evaluation/steps.ts';
import { propagateLabels, propagationGraph } from './labelPropagation.ts';

/**
 * What a method takes every image for. Where an image has a label, the guess is made without that label and without those
 * of the image's duplicates, so that it tells how good the guesses for the others are. A method that has learnt from labels
 * beforehand can't forget them: then only images that it has not seen count as held out, see `ProposalInput`.
 */
export interface LabelGuesses {
  /** Per image, from 0; negative where the method has no guess. */
  readonly classes: Int32Array;
  /** Per image: how sure the method is of it, from 0 to 1, in its own terms. */
  readonly shares: Float64Array;
  /** Per image: how close it is to labelled images at all, in the method's own terms; more is closer. */
  readonly familiarity: Float64Array;
}

/** Images with their vectors; a negative label is none. Duplicates share a group, from 0. */
export interface GuessInput extends LabelledSet {
  readonly groups: Int32Array;
  readonly classes: number;
}

/** The search whose neighbours vote for an image's label. */
export function voteSearch(input: GuessInput, count: number): NeighborSearch {
  const { labels, groups } = input;
  // An image without a label may learn it from its copy.
  const set = { ...input, groups: groups.map((group, row) => (labels[row]! < 0 ? -1 : group)) };
  return { bank: set, queries: set, count, accept: (row) => labels[row]! >= 0 };
}

/** The search whose neighbours are joined in a graph. */
export function graphSearch({ vectors, rows, dim }: GuessInput, count: number): NeighborSearch {
  const set = { vectors, rows, dim };
  return { bank: set, queries: set, count };
}

/**
 * Weighted votes of the nearest labelled images; an image is as familiar as the nearest is similar.
 *
 * @param neighbors of `voteSearch`
 * @param temperature of the votes, see `predictByVote`
 */
export function guessByNeighbors(input: GuessInput, neighbors: Neighbors, temperature: number): LabelGuesses {
  const { queries, count, similarities } = neighbors;
  return {
    ...predictByVote(neighbors, input.labels, input.classes, { count, temperature }),
    familiarity: Float64Array.from({ length: queries }, (_, query) => similarities[query * count]!),
  };
}

/** What a classifier makes of every image. */
export interface ClassifierGuesses {
  /** One of the classifier's own classes; negative where there is none. */
  readonly predictions: Int32Array;
  /** Probability of that class. */
  readonly confidences: Float64Array;
}

/**
 * The most probable class of a classifier, as sure as that is probable; an image is as familiar as the nearest labelled one
 * is similar, as probabilities are high far away from all that was learnt too.
 *
 * @param numbers by class of the classifier: its number among the classes of the guesses
 * @param neighbors of `voteSearch`, of which the first counts
 */
export function guessByClassifier(
  { predictions, confidences }: ClassifierGuesses,
  numbers: Int32Array,
  { count, similarities }: Neighbors,
): LabelGuesses {
  return {
    classes: predictions.map((label) => numbers[label] ?? -1),
    shares: confidences,
    familiarity: Float64Array.from(predictions, (_, row) => similarities[row * count]!),
  };
}

export interface PropagationGuessOptions {
  /** Of the weights, see `propagationGraph`. */
  readonly temperature: number;
  readonly alpha: number;
  /** The labelled images are hidden in so many parts, one after another. */
  readonly folds: number;
}

/**
 * Labels spread over the graph of all images; an image is as familiar as much of any label reaches it. Steps count
 * solutions: one for each class, with nothing hidden and with each part.
 *
 * @param neighbors of `graphSearch`
 */
export function* guessByPropagation(
  input: GuessInput,
  neighbors: Neighbors,
  options: PropagationGuessOptions,
): Steps<LabelGuesses> {
  const { labels, classes, rows } = input;
  const graph = propagationGraph(neighbors, options.temperature);
  const folds = foldsOf(input, options.folds);
  const guesses = {
    classes: new Int32Array(rows).fill(-1),
    shares: new Float64Array(rows),
    familiarity: new Float64Array(rows),
  };
  // Part −1 are the images without a label, for which nothing is hidden.
  for (let part = -1; part < options.folds; part++) {
    const shown = labels.map((label, row) => (part >= 0 && folds[row] === part ? -1 : label));
    const spreading = propagateLabels(graph, shown, classes, options);
    let step = spreading.next();
    for (; step.done !== true; step = spreading.next()) yield (part + 1) * classes + step.value;
    for (let row = 0; row < rows; row++) {
      if (folds[row] !== part) continue;
      const { winner, share, sum } = winnerOf(step.value.subarray(row * classes, (row + 1) * classes));
      guesses.classes[row] = winner;
      guesses.shares[row] = share;
      guesses.familiarity[row] = sum;
    }
  }
  return guesses;
}

/** The place of the largest value, of equals the first; −1 where all are zero. */
function winnerOf(values: Float64Array) {
  let winner = -1;
  let sum = 0;
  values.forEach((value, i) => {
    sum += value;
    if (value > (values[winner] ?? 0)) winner = i;
  });
  return { winner, share: winner < 0 ? 0 : values[winner]! / sum, sum };
}

/**
 * Deals labelled images into parts, so that duplicates lie in the same one and each class is spread as evenly as it can be.
 *
 * @returns per image: its part; −1 where it has no label
 */
export function foldsOf({ labels, groups }: Pick<GuessInput, 'labels' | 'groups'>, folds: number): Int32Array {
  const foldOfGroup = new Map<number, number>();
  const dealt = new Map<number, number>();
  return labels.map((label, row) => {
    if (label < 0) return -1;
    const known = foldOfGroup.get(groups[row]!);
    if (known !== undefined) return known;
    // The classes begin at different parts, else the first part would get all of the small ones.
    const position = dealt.get(label) ?? label;
    dealt.set(label, position + 1);
    foldOfGroup.set(groups[row]!, position % folds);
    return position % folds;
  });
}
