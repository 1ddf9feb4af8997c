import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import { mostLikely, WeighedEvidence } from '../evidence/weighedEvidence.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import type { GuessInput, LabelGuesses } from './labelGuesses.ts';

/**
 * The class that most of what is known of an image speaks for: what the nearest labelled images vote for and what a linear classifier
 * answers, see `WeighedEvidence`. As sure as that class is likely; an image is as familiar as the nearest labelled one is similar.
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
  const images = { ...input, vectors, classOf: labels, contentKeys: groups, neighbors };
  const evidence = await WeighedEvidence.learnt(images, products, between);
  try {
    await evidence.forEach(
      ({ row, sums, shares }) => {
        if (!evidence.knowsWithoutVotes && !shares.some((share) => share > 0)) return;
        const { label, likelihood } = mostLikely(sums);
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
