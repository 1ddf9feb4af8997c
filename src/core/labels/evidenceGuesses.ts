import type { Neighbors } from '../evaluation/nearestNeighbors.ts';
import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import { labelVote, mostLikely, WeighedEvidence } from '../evidence/weighedEvidence.ts';
import type { MatrixProducts } from '../linearAlgebra/products.ts';
import { normalizedRows } from '../linearAlgebra/rowMatrix.ts';
import { guessByNeighbors, type GuessInput, type LabelGuesses } from './labelGuesses.ts';

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
  const byVotes = () => guessByNeighbors(input, neighbors, labelVote.temperature);
  const known = labels.filter((label) => label >= 0);
  if (known.length < LEAST_LABELS * new Set(known).size) return byVotes();
  const vectors = Float32Array.from(normalizedRows(input.vectors, rows, dim).values);
  // What an image without a label learns from its copies is what these are there for.
  const contentKeys = groups.map((group, row) => (labels[row]! < 0 ? -1 - row : group));
  const images = { ...input, vectors, classOf: labels, contentKeys, neighbors };
  const evidence = await WeighedEvidence.learnt(images, products, between);
  try {
    const guesses = byVotes();
    if (!evidence.knowsWithoutVotes) return guesses;
    await evidence.forEach(
      ({ row, sums }) => {
        const { label, likelihood } = mostLikely(sums);
        guesses.classes[row] = label;
        guesses.shares[row] = likelihood;
      },
      (done) => between(rows + done),
    );
    return guesses;
  } finally {
    await evidence.release();
  }
}
