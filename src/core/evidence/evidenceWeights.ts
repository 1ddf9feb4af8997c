/** What two sources say of the classes of images whose own label neither has seen. */
export interface ClassGuesses {
  /** `images × classes`, row by row: of the classifier. */
  readonly answers: Float32Array;
  /** The same: logarithms of the neighbours' votes. */
  readonly votes: Float32Array;
  readonly classes: number;
  /** The label of each image, from 0. */
  readonly classOf: Int32Array;
}

export interface EvidenceWeights {
  readonly answers: number;
  readonly votes: number;
}

const MOST_STEPS = 30;
/** Steps below are none. */
const SETTLED = 1e-4;
/** The variance of a normal prior of the weights, so that sources that are always right don't get endless ones. */
const VARIANCE = 1000;

/**
 * What either source is worth: the weights, at least 0, with which e^(weighted sum) is as likely as can be to have given the labels that
 * the images have (a conditional logit, D. McFadden 1974, by Newton's method; the loss is convex). A source that knows nothing weighs
 * nothing, and differences of weighted sums are log odds of classes.
 */
export function evidenceWeights(guesses: ClassGuesses): EvidenceWeights {
  let weights: EvidenceWeights = { answers: 0, votes: 0 };
  let loss = lossAt(guesses, weights);
  for (let step = 0; step < MOST_STEPS; step++) {
    const towards = newtonStep(loss, weights);
    let share = 1;
    let next = moved(weights, towards, share);
    let found = lossAt(guesses, next);
    // Where the loss bends less than the step assumes, it goes too far.
    while (found.value > loss.value && share > 1e-3) {
      share /= 2;
      next = moved(weights, towards, share);
      found = lossAt(guesses, next);
    }
    const change = Math.max(Math.abs(next.answers - weights.answers), Math.abs(next.votes - weights.votes));
    if (found.value > loss.value) break;
    [weights, loss] = [next, found];
    if (change < SETTLED) break;
  }
  return weights;
}

function moved(from: EvidenceWeights, step: EvidenceWeights, share: number): EvidenceWeights {
  return {
    answers: Math.max(0, from.answers + share * step.answers),
    votes: Math.max(0, from.votes + share * step.votes),
  };
}

/** Loss, gradient and second derivatives. */
interface Loss {
  readonly value: number;
  readonly byAnswers: number;
  readonly byVotes: number;
  readonly answersTwice: number;
  readonly votesTwice: number;
  readonly both: number;
}

function lossAt({ answers, votes, classes, classOf }: ClassGuesses, weights: EvidenceWeights): Loss {
  let value = (weights.answers ** 2 + weights.votes ** 2) / (2 * VARIANCE);
  let [byAnswers, byVotes] = [weights.answers / VARIANCE, weights.votes / VARIANCE];
  let [answersTwice, votesTwice, both] = [1 / VARIANCE, 1 / VARIANCE, 0];
  const sums = new Float64Array(classes);
  for (const [image, given] of classOf.entries()) {
    const start = image * classes;
    let largest = Number.NEGATIVE_INFINITY;
    for (let label = 0; label < classes; label++) {
      sums[label] = weights.answers * answers[start + label]! + weights.votes * votes[start + label]!;
      if (sums[label]! > largest) largest = sums[label]!;
    }
    let all = 0;
    let [answer, vote, answerTwice, voteTwice, mixed] = [0, 0, 0, 0, 0];
    for (let label = 0; label < classes; label++) {
      const likelihood = Math.exp(sums[label]! - largest);
      const [a, v] = [answers[start + label]!, votes[start + label]!];
      all += likelihood;
      answer += likelihood * a;
      vote += likelihood * v;
      answerTwice += likelihood * a * a;
      voteTwice += likelihood * v * v;
      mixed += likelihood * a * v;
    }
    [answer, vote] = [answer / all, vote / all];
    value += Math.log(all) + largest - sums[given]!;
    byAnswers += answer - answers[start + given]!;
    byVotes += vote - votes[start + given]!;
    answersTwice += answerTwice / all - answer * answer;
    votesTwice += voteTwice / all - vote * vote;
    both += mixed / all - answer * vote;
  }
  return { value, byAnswers, byVotes, answersTwice, votesTwice, both };
}

/** One that leaves a weight alone that is 0 and should be less. */
function newtonStep(
  { byAnswers, byVotes, answersTwice, votesTwice, both }: Loss,
  at: EvidenceWeights,
): EvidenceWeights {
  const isFixed = { answers: at.answers === 0 && byAnswers > 0, votes: at.votes === 0 && byVotes > 0 };
  if (isFixed.answers) return { answers: 0, votes: isFixed.votes ? 0 : -byVotes / votesTwice };
  if (isFixed.votes) return { answers: -byAnswers / answersTwice, votes: 0 };
  const determinant = answersTwice * votesTwice - both * both;
  return {
    answers: -(votesTwice * byAnswers - both * byVotes) / determinant,
    votes: -(answersTwice * byVotes - both * byAnswers) / determinant,
  };
}
