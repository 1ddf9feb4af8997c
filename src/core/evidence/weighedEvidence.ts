import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import { voteShares } from '../evaluation/neighborVote.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { evidenceWeights, type EvidenceWeights } from './evidenceWeights.ts';
import { HeldOutClassifier, type LabelledVectors } from './heldOutClassifier.ts';

/**
 * Neighbours that vote on an image's class. Datalab asks ten; of twenty, more of the labels that were flipped at random come first,
 * with photographs of clothing and of tiny ImageNet alike.
 */
const NEIGHBORS = 20;
/** How neighbours vote on a label: near ones count more. */
export const labelVote = { count: NEIGHBORS, temperature: 0.1 } as const;
/** Votes that each class has for nothing, so that none of few is not surer than none of many. */
const PRIOR = 0.02;
const NO_VOTE = Math.log(PRIOR);
/** With more classes than this the classifier's answers would take too long; neighbours alone tell then. */
const MOST_CLASSES = 4096;
/** Rows whose answers are worked out at once: for as many classes as there may be, 16 MB. */
const BLOCK_ANSWERS = 4_000_000;
const MOST_BLOCK = 1024;
/** Images by which the two kinds of evidence are weighed, spread over all, and classes × images that this may take. */
const WEIGHED_IMAGES = 4096;
const WEIGHED_ANSWERS = 1_000_000;

export interface ClassedImages extends LabelledVectors {
  /** Of all images among all or the labelled ones. All of them vote but for those of the image's own content. */
  readonly neighbors: Neighbors;
}

/** What is known of the classes of one image. */
export interface RowEvidence {
  readonly row: number;
  /** Of each class how much speaks for it: differences are logarithms of how many times as likely one is as the other. */
  readonly sums: Float64Array;
  /** Of each class its share of the neighbours' votes. */
  readonly shares: Float64Array;
}

/**
 * What is known of the class of images without their own label: what their neighbours vote for and what a linear classifier answers that
 * hasn't seen them, each by what it has turned out to be worth (`evidenceWeights`). Either knows what the other doesn't: both together
 * guess more classes right than neighbours alone (with half of the labels of photographs of clothing 77 instead of 70 %, with a fifth of
 * those of 50 classes of tiny ImageNet 52 instead of 49 %, with the encoder that ships).
 */
export class WeighedEvidence {
  readonly #images: ClassedImages;
  /** Undefined where neighbours alone tell. */
  readonly #classifier: HeldOutClassifier | undefined;
  readonly #weights: EvidenceWeights;

  private constructor(images: ClassedImages, classifier: HeldOutClassifier | undefined, weights: EvidenceWeights) {
    this.#images = images;
    this.#classifier = classifier;
    this.#weights = weights;
  }

  /**
   * @param between is told the rows that are done
   * @returns what has to be released
   */
  static async learnt(
    images: ClassedImages,
    products: MatrixProducts,
    between: BetweenBlocks,
  ): Promise<WeighedEvidence> {
    if (images.classes < 2 || images.classes > MOST_CLASSES) {
      return new WeighedEvidence(images, undefined, { answers: 0, votes: 1 });
    }
    const classifier = await HeldOutClassifier.taught(images, products, between);
    try {
      return new WeighedEvidence(images, classifier, await weighed(images, classifier));
    } catch (error) {
      await classifier.release();
      throw error;
    }
  }

  /** Whether anything is known of classes that have no vote. */
  get knowsWithoutVotes(): boolean {
    return this.#weights.answers > 0;
  }

  /**
   * Tells of all rows, one after another; `sums` and `shares` are the next row's when this is told of the next one.
   *
   * @param between is told the rows that are done
   */
  async forEach(visit: (evidence: RowEvidence) => void, between: BetweenBlocks): Promise<void> {
    const { rows, classes } = this.#images;
    const { answers: byAnswers, votes: byVotes } = this.#weights;
    const most = Math.max(1, Math.min(MOST_BLOCK, Math.floor(BLOCK_ANSWERS / classes)));
    const [sums, shares] = [new Float64Array(classes), new Float64Array(classes)];
    for (let start = 0; start < rows; start += most) {
      const block = Int32Array.from({ length: Math.min(rows, start + most) - start }, (_, i) => start + i);
      const answers = await this.#classifier?.answer(block);
      for (const [i, row] of block.entries()) {
        vote(this.#images, row, shares);
        for (let label = 0, at = i * classes; label < classes; label++, at++) {
          sums[label] = byAnswers * (answers?.[at] ?? 0) + byVotes * ofVotes(shares[label]!);
        }
        visit({ row, sums, shares });
      }
      await between(start + block.length);
    }
  }

  async release(): Promise<void> {
    await this.#classifier?.release();
  }
}

/** By images that are spread over all, as those of a class often lie together. */
async function weighed(images: ClassedImages, classifier: HeldOutClassifier): Promise<EvidenceWeights> {
  const { classOf, classes } = images;
  const labelled = [...classOf.keys()].filter((row) => classOf[row]! >= 0);
  const most = Math.min(WEIGHED_IMAGES, Math.ceil(WEIGHED_ANSWERS / classes), labelled.length);
  const sample = Array.from({ length: most }, (_, i) => labelled[Math.floor((i * labelled.length) / most)]!);
  const answers = await classifier.answer(sample);
  const votes = new Float32Array(most * classes);
  const shares = new Float64Array(classes);
  for (const [i, row] of sample.entries()) {
    vote(images, row, shares);
    for (const [label, share] of shares.entries()) votes[i * classes + label] = ofVotes(share);
  }
  return evidenceWeights({ answers, votes, classes, classOf: Int32Array.from(sample, (row) => classOf[row]!) });
}

/** Copies would be the nearest by far, and know no more than the image itself. */
function vote({ neighbors, classOf, contentKeys }: ClassedImages, row: number, shares: Float64Array): void {
  const leaveOut = (query: number, other: number) => contentKeys[other] === contentKeys[query];
  voteShares(neighbors, row, classOf, { ...labelVote, count: neighbors.count, leaveOut }, shares);
}

/** Most classes have no vote, and a logarithm takes its time. */
function ofVotes(share: number): number {
  return share === 0 ? NO_VOTE : Math.log(share + PRIOR);
}

/** The class that most speaks for, and how likely it is, where classes are as likely as e^sum is large. */
export function mostLikely(sums: Float64Array): { readonly label: number; readonly likelihood: number } {
  const label = sums.reduce((best, sum, other) => (sum > sums[best]! ? other : best), 0);
  return { label, likelihood: 1 / sums.reduce((all, sum) => all + Math.exp(sum - sums[label]!), 0) };
}
