import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import type { ContrastiveLossKind } from '../training/pretrainProgram.ts';
import { similarityBlocks } from './similarityBlocks.ts';

/** What a batch of view pairs tells about contrastive training. Similarities are cosines. */
export interface ContrastiveMetrics {
  /** NT-Xent, the mean over all 2N views. */
  readonly loss: number;
  /** Share of first views that are more similar to their own second view than to any other image's. */
  readonly accuracy: number;
  /** Mean entropy, in nats, of the softmax over second views at the given temperature. */
  readonly entropy: number;
  /** Mean over the pairs. */
  readonly positiveSimilarity: number;
  /** Mean over all pairs of views of different images; NaN for a single image, like the next. */
  readonly negativeSimilarity: number;
  /** Mean over all views of the similarity to the most similar view of another image. */
  readonly nearestNegativeSimilarity: number;
}

/**
 * The loss of an encoder that tells nothing apart, as all candidates look alike to it: 2N − 1 of them, labels or not, or
 * 2N − 2 for DCL, which leaves the positive out.
 */
export function chanceLoss(count: number, loss: ContrastiveLossKind = 'nt-xent'): number {
  return Math.log(2 * count - (loss === 'dcl' ? 2 : 1));
}

/** The loss where views of an image coincide and different images are orthogonal. */
export function orthogonalLoss(count: number, temperature: number): number {
  return Math.log1p((2 * count - 2) * Math.exp(-1 / temperature));
}

/**
 * Loss as in T. Chen et al., "A simple framework for contrastive learning of visual representations",
 * https://arxiv.org/abs/2002.05709, equation 1; accuracy and entropy as in its published code, where second views alone
 * compete. The nearest negative is that of E. Pizzi et al., "A self-supervised descriptor for image copy detection",
 * https://arxiv.org/abs/2202.10261.
 *
 * @param z1 `count × dim`: first views, of any length
 * @param z2 `count × dim`: row i is the other view of the image of `z1`'s row i
 */
export function contrastiveMetrics(
  z1: Float32Array,
  z2: Float32Array,
  count: number,
  dim: number,
  temperature: number,
): ContrastiveMetrics {
  const stacked = new Float32Array(2 * count * dim);
  stacked.set(z1.subarray(0, count * dim));
  stacked.set(z2.subarray(0, count * dim), count * dim);
  const views = normalizedRows(stacked, 2 * count, dim);
  const sums = { loss: 0, hits: 0, entropy: 0, positive: 0, negative: 0, nearest: 0 };
  for (const { start, end, of } of similarityBlocks(views, views)) {
    for (let view = start; view < end; view++) {
      const similarities = of(view);
      const partner = (view + count) % (2 * count);
      const { logSum, negatives, nearest } = candidates(similarities, view, partner, temperature);
      sums.loss += logSum - similarities[partner]! / temperature;
      sums.positive += similarities[partner]!;
      sums.negative += negatives;
      sums.nearest += nearest;
      if (view >= count) continue;
      const secondViews = similarities.subarray(count);
      if (indexOfLargest(secondViews) === view) sums.hits++;
      sums.entropy += softmaxEntropy(secondViews, temperature);
    }
  }
  const several = count > 1;
  return {
    loss: sums.loss / (2 * count),
    accuracy: sums.hits / count,
    entropy: sums.entropy / count,
    positiveSimilarity: sums.positive / (2 * count),
    negativeSimilarity: several ? sums.negative / (2 * count * (2 * count - 2)) : Number.NaN,
    nearestNegativeSimilarity: several ? sums.nearest / (2 * count) : Number.NaN,
  };
}

/** What a view's candidates, all other views, amount to. `negatives` is their sum without the partner. */
function candidates(similarities: Float64Array, self: number, partner: number, temperature: number) {
  let negatives = 0;
  let nearest = -Infinity;
  for (let other = 0; other < similarities.length; other++) {
    if (other === self || other === partner) continue;
    negatives += similarities[other]!;
    // Math.max passes NaN on.
    nearest = Math.max(nearest, similarities[other]!);
  }
  const largest = Math.max(nearest, similarities[partner]!);
  let exponentials = 0;
  for (let other = 0; other < similarities.length; other++) {
    if (other !== self) exponentials += Math.exp((similarities[other]! - largest) / temperature);
  }
  return { logSum: Math.log(exponentials) + largest / temperature, negatives, nearest };
}

/** −1 where there is nothing but NaN. */
function indexOfLargest(values: Float64Array): number {
  let index = -1;
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! > largest) {
      largest = values[i]!;
      index = i;
    }
  }
  return index;
}

function softmaxEntropy(similarities: Float64Array, temperature: number): number {
  const largest = similarities.reduce((most, similarity) => Math.max(most, similarity), -Infinity);
  const exponentials = similarities.map((similarity) => Math.exp((similarity - largest) / temperature));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.reduce((entropy, value) => {
    const probability = value / sum;
    // The published code's guard against the logarithm of zero; it lowers the entropy by about 1e-8 per candidate.
    return entropy - probability * Math.log(probability + 1e-8);
  }, 0);
}
