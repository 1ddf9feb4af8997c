import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import { mostLikely, WeighedEvidence } from '../evidence/weighedEvidence.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import type { GuessInput, LabelGuesses } from './labelGuesses.ts';

/** With fewer labels a class, what either source is worth can't be told, and the neighbours alone guess better. */
const LEAST_LABELS = 4;

/**
 * The class that most of what is known of an image speaks for: what the nearest labelled images vote for and what a linear classifier
 * answers, see `WeighedEvidence`. As sure as that class is likely, or, where the classifier tells nothing, as its share of the votes; an
 * image is as familiar as the nearest labelled one is similar.
 *
 * @param neighbors of `voteSearch`
 * @param between is told the rows that are done, of `2 × rows`
 */
export async function guessByEvidence(
  input: GuessInput,
  neighbors: Neighbors,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<LabelGuesses> {
  const { rows, dim, labels, groups } = input;
  const { count, similarities } = neighbors;
  const guesses = {
    classes: new Int32Array(rows).fill(-1),
    shares: new Float64Array(rows),
    familiarity: Float64Array.from({ length: rows }, (_, row) => similarities[row * count]!),
  };
  const vectors = Float32Array.from(normalizedRows(input.vectors, rows, dim).values);
  // What an image without a label learns from its copies is what these are there for.
  const contentKeys = groups.map((group, row) => (labels[row]! < 0 ? -1 - row : group));
  const images = { ...input, vectors, classOf: labels, contentKeys, neighbors };
  const evidence = await WeighedEvidence.learnt(images, products, between);
  const known = labels.filter((label) => label >= 0);
  const isTaught = evidence.knowsWithoutVotes && known.length >= LEAST_LABELS * new Set(known).size;
  try {
    await evidence.forEach(
      ({ row, sums, shares }) => {
        const { label, likelihood } = isTaught ? mostLikely(sums) : mostVoted(shares);
        guesses.classes[row] = label;
        guesses.shares[row] = likelihood;
      },
      (done) => between(rows + done),
    );
  } finally {
    await evidence.release();
  }
  return guesses;
}

function mostVoted(shares: Float64Array): ReturnType<typeof mostLikely> {
  const label = shares.reduce((best, share, other) => (share > (shares[best] ?? 0) ? other : best), -1);
  return { label, likelihood: shares[label] ?? 0 };
}
